"""Early warning: the official level by its dated rule, the probability beside it, and how good it was."""

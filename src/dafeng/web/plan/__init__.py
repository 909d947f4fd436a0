"""What the pages of the plan share: clauses with targets, bodies and systems, and the search over them."""

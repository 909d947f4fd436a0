"""Who may do what on which scope: one permission relation that can be listed, explained and joined."""

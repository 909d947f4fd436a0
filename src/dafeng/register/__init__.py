"""The registers (台账) that the plan orders, defined as data: schema, checks, formulas, lifecycle, figures."""

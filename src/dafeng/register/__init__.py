"""The registers (台账) that the plan orders, as data: schema, checks, formulas, lifecycle, figures."""

"""Cities and departments: how targets are split, evaluated, filed and followed up."""

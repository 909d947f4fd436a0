"""Exchange of power networks with PyPSA, netCDF included; PyPSA is imported by nobody else."""

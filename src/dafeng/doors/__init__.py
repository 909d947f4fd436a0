"""What the doors (API and pages) share: who asks, how errors are told, headers, limits, logs."""

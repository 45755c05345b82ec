"""Many firms: designs, sweeps, comparison, sensitivity, decisions, reports, and the command line."""

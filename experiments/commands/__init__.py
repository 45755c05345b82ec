"""The command line: one file per subject, read only when its command is asked for."""

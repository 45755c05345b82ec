"""What results are kept in: tables, checkpoints, and where they came from."""

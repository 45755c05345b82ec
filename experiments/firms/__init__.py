"""Many firms: populations, plays under parameter sets, batches kept on disk."""

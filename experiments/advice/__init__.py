"""What would help a given firm, and until when it can be saved."""

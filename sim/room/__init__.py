"""The room plays the pair: a session in which two sides choose, month by month, what their leader does."""

"""The room plays the pair: one firm, two roles, everybody's phone."""

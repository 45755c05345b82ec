"""Figures in one style, pages that open offline, words and numbers as a reader sees them."""

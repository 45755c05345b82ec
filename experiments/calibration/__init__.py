"""Fits uncertain parameters to published findings and keeps an ensemble of parameter sets."""

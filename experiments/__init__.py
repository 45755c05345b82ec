"""Many firms: designs, sweeps, comparison, sensitivity, decisions, reports, and the command line."""

from importlib import import_module

if __name__ == "experiments":  # its short name, in a checkout
    import_module("tandem.short_names").stand_in(__name__)

"""Scenarios: data only. `tandem.sim.scenario` reads the TOML files beside this one."""

from importlib import import_module

if __name__ == "scenarios":  # its short name, in a checkout
    import_module("tandem.short_names").stand_in(__name__)

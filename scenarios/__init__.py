"""Scenarios: data only. `sim.scenario` reads the TOML files beside this one."""

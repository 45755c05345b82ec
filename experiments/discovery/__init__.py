"""Scenario discovery: in which region of what was varied does an event gather?"""

from experiments.discovery.boxes import Box, Limit, peel
from experiments.discovery.event import Event, of_sweep
from experiments.discovery.found import Discovery, discover
from experiments.discovery.replayed import of_sensitivity

__all__ = ["Box", "Discovery", "Event", "Limit", "discover", "of_sensitivity", "of_sweep", "peel"]

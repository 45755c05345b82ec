"""Scenario discovery: in which region of what was varied does an event gather?"""

from tandem.experiments.discovery.boxes import Box, Limit, peel
from tandem.experiments.discovery.event import Event, of_sweep
from tandem.experiments.discovery.found import Discovery, discover

__all__ = ["Box", "Discovery", "Event", "Limit", "discover", "of_sweep", "peel"]

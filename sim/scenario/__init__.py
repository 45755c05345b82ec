"""A firm on paper: scenario files, the layers they are made of, and the parameters they come to."""

from tandem.sim.scenario.catalogue import Entry, catalogue
from tandem.sim.scenario.complaint import ScenarioError
from tandem.sim.scenario.layers import Change, Layer
from tandem.sim.scenario.scenario import Scenario
from tandem.sim.scenario.story import Condition, Story, Text

__all__ = ["Change", "Condition", "Entry", "Layer", "Scenario", "ScenarioError", "Story", "Text", "catalogue"]

"""A run told from its tables: what changed and why, the turning points, whole sentences in English and French."""

from tandem.sim.explain.account import Account, account, explain
from tandem.sim.explain.attribution import attribution
from tandem.sim.explain.events import event_sentence
from tandem.sim.explain.known import known_points
from tandem.sim.explain.turning import TurningPoint, turning_points

__all__ = ["Account", "TurningPoint", "account", "attribution", "event_sentence", "explain", "known_points", "turning_points"]

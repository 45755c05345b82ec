"""Luck for agents of a user's own: NumPy's generators at an address, so that one more draw shifts nobody else's luck.

The address is seed, firm, replicate, week and agent, on a stream of its own beside those of `tandem.sim.streams`. Two arms that
are compared under one seed and replicate draw the same numbers, whatever else their agents draw, in whatever order.
"""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from tandem.sim.streams import seed_key

OWN_AGENTS = 1000
"""The stream: far above those of the model, which are numbered from 1."""
_WEEK_BITS, _AGENT_BITS = 44, 32
MARKET, FIRST_TEAM = 3, 16
"""Numbers of agents: the three leaders are 0 to 2, as their records are."""


def generator(seed: int | str, firm: int, replicate: int, week: int, agent: int) -> np.random.Generator:
    """The generator at an address: NumPy's Philox4x64-10 (Salmon et al. 2011, as in `tandem.sim.streams`), keyed by the seed, its
    counter begun at the address. There are 2^32 blocks of four numbers before the next agent's begin."""
    block = ((week + 1) << _WEEK_BITS) + (agent << _AGENT_BITS)
    counter = [word % 2**64 for word in (block, OWN_AGENTS, firm, replicate)]
    return np.random.Generator(np.random.Philox(key=np.array(seed_key(seed), np.uint64), counter=np.array(counter, np.uint64)))


def word(seed: int | str, firm: int, replicate: int) -> int:
    """A whole number of 63 bits for a whole run: what Mesa's own generators are begun with."""
    return int(generator(seed, firm, replicate, -1, 0).integers(2**63))


class Lucky:
    """An agent with luck of its own. `number` says which agent of the firm it is."""

    model: Any
    number: int = 0

    @property
    def luck(self) -> np.random.Generator:
        """Luck of this agent in this week: by seed, firm, replicate, week and agent. In one week it goes on from draw to draw."""
        drawn: np.random.Generator = self._drawn()[0]
        return drawn

    @property
    def rng(self) -> np.random.Generator:
        """The same, by Mesa's name."""
        return self.luck

    @property
    def random(self) -> Random:
        """The same for Python's own `random`: a generator begun at the same address."""
        plain: Random = self._drawn()[1]
        return plain

    def _drawn(self) -> Any:
        """Both generators of this week."""
        week = self.model.week
        kept = self.__dict__.get("_kept_luck")
        if kept is None or kept[0] != week:
            model = self.model
            address = (model.seed, model.number, model.replicate, week)
            # Python's generator begins with a number from blocks of its own, so that neither shifts the other.
            plain = Random(int(generator(*address, 2048 + self.number).integers(2**63)))
            kept = (week, (generator(*address, self.number), plain))
            self.__dict__["_kept_luck"] = kept
        return kept[1]

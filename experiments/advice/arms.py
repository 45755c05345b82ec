"""One firm with levers moved, played: every way of moving one or two of them, on the same luck, without a detour over files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np

from tandem.sim import kernel
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.own_outcomes import OwnOutcome
from tandem.sim.parameter_sets import Chosen
from tandem.sim.parameters import LEVERS
from tandem.sim.played import with_own
from tandem.sim.results import RUNS_IN_ONE_CALL, outcomes_played
from tandem.sim.scenario import Scenario
from tandem.sim.scenario.paths import AS_LEVER, lever_of
from tandem.sim.streams import seed_key
from tandem.sim.table import FirmTable

LEVELS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
NOTHING: tuple[()] = ()

Option = tuple[tuple[str, float], ...]
"""What is moved: (lever, the level it is set to) of each lever that moves; () leaves the firm as it is."""


def parts_by_hand(scenario: Scenario, lever: str) -> list[str]:
    """Parts of a lever that a firm's file sets by themselves."""
    return [path for path in scenario.explicit_lever_parameters if lever_of(path) == lever]


def changes_of(scenario: Scenario, option: Option) -> dict[str, object]:
    """What an option sets, by path, as `Scenario.with_` takes it: parts of a lever set by hand follow it again."""
    by_hand = [path for lever, _ in option for path in parts_by_hand(scenario, lever)]
    return {**{f"levers.{lever}": level for lever, level in option}, **dict.fromkeys(by_hand, AS_LEVER)}


def options_of(scenario: Scenario, levels: Sequence[float] = LEVELS) -> list[Option]:
    """Every single lever and every pair of levers set to other levels than theirs, in both directions; singles first."""
    now = {lever: getattr(scenario.parameters.levers, lever) for lever in LEVERS}
    by_hand = {lever: bool(parts_by_hand(scenario, lever)) for lever in LEVERS}
    moves = {lever: [(lever, level) for level in levels if level != now[lever] or by_hand[lever]] for lever in LEVERS}
    pairs = [(one, other) for a, b in combinations(LEVERS, 2) for one in moves[a] for other in moves[b]]
    return [*((move,) for lever in LEVERS for move in moves[lever]), *pairs]


def played(firms: Sequence[Scenario], replicates: np.ndarray, seed: int | str, parameters: Chosen) -> np.ndarray:
    """Outcomes of firms that all meet the same luck, in as few calls as there can be, float64 (firms, replicates, len(OUTCOMES)).
    `replicates`: numbers of the luck, int64 (replicates,)."""
    whose, all_luck = np.repeat(np.arange(len(firms)), len(replicates)), np.tile(np.asarray(replicates, np.int64), len(firms))
    found = outcomes_played(firms, whose, all_luck, seed, parameters, paired=True)
    return found.reshape(len(firms), len(replicates), -1)


class Arms:
    """Plays options of one firm. Luck r of every option is the firm's own luck r, with the parameter set of its pair."""

    def __init__(
        self,
        scenario: Scenario,
        seed: int | str,
        parameters: Chosen,
        own: Sequence[OwnOutcome] = (),
        as_it_is: Callable[[Scenario, int], np.ndarray] | None = None,
    ):
        """`as_it_is`: gives outcomes of the first replicates of a firm, (replicates, len(OUTCOMES)), for the option that moves
        nothing, which other parts of an advice have played as well."""
        self.scenario, self.seed, self.parameters, self.own = scenario, seed, parameters, tuple(own)
        self.as_it_is = None if self.own else as_it_is
        self.played = 0
        """Runs asked for so far."""
        self._firms: dict[tuple[str, ...], Scenario] = {}

    def play(self, options: Sequence[Option], replicates: np.ndarray) -> np.ndarray:
        """Outcomes, float64 (options, replicates, len(OUTCOMES)), and after them those of `own`. `replicates`: numbers of the
        luck, int64 (replicates,) for all options or (options, replicates) for each."""
        luck = np.broadcast_to(replicates, (len(options), np.shape(replicates)[-1]))
        out = np.empty((*luck.shape, len(OUTCOMES) + len(self.own)))
        if self.as_it_is is not None and () in options:
            still = np.array([place for place, option in enumerate(options) if not option])
            out[still] = self.as_it_is(self.scenario, int(luck[still].max()) + 1)[luck[still]]
        mine = [place for place, option in enumerate(options) if option or self.as_it_is is None]
        if mine:
            out[mine] = self._moved([options[place] for place in mine], luck[mine])
        self.played += luck.size
        return out

    def _moved(self, options: Sequence[Option], luck: np.ndarray) -> np.ndarray:
        """The same of options that are played, in as few calls as there can be."""
        levels = np.array([[dict(option).get(lever, np.nan) for lever in LEVERS] for option in options])
        firms = [self._firm(tuple(lever for lever, _ in option)) for option in options]
        distinct = {firm.digest: firm for firm in firms}
        several, order = FirmTable(list(distinct.values())), list(distinct)
        whose = np.array([order.index(firm.digest) for firm in firms])
        which, replicates = np.repeat(np.arange(len(luck)), luck.shape[1]), np.asarray(luck, dtype=np.int64).ravel()
        drawn = self.parameters.drawn(self.seed, np.zeros(len(replicates), dtype=np.int64), replicates)
        key, parts = np.array(seed_key(self.seed), np.uint64), []
        for low in range(0, len(which), RUNS_IN_ONE_CALL):
            part = slice(low, low + RUNS_IN_ONE_CALL)
            here, place = np.unique(which[part], return_inverse=True)
            table = several.take(whose[here])
            for column, lever in enumerate(LEVERS):
                if not np.isnan(levels[here, column]).all():
                    table.set_lever(lever, levels[here, column])
            rows, arms = self.parameters.arms(table, place, None if drawn is None else drawn[part])
            zeros, keys = np.zeros(len(place), dtype=np.int64), np.tile(key, (len(place), 1))
            played = (rows.rows, rows.starts, arms, zeros, replicates[part], keys)
            parts.append(with_own(kernel.run_batch(*played), *played, self.own))
        return np.concatenate(parts).reshape(*luck.shape, -1)

    def _firm(self, moved: tuple[str, ...]) -> Scenario:
        """The firm in which parts of these levers that its file sets by hand follow them again."""
        if moved not in self._firms:
            by_hand = {path: AS_LEVER for lever in moved for path in parts_by_hand(self.scenario, lever)}
            self._firms[moved] = self.scenario.with_(by_hand) if by_hand else self.scenario
        return self._firms[moved]

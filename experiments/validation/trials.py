"""What is played on a population to compute findings: the window, the twins, the advertising trials, the long panel."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from tandem.experiments.effects.second import with_and_without
from tandem.experiments.firms.growth import YEAR
from tandem.experiments.firms.population import Firms, Population
from tandem.experiments.validation.statistics import MONTH, firm_table, monthly
from tandem.sim.panel import COLUMNS, Panel, panel_of

Played = TypeVar("Played")

# Twins: the same firms and luck with a practice absent or at its best, from the end of the burn-in on.
INTERVENTIONS: Mapping[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "goals": ({"levers.smart_goals": 0.0}, {"levers.smart_goals": 1.0}),
    "hard goals": ({"targets.specificity": 0.0, "targets.shared": 1.0}, {"targets.specificity": 1.0, "targets.shared": 1.0}),
    "feedback": (
        # Feedback alone: debriefs are an intervention of their own.
        {"levers.adaptation": 0.0, "communication.transparency": 0.0, "adaptation.debrief_hours": 0.0},
        {"levers.adaptation": 1.0, "communication.transparency": 1.0, "adaptation.debrief_hours": 0.0},
    ),
    "training": ({"levers.skills": 0.0}, {"levers.skills": 1.0}),
    "debriefs": ({"adaptation.debrief_hours": 0.0}, {"adaptation.debrief_hours": 2.0}),
}

# More advertising by longer flights: nine weeks on air instead of eight. Luck in winning customers is off, for the response only.
SMOOTH = {"switches.customer_luck": False}
USUAL_WEEKS, MORE_WEEKS = 8.0, 9.0
LONG_QUARTERS, LONG_STEP = 160, 4


@dataclass(frozen=True)
class Size:
    """How many firms each part of a trial plays, for one seed."""

    firms: int = 1000
    twins: int = 250
    advertisers: int = 120
    long: int = 60

    @property
    def runs(self) -> float:
        """Cost in runs of twelve quarters."""
        return (
            3 * self.firms + (2 * len(INTERVENTIONS) + 5) * self.twins + 3 * self.advertisers
        ) * 16 / 12 + self.long * 160 / 12


@dataclass(frozen=True)
class Trial:
    """One population of firms, played for one seed. Parts are played when first asked for."""

    population: Population
    seed: int | str
    size: Size = field(default_factory=Size)
    told: Callable[[str], None] = lambda what: None

    @cached_property
    def firms(self) -> Firms:
        """The firms, each with a COO."""
        return self.population.firms(self.size.firms, self.seed)

    @property
    def window(self) -> tuple[int, int]:
        """Weeks after which and until which statistics are taken."""
        return self.population.burn_in, self.population.weeks

    @cached_property
    def panel(self) -> Panel:
        """Latent states of the firms by quarter."""
        self.told("population")
        return panel_of(self.firms.records(), seed=self.seed, every=13)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a firm: latent means over the window, criteria and performance."""
        return firm_table(self.panel, self.firms.cells, *self.window)

    def weekly(self, columns: Sequence[str] = COLUMNS) -> pd.DataFrame:
        """Latent states of every firm and week: firm, luck, week, then `columns` of `tandem.sim.panel`; one row a firm-week."""
        return panel_of(self.firms.records(), seed=self.seed, every=1, columns=columns).frame()

    def twin_table(self, off: Mapping[str, Any], on: Mapping[str, Any], firms: int | None = None) -> pd.DataFrame:
        """The firm table of any intervention, one row a firm and twin (column `twin`: off, on): `off` and `on` are changes by
        path that take force after the burn-in; firms and luck are shared."""
        some = self.few(firms or self.size.twins)
        parts = []
        for arm, changes in (("off", off), ("on", on)):
            panel = panel_of(some.records(changes, self.window[0] + 1), seed=self.seed, every=13)
            table = firm_table(panel, some.cells, *self.window)
            table.insert(0, "twin", arm)
            table.insert(0, "firm_id", np.arange(len(some)))
            parts.append(table)
        return pd.concat(parts, ignore_index=True)

    def twins(self, name: str) -> tuple[Panel, Panel, Firms]:
        """Panels of the firms without and with an intervention from the end of the burn-in on, paired by firm and luck."""
        self.told(f"twins: {name}")
        some = self.few(self.size.twins)
        panels = [
            panel_of(some.records(changes, self.window[0] + 1), seed=self.seed, every=52) for changes in INTERVENTIONS[name]
        ]
        return panels[0], panels[1], some

    def twins_of(self, name: str) -> tuple[Panel, Panel, Firms]:
        """The same, played once and remembered."""
        return self.once(f"twins: {name}", lambda: self.twins(name))

    def once(self, what: str, play: Callable[[], Played]) -> Played:
        """What `play` gives, played when it is first asked for by this name and remembered."""
        if what not in self._played:
            self._played[what] = play()
        found: Played = self._played[what]
        return found

    @cached_property
    def _played(self) -> dict[str, Any]:
        return {}

    @cached_property
    def as_they_are(self) -> Panel:
        """The firms of the twins without any intervention: those of `panel`, where that is played."""
        if "panel" in vars(self):
            return replace(self.panel, values=self.panel.values[: self.size.twins])
        return panel_of(self.few(self.size.twins).records(), seed=self.seed, every=YEAR)

    def few(self, n: int) -> Firms:
        """The first n firms."""
        return self.firms.first(n)

    @cached_property
    def advertising(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Monthly customers won and campaigns on air, (firms, months) each: `usual` as it comes; `calm`, `more` and `pulse`
        without luck in winning customers, with longer flights for good and for one month."""
        self.told("advertising")
        some = self.few(self.size.advertisers)
        after, columns = self.window[0], ("customers_won", "campaigns_running")

        def played(records: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
            return monthly(panel_of(records, seed=self.seed, every=1, columns=columns), after)

        calm = some.rows(SMOOTH)
        usual = calm.rows["campaigns_weeks"].copy()
        more = calm.at(after + 1, {"campaigns.weeks": MORE_WEEKS})
        pulse = more.at(after + 1 + MONTH, {"campaigns.weeks": usual})
        return {
            "usual": played(some.records()),
            "calm": played(calm.timelines()),
            **{name: played(table.timelines()) for name, table in (("more", more), ("pulse", pulse))},
        }

    @cached_property
    def second(self) -> tuple[Firms, dict[str, Panel]]:
        """Firms as the population has them, and their panels by year, played `with` a COO and `without`, on the same luck."""
        self.told("with a COO and without")
        firms = self.population.firms(self.size.firms, self.seed, pairs_only=False)
        return firms, with_and_without(firms)

    @cached_property
    def long(self) -> Panel:
        """Forty years of firms, with and without a COO, every four weeks."""
        self.told("forty years")
        some = self.population.firms(self.size.long, self.seed, pairs_only=False)
        columns = ("ceo_present", "coo_present", "ceo_successions", "coo_successions", "revenue_sum", "spend_sum")
        return panel_of(some.records(quarters=LONG_QUARTERS), seed=self.seed, every=LONG_STEP, columns=columns)

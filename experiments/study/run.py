"""A whole study in one call: role models compared, levers ranked, and in `paper` the analyses beside them, in one report."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from tandem.experiments.pages.telling import told_in
from tandem.experiments.study.noted import note_parts, recorded
from tandem.experiments.study.study import PROFILES, Study, planned_runs, play, write
from tandem.sim.own_outcomes import without_own
from tandem.sim.parameter_sets import ENSEMBLE, Chosen, chosen
from tandem.sim.units import language

if TYPE_CHECKING:
    from tandem.experiments.pages.page import Section
    from tandem.experiments.study.strata import Part

Told = Callable[[str, int], None]
"""Hears what is being done, and how many more firms have been played."""


@dataclass(frozen=True)
class Job:
    """What a profile plays with a seed. `parts`: the sensitivity analyses, with as many replicates as their pilots ask for."""

    profile: str
    seed: int | str
    parts: tuple[Part, ...]
    parameters: Chosen
    lang: str = "en"
    """Language of report and figures; tables are the same in each."""

    @cached_property
    def in_tables(self) -> int:
        """Firms played for the tables of role models and levers."""
        return planned_runs(self.profile, self.parameters)

    @cached_property
    def beside(self) -> int:
        """Firms played for the analyses beside the tables."""
        if not self.parts:
            return 0
        from tandem.experiments.study import choice, failures, strata

        return sum(map(strata.runs_of, self.parts)) + failures.planned_runs(self.profile) + choice.planned_runs(self.profile)

    @property
    def runs(self) -> int:
        """Firms played in all."""
        return self.in_tables + self.beside

    @property
    def command(self) -> str:
        """The command that plays it again."""
        asked = ["--profile", self.profile, "--seed", str(self.seed), "--parameters", str(self.parameters.word)]
        asked += [] if self.lang == "en" else ["--lang", self.lang]
        return shlex.join(["tandem", "study", *asked, "--out", "DIR"])


def job(profile: str = "quick", seed: int | str = 0, parameters: str | int | Chosen = ENSEMBLE, lang: str = "en") -> Job:
    """The job of a profile (`PROFILES`); in `paper` after a pilot of each analysis. All parts are played under the same
    `parameters`, as in `tandem.sim.parameter_sets`; `lang`: language of report and figures. ValueError for an unknown profile,
    Mistake for an unknown language."""
    if profile not in PROFILES:
        raise ValueError(f"profile = {profile!r}: one of {', '.join(PROFILES)}")
    # A minute is what a newcomer waits: `tandem sensitivity` adds the analyses to a quick study.
    asked = chosen(parameters)
    if profile == "quick":
        return Job(profile, seed, (), asked, language(lang))
    from tandem.experiments.study.strata import parts_of, settled

    return Job(profile, seed, tuple(settled(parts_of(profile, seed, parameters=asked))), asked, language(lang))


def run(
    profile: str | Job = "quick",
    out: str | Path = "out/study",
    seed: int | str = 0,
    told: Told = lambda what, runs: None,
    parameters: str | int | Chosen = ENSEMBLE,
    lang: str = "en",
) -> Study:
    """Play a study and write it into the folder `out`: report.html, tables and figures; the tables come back.
    `lang`: language of report and figures ("en", "fr"); tables and their columns are the same in each.

    It is about the model's own outcomes: what a user has declared (`tandem.outcome`) neither enters it nor moves a bit of it.
    A `paper` that was killed goes on: whatever it had played lies in `out`.
    """
    with without_own():
        return _run(profile, out, seed, told, parameters, lang)


def _run(profile: str | Job, out: str | Path, seed: int | str, told: Told, parameters: str | int | Chosen, lang: str) -> Study:
    whole = profile if isinstance(profile, Job) else job(profile, seed, parameters, lang)
    place = Path(out)
    options = {"profile": whole.profile, "seed": whole.seed, **({} if whole.lang == "en" else {"lang": whole.lang})}
    with recorded("study", place, whole.parameters, **options):
        sections = analyses(whole, place, told)
        return tables(whole, place, sections, told)


def analyses(whole: Job, out: Path, told: Told) -> dict[str, Section]:
    """Play the analyses beside the tables, or go on with them, each in a folder of its own; what the report says of them."""
    if not whole.parts:
        return {}
    note_parts(whole.parts)
    with told_in(whole.lang):
        return {
            "analysed": _sensitivity(whole, out / "sensitivity", told),
            "discovered": _failures(whole, out / "discovery", told),
            "decided": _choice(whole, out / "decisions", told),
        }


def tables(whole: Job, out: Path, sections: dict[str, Section], told: Told) -> Study:
    """Play the tables of role models and levers, and write them with figures and report."""
    drawing = drawn_as(whole)
    found = play(whole.profile, whole.seed, told, out / "store" if whole.profile == "paper" else None, whole.parameters)
    with told_in(whole.lang):
        write(found, out, whole.command, lambda what, _: told(what, drawing), sections)
    return found


FIGURES = 11


def drawn_as(whole: Job) -> int:
    """Each figure of the tables takes about as long as so many firms."""
    return max(1, whole.in_tables // 100)


def _sensitivity(whole: Job, place: Path, told: Told) -> Section:
    from tandem.experiments.study import strata
    from tandem.experiments.study.sensitivity_report import section
    from tandem.experiments.study.sensitivity_tables import declare, write

    place.mkdir(parents=True, exist_ok=True)
    declare(whole.parts, place, whole.profile, whole.seed)
    results = {part.name: strata.play(part, place / "store", partial(told, part.name)) for part in whole.parts}
    named = {part.name: part for part in whole.parts}
    write(results, named, place, strata.PROFILES[whole.profile].whole)
    return section(results, named, place)


def _failures(whole: Job, place: Path, told: Told) -> Section:
    from tandem.experiments.study import failures
    from tandem.experiments.study.failures_report import write

    peeling = lambda done: told("discovery: peeling redrawn points", 0)  # noqa: E731
    return write(failures.play(whole.parts[0], whole.profile, place / "store", told, peeling), place)


def _choice(whole: Job, place: Path, told: Told) -> Section:
    from tandem.experiments.study import choice
    from tandem.experiments.study.choice_report import write

    return write(choice.play(whole.profile, whole.seed, place / "store", told, whole.parameters), place)

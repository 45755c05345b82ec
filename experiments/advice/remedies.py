"""What a case's story says would help, tried on the same replicates: its cause switched off, its intervention, its remedy."""

from __future__ import annotations

from dataclasses import dataclass

from tandem.sim.given import whole
from tandem.sim.intervals import share_difference, share_interval, verdict
from tandem.sim.parameter_sets import ENSEMBLE, Chosen, chosen
from tandem.sim.results import simulate_batch
from tandem.sim.scenario import Scenario, ScenarioError
from tandem.sim.scenario.meant import scenario_of
from tandem.sim.seeds import seed_of
from tandem.sim.texts import text, typeset

PARTS = ("cause", "intervention", "remedy")
FOUND = {"lower": "decided", "higher": "worse"}  # what a verdict on the share that fails says of a remedy


@dataclass(frozen=True)
class Effect:
    """How often a case fails once a part of its story is carried out, on the replicates of the untouched case."""

    part: str
    title: str
    week: int | None
    """The week in which it begins; None where it holds from the start."""
    share: float
    """Share of replicates that fail (0-1)."""
    difference: float
    """Share that fails less the share that fails untouched, paired by luck (-1 to 1), with its 95% interval."""
    low: float
    high: float


@dataclass(frozen=True)
class Remedies:
    """A case untouched (share of replicates that fail, 95% Wilson interval) and the effects of what its story offers."""

    replicates: int
    share: float
    low: float
    high: float
    effects: tuple[Effect, ...]

    def paragraphs(self, lang: str = "en") -> list[str]:
        """What was tried and found, in words."""
        told = [text("remedies.untouched", lang, replicates=self.replicates, share=self.share, low=self.low, high=self.high)]
        for effect in self.effects:
            found = FOUND.get(verdict(effect.low, effect.high), "undecided")
            when = text("remedies.when", lang, week=effect.week) if effect.week else text("remedies.start", lang)
            told.append(
                text(f"remedies.{effect.part}", lang, title=typeset(effect.title, lang), when=when)
                + " "
                + text(
                    f"remedies.{found}",
                    lang,
                    share=effect.share,
                    points=100 * abs(effect.difference),
                    low=100 * effect.low,
                    high=100 * effect.high,
                )
            )
        return told


def remedies(
    scenario: Scenario | str,
    seed: int | str = 0,
    replicates: int = 200,
    lang: str = "en",
    parameters: str | int | Chosen = ENSEMBLE,
) -> Remedies:
    """Play a case untouched and with each part that its story has; ScenarioError where it says nothing of failing.
    `parameters` as in `tandem.sim.parameter_sets`."""
    scenario, seed, replicates = scenario_of(scenario), seed_of(seed), whole("replicates", replicates, 1)
    failure = scenario.story.failure
    if failure is None:
        raise ScenarioError("this scenario tells of none", file=scenario.name, key="failure")
    asked = chosen(parameters)
    untouched = failure.which(simulate_batch(scenario, replicates, seed, parameters=asked).outcomes)
    least, most = share_interval(int(untouched.sum()), replicates)
    effects = []
    for part in PARTS:
        step = getattr(scenario.story, part)
        if step is None or (step.week or 0) > scenario.parameters.weeks:
            continue
        touched = failure.which(simulate_batch(scenario.branch(part), replicates, seed, parameters=asked).outcomes)
        difference, low, high = share_difference(untouched, touched)
        title = step.title[lang] if step.title is not None else part
        effects.append(Effect(part, title, step.week, float(touched.mean()), difference, low, high))
    return Remedies(replicates, float(untouched.mean()), least, most, tuple(effects))

"""What a case's story says would help, tried on the same replicates: its cause switched off, its intervention, its remedy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest, norm

from tandem.sim.parameter_sets import ENSEMBLE, Chosen, chosen
from tandem.sim.results import simulate_batch
from tandem.sim.scenario import Scenario, ScenarioError
from tandem.sim.texts import text, typeset

PARTS = ("cause", "intervention", "remedy")


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
            found = "decided" if effect.high < 0.0 else "worse" if effect.low > 0.0 else "undecided"
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
    scenario: Scenario,
    seed: int | str = 0,
    replicates: int = 200,
    lang: str = "en",
    parameters: str | int | Chosen = ENSEMBLE,
) -> Remedies:
    """Play a case untouched and with each part that its story has; ScenarioError where it says nothing of failing.
    `parameters` as in `tandem.sim.parameter_sets`."""
    failure = scenario.story.failure
    if failure is None:
        raise ScenarioError("this scenario tells of none", file=scenario.name, key="failure")
    asked = chosen(parameters)
    untouched = failure.which(simulate_batch(scenario, replicates, seed, parameters=asked).outcomes)
    interval = binomtest(int(untouched.sum()), replicates).proportion_ci(0.95, method="wilson")
    effects = []
    for part in PARTS:
        step = getattr(scenario.story, part)
        if step is None or (step.week or 0) > scenario.parameters.weeks:
            continue
        touched = failure.which(simulate_batch(scenario.branch(part), replicates, seed, parameters=asked).outcomes)
        low, difference, high = paired(touched, untouched)
        title = step.title[lang] if step.title is not None else part
        effects.append(Effect(part, title, step.week, float(touched.mean()), difference, low, high))
    return Remedies(replicates, float(untouched.mean()), float(interval.low), float(interval.high), tuple(effects))


def paired(first: np.ndarray, second: np.ndarray) -> tuple[float, float, float]:
    """Low, estimate and high (95%) of the difference of two shares over the same replicates (bool arrays of equal length).

    Two pairs are added, one that moves up and one that moves down, so that the interval does not shrink to nothing where
    all pairs agree: Agresti & Min (2005), "Simple improved confidence intervals for comparing matched proportions".
    """
    moved = first.astype(float) - second.astype(float)
    n = len(moved) + 2
    up, down = (moved > 0).sum() + 0.5, (moved < 0).sum() + 0.5
    middle = (up - down) / n
    half = norm.ppf(0.975) * np.sqrt(up + down - (up - down) ** 2 / n) / n
    return float(max(-1.0, middle - half)), float(moved.mean()), float(min(1.0, middle + half))

"""What the stage shows of the months played: the firm as it is, its story so far, and what both sides thought."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tandem.sim.dashboard import telling
from tandem.sim.parameters import DOMAINS
from tandem.sim.run import Run
from tandem.sim.series import of_run, written
from tandem.sim.state import CAMPAIGN, CEO, COO, EXPERIMENT

SHOWN = ("revenue", "trust", "relationship_conflict", "satisfaction", "quarrels", "decisions_open")
"""Series of `tandem.sim.series` that the stage draws."""
MOST_GAPS = 3


def series_of(run: Run, names: Iterable[str] = SHOWN) -> dict[str, list[float | None]]:
    """Series by name, one value a week from week 0 (units as `tandem.sim.series.SERIES`)."""
    return written(of_run(run, names))


def month_of(run: Run, since: int) -> dict[str, Any]:
    """The weeks so far: `series`, the `sentences` of the weeks after week `since`, and turning points as known by now."""
    sentences = [{"week": week, **said} for week, said in telling.weeks(run, {}).items() if week > since]
    points = [{"week": point.week, **telling.both(point.happened)} for point in run.known_points] if run.weeks else []
    return {"series": series_of(run), "sentences": sentences, "points": points}


def gap_of(judged: Iterable[Mapping[str, Any]], since: int) -> list[dict[str, Any]]:
    """What CEO and COO thought of the weightiest matters that both judged after week `since`, the widest gap first, in standard
    deviations. Of a setting, which the model measures from what is right, how far each is from the middle of the two."""
    found: dict[int, dict[int, Mapping[str, Any]]] = {}
    for row in judged:
        if row["week"] > since and row["side"] in (CEO, COO):
            found.setdefault(row["uid"], {})[row["side"]] = row
    gaps = []
    for sides in found.values():
        if len(sides) < 2:
            continue
        ceo, coo = float(sides[CEO]["thought"]), float(sides[COO]["thought"])
        domain = int(sides[CEO]["domain"])
        proposal = domain in (CAMPAIGN, EXPERIMENT)
        middle = 0.0 if proposal else 0.5 * (ceo + coo)
        weight = float(sides[CEO]["stake"]) * abs(ceo - coo)
        row = {"domain": DOMAINS[domain], "kind": "proposal" if proposal else "setting"}
        gaps.append((-weight, {**row, "ceo": round(ceo - middle, 2), "coo": round(coo - middle, 2)}))
    return [row for _, row in sorted(gaps, key=lambda each: each[0])[:MOST_GAPS]]

"""An advice in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tandem.experiments.advice.arms import parts_by_hand
from tandem.experiments.advice.moves import Moves, worded
from tandem.experiments.advice.second import second_sentence
from tandem.sim.scenario import catalogue

if TYPE_CHECKING:
    from tandem.experiments.advice.advice import Advice


def paragraphs(advice: Advice) -> list[str]:
    """The advice, a paragraph each."""
    titles = {entry.name: entry.title["en"] for entry in catalogue()}
    told = [of_role_models(advice, titles), *filter(None, [second_sentence(advice.second, titles)])]
    told += of_moves(advice.moves)
    told += _by_hand(advice)
    return [*told, *of_levers(advice)]


def of_role_models(advice: Advice, titles: dict[str, str]) -> str:
    """Which role model suits the firm best."""
    best = advice.role_models.iloc[0]
    if advice.best_role_model is None:
        close = [titles[row["role_model"]] for row in advice.role_models.to_dict("records") if row["low"] <= 0.0]
        return (
            f"Which role model suits this firm best is undecided between: {'; '.join(close)}. "
            f"{titles[best['role_model']]} is the best with probability {best['probability']:.2f}."
        )
    second = advice.role_models.iloc[1]
    return (
        f"Of the role models, this one lets this firm grow most: {titles[advice.best_role_model]} "
        f"(the best with probability {_probability(best['probability'])}), {100 * best['growth']:.1f}% a year, "
        f"{100 * second['difference']:.2f} points more than the next, "
        f"{titles[second['role_model']]} "
        f"(95% interval {100 * second['low']:.2f} to {100 * second['high']:.2f})."
    )


def of_moves(moves: Moves) -> list[str]:
    """Which one or two levers to set to which levels, and how sure that is."""
    room = "" if moves.hours is None else f" that take the leaders at most {moves.hours:g} hours a week more"
    looked = f"{moves.looked_at} moves of one or two levers were looked at, up and down,{room} for {moves.wish.told}"
    if not moves.best:
        return [f"{looked}: none decidedly helps (99% interval of the best of them {_span(moves, moves.low, moves.high)})."]
    row = moves.table.set_index("move").loc[worded(moves.best)]
    told = [
        f"{looked}; the best is to set {worded(moves.best)}: {_gain(moves, moves.gain)}, on luck that it was not picked by "
        f"(99% interval of the best of all {_span(moves, moves.low, moves.high)})."
    ]
    if np.isfinite(moves.helped_sets):
        told[0] += (
            f" Over the calibrated parameter sets it helps with probability {_probability(moves.helped_sets)}, and is the best "
            f"of what came to the end with probability {_probability(moves.right_sets)}."
        )
    told.append(
        f"It takes both leaders {row['hours']:+.1f} hours a week ({row['hours_low']:+.1f} to {row['hours_high']:+.1f}) and "
        f"changes growth by {100 * row['growth_change']:+.2f} points a year, "
        + (f"conflict by {row['conflict_change']:+.2f} episodes a quarter, " if np.isfinite(row["conflict_change"]) else "")
        + f"profit by {row['profit_change']:+.1f} kEUR a week, all prices paid."
    )
    rows = [each for each in moves.table.to_dict("records") if each["verdict"] == "as good"][:2]
    if rows:
        told[1] += f" As good, as far as can be told: {'; '.join(each['move'] for each in rows)}."
    alone = moves.table[moves.table["levers"] == 1]
    if len(moves.best) > 1 and len(alone):
        one = alone.iloc[0]
        told[1] += f" Alone, {one['move']} brings {_gain(moves, one['gain'])} ({_span(moves, one['low'], one['high'])})."
    return told


def of_levers(advice: Advice) -> list[str]:
    """Which lever to raise first by a step, and where that stops to help."""
    lever = advice.first_lever
    if lever is None:
        return [f"No single lever, raised by {advice.step:g}, decidedly helps growth or cuts conflict here."]
    row = advice.levers.set_index("lever").loc[lever]
    told = [
        f"If only one step of {advice.step:g} up can be made, raise {lever.replace('_', ' ')}: from {row['level']:.2f} it "
        f"changes growth by {100 * row['growth_change']:+.2f} points a year (95% interval {100 * row['growth_low']:+.2f} to "
        f"{100 * row['growth_high']:+.2f}), and helps growth in {round(100 * row['helped'])} of 100 replicates"
        f"{_of_sets(row['helped_sets'])}."
    ]
    if np.isfinite(row["conflict_change"]):
        told.append(
            f"Conflict changes by {row['conflict_change']:+.2f} episodes a quarter ({row['conflict_low']:+.2f} to "
            f"{row['conflict_high']:+.2f}); what it costs is in the profit: {row['profit_change']:+.1f} kEUR a week "
            f"({row['profit_low']:+.1f} to {row['profit_high']:+.1f}), all prices paid."
        )
    others = advice.levers[advice.levers["raised"] & (advice.levers["lever"] != lever)]
    rivals = [name for name, low in zip(others["lever"], others["behind_low"]) if low <= 0.0]
    if rivals:
        told.append(f"Whether it helps more than {', '.join(name.replace('_', ' ') for name in rivals)} is undecided.")
    stop = advice.stops_helping
    told.append(
        "Of the levels tried, none is too much."
        if stop is None
        else f"Beyond a level of about {stop:.1f} more of it lowers growth here."
    )
    return told


def _by_hand(advice: Advice) -> list[str]:
    fixed = advice.scenario.explicit_lever_parameters
    if not fixed:
        return []
    follow = any(parts_by_hand(advice.scenario, lever) for lever, _ in advice.moves.best)
    return [
        f"This firm's file sets parts of levers by hand: {', '.join(fixed)}. Raised by a step with their lever, they go as far "
        "on their own way from poorest to best practice; where a lever is set to a level, they follow it"
        + (", as in the move above." if follow else ".")
    ]


def _gain(moves: Moves, value: float) -> str:
    return f"{moves.wish.scale * value:+.2f} {moves.wish.unit}"


def _span(moves: Moves, low: float, high: float) -> str:
    return f"{moves.wish.scale * low:+.2f} to {moves.wish.scale * high:+.2f}"


def _probability(value: float) -> str:
    return "above 0.99" if value > 0.99 else f"{value:.2f}"


def _of_sets(share: Any) -> str:
    if not np.isfinite(share):
        return ""
    return f" and, on average over its replicates, in {round(100 * share)} of 100 calibrated parameter sets"

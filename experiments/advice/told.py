"""An advice in sentences, in English and French. Levels of levers are told from 0 to 100, which files write from 0 to 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tandem.experiments.advice.arms import parts_by_hand
from tandem.experiments.advice.cause import cause_sentences
from tandem.experiments.advice.moves import Moves, worded
from tandem.experiments.advice.said import interval, lever_said, listed_levers, move_said, signed, unit_said, wish_said
from tandem.experiments.advice.second import second_sentence
from tandem.experiments.pages.words import titles
from tandem.sim.texts import number, semicolon, text

if TYPE_CHECKING:
    import pandas as pd

    from tandem.experiments.advice.advice import Advice


def paragraphs(advice: Advice, lang: str = "en") -> list[str]:
    """The advice, a paragraph each."""
    named = titles(lang)
    told = [of_role_models(advice, named, lang), *filter(None, [second_sentence(advice.second, named, lang)])]
    told += of_moves(advice.moves, lang)
    told += _by_hand(advice, lang)
    return [*told, *of_levers(advice, lang), *cause_sentences(advice, lang), text("advice.levels", lang)]


def of_role_models(advice: Advice, named: dict[str, str], lang: str = "en") -> str:
    """Which role model suits the firm best, and whether it grows under it at all."""
    return role_models_sentence(advice.role_models, named, lang)


def best_in(table: pd.DataFrame) -> str | None:
    """The role model that is decidedly best for growth by `Advice.role_models`, or None."""
    decided = table[table["decided"]]
    return str(decided.iloc[0]["role_model"]) if len(decided) else None


def role_models_sentence(table: pd.DataFrame, named: dict[str, str], lang: str = "en") -> str:
    """What `Advice.role_models` says, in a sentence or two."""
    best: Any = table.iloc[0]
    name, growth = named[best["role_model"]], 100 * float(best["growth"])
    if best_in(table) is None:
        rows = table.to_dict("records")
        close = [named[row["role_model"]] for row in rows if row["low"] <= 0.0]
        told = text(
            "advice.role_models.open",
            lang,
            names=semicolon(lang).join(close),
            best=name,
            probability=_probability(best["probability"], lang),
        )
        return f"{told} {text('advice.role_models.shrinks', lang, name=name, growth=abs(growth))}" if growth < 0.0 else told
    second: Any = table.iloc[1]
    return text(
        f"advice.role_models.{'least' if growth < 0.0 else 'most'}",
        lang,
        name=name,
        probability=_probability(best["probability"], lang),
        growth=abs(growth),
        difference=100 * float(second["difference"]),
        next=named[second["role_model"]],
        interval=interval(100 * second["low"], 100 * second["high"], ".2f", lang),
    )


def of_moves(moves: Moves, lang: str = "en") -> list[str]:
    """Which one or two levers to set to which levels, and how sure that is."""
    room = "" if moves.hours is None else text("advice.moves.room", lang, hours=number(moves.hours, "g", lang)) + " "
    looked = text("advice.moves.looked", lang, n=moves.looked_at, room=room, wish=wish_said(moves.wish, lang))
    if not moves.best:
        return [text("advice.moves.none", lang, looked=looked, span=_span(moves, moves.low, moves.high, lang))]
    row: Any = moves.table.set_index("move").loc[worded(moves.best)]
    best = {"move": move_said(worded(moves.best), lang), "gain": _gain(moves, moves.gain, lang)}
    told = [text("advice.moves.best", lang, looked=looked, span=_span(moves, moves.low, moves.high, lang), **best)]
    if np.isfinite(moves.helped_sets):
        sure = {"helps": _probability(moves.helped_sets, lang), "right": _probability(moves.right_sets, lang)}
        told[0] += " " + text("advice.moves.sets", lang, **sure)
    conflict = ""
    if np.isfinite(row["conflict_change"]):
        conflict = text("advice.moves.conflict", lang, change=signed(row["conflict_change"], "+.2f", lang)) + " "
    told.append(
        text(
            "advice.moves.takes",
            lang,
            hours=signed(row["hours"], "+.1f", lang),
            interval=interval(row["hours_low"], row["hours_high"], "+.1f", lang),
            growth=signed(100 * row["growth_change"], "+.2f", lang),
            conflict=conflict,
            profit=signed(row["profit_change"], "+.1f", lang),
        )
    )
    return [told[0], _beside(moves, told[1], lang)]


def _beside(moves: Moves, told: str, lang: str) -> str:
    """What is as good as the best move, and what one lever alone brings."""
    rows = [each for each in moves.table.to_dict("records") if each["verdict"] == "as good"][:2]
    if rows:
        between = semicolon(lang)
        told += " " + text("advice.moves.as_good", lang, moves=between.join(move_said(each["move"], lang) for each in rows))
    alone = moves.table[moves.table["levers"] == 1]
    if len(moves.best) > 1 and len(alone):
        one = alone.iloc[0]
        gain, span = _gain(moves, one["gain"], lang), _span(moves, one["low"], one["high"], lang)
        told += " " + text("advice.moves.alone", lang, move=move_said(one["move"], lang), gain=gain, span=span)
    return told


def of_levers(advice: Advice, lang: str = "en") -> list[str]:
    """Which lever to raise first by a step, and where that stops to help."""
    lever, step = advice.first_lever, 100 * advice.step
    if lever is None:
        return [text("advice.levers.none", lang, step=step)]
    row: Any = advice.levers.set_index("lever").loc[lever]
    told = [
        text(
            "advice.levers.first",
            lang,
            step=step,
            lever=lever_said(lever, lang),
            level=100 * row["level"],
            growth=signed(100 * row["growth_change"], "+.2f", lang),
            interval=interval(100 * row["growth_low"], 100 * row["growth_high"], "+.2f", lang),
            helped=round(100 * row["helped"]),
            sets=_of_sets(row["helped_sets"], lang),
        ).replace(" .", ".")
    ]
    if np.isfinite(row["conflict_change"]):
        told.append(
            text(
                "advice.levers.conflict",
                lang,
                conflict=signed(row["conflict_change"], "+.2f", lang),
                conflict_interval=interval(row["conflict_low"], row["conflict_high"], "+.2f", lang),
                profit=signed(row["profit_change"], "+.1f", lang),
                profit_interval=interval(row["profit_low"], row["profit_high"], "+.1f", lang),
            )
        )
    others = advice.levers[advice.levers["raised"] & (advice.levers["lever"] != lever)]
    rivals = [str(name) for name, low in zip(others["lever"], others["behind_low"]) if low <= 0.0]
    if rivals:
        told.append(text("advice.levers.rivals", lang, levers=listed_levers(rivals, lang)))
    stop = advice.stops_helping
    end = text("advice.levers.no_end", lang) if stop is None else text("advice.levers.stop", lang, level=100 * stop)
    return [*told, end]


def _by_hand(advice: Advice, lang: str) -> list[str]:
    fixed = advice.scenario.explicit_lever_parameters
    if not fixed:
        return []
    follow = any(parts_by_hand(advice.scenario, lever) for lever, _ in advice.moves.best)
    return [text(f"advice.by_hand.{'follow' if follow else 'stay'}", lang, names=", ".join(fixed))]


def _gain(moves: Moves, value: float, lang: str) -> str:
    return f"{signed(moves.wish.scale * value, '+.2f', lang)} {unit_said(moves.wish, lang)}"


def _span(moves: Moves, low: float, high: float, lang: str) -> str:
    return interval(moves.wish.scale * low, moves.wish.scale * high, "+.2f", lang)


def _probability(value: float, lang: str) -> str:
    return text("advice.surely", lang) if value > 0.99 else number(value, ".2f", lang)


def _of_sets(share: Any, lang: str) -> str:
    return text("advice.levers.sets", lang, share=round(100 * share)) if np.isfinite(share) else ""

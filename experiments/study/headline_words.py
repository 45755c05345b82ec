"""The facts of a headline as sentences, in English and in French, every one made from its numbers."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources

from tandem.experiments.pages.numbers import scaled
from tandem.experiments.study.headline import Facts
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.scenario import catalogue
from tandem.sim.texts import listed, number, sentence, typeset

LIKELY = 0.05  # what leads with less than this probability is not told
MOST_TOLD = 2
HELD = ("context", "role_model")


@lru_cache(maxsize=1)
def words() -> dict[str, dict[str, str]]:
    """Language -> key -> text with slots."""
    text = (resources.files("tandem.experiments.study") / "headline_texts.toml").read_text("utf-8")
    found: dict[str, dict[str, str]] = tomllib.loads(text)
    return found


class Teller:
    """Sentences about facts (`facts_of`) in a language of `tandem.sim.texts`."""

    def __init__(self, lang: str = "en"):
        self.lang, self.words = lang, words()[lang]
        self.titles = {entry.name: entry.title[lang] for entry in catalogue()}

    def whole(self, facts: Facts) -> list[str]:
        """Every sentence about an outcome, the first the answer."""
        within = [self.within(facts, held) for held in HELD]
        told = [self.first(facts), *within, self.open(facts), *self.practice(facts)]
        return [self.finished(line) for line in told if line]

    def beside_tables(self, facts: Facts) -> list[str]:
        """The sentences that stand beside a table of who leads where (`where_table`)."""
        return [self.finished(line) for line in [self.first(facts), self.open(facts), *self.practice(facts)] if line]

    def where_table(self, outcomes: Sequence[Facts], of: Sequence[str] = HELD) -> tuple[list[str], list[list[str]]]:
        """Heads and rows: who leads each outcome at each level of what is held, and the share of the variance it moves."""
        heads = ["", *(self.finished(self.said("moved_by", output=self.output(facts["output"]))) for facts in outcomes)]
        rows = []
        for held in of:
            for found in zip(*(facts["within"].get(held, []) for facts in outcomes), strict=True):
                level = self.titles.get(found[0]["level"], found[0]["level"])
                rows.append([typeset(text, self.lang) for text in (level, *(self.cell(row) for row in found))])
        return heads, rows

    def cell(self, row: Facts) -> str:
        """Who leads at one level, and by how much."""
        between = self.between(row["low"], row["high"])
        return self.said("cell", levers=self.led(row["leaders"]), total=self.figure(row["estimate"]), interval=between)

    def finished(self, line: str) -> str:
        """A sentence as it is printed."""
        return typeset(sentence(line), self.lang)

    # -- parts of sentences --------------------------------------------------------------------

    def said(self, key: str, **slots: str | None) -> str:
        """A text with its slots filled."""
        return self.words[key].format(**slots)

    def output(self, name: str) -> str:
        """An outcome inside a sentence."""
        title = OUTCOMES[name].title(self.lang)
        return self.words.get(name, title[:1].lower() + title[1:])

    def names(self, words_: Sequence[str]) -> str:
        """Names one after the other."""
        return listed([self.words.get(name, name) for name in words_], self.lang)

    def between(self, low: float | None, high: float | None, form: str = ".0%") -> str:
        """An interval."""
        return self.said("interval", low=self.figure(low, form), high=self.figure(high, form))

    def figure(self, value: float | None, form: str = ".0%") -> str:
        """A number, or a question mark where it cannot be told."""
        return "?" if value is None else number(value, form, self.lang)

    def units(self, output: str) -> tuple[float, str]:
        """Factor and unit in which an outcome is told."""
        factor, unit = scaled(output)
        return factor, self.words.get(f"{output}_unit", unit)

    # -- sentences -----------------------------------------------------------------------------

    def first(self, facts: Facts) -> str:
        """Who leads, or on what that depends, or between whom it is open."""
        output, levers = self.output(facts["output"]), {row["input"]: row for row in facts["levers"]}
        if not facts["tops"] or levers[facts["tops"][0]]["total"] is None:
            return self.said("nothing", output=output)
        if facts["depends"]:
            held = self.names(list(dict.fromkeys(row["held"] for row in facts["depends"])))
            parts = [
                self.said(
                    "part",
                    lever=self.names([row["input"]]),
                    held=self.names([row["held"]]),
                    interaction=self.figure(row["interaction"], ".1%"),
                    interval=self.between(row["interaction_low"], row["interaction_high"], ".1%"),
                    own=self.figure(row["own"], ".1%"),
                )
                for row in facts["depends"]
            ]
            return self.said("depends", output=output, held=held, parts=listed(parts, self.lang))
        if facts["leader"] is None:
            return self.said("open", output=output, levers=self.names(facts["tops"]))
        row = levers[facts["leader"]]
        lever, interval = self.names([row["input"]]), self.between(row["low"], row["high"])
        return self.said("leads", output=output, lever=lever, total=self.figure(row["total"]), interval=interval)

    def within(self, facts: Facts, held: str) -> str:
        """Who leads at each level of what is held; "" where nothing is."""
        parts = [self.where(row) for row in facts["within"].get(held, [])]
        return self.said(f"by_{held}", parts=("; " if self.lang == "en" else " ; ").join(parts)) if parts else ""

    def where(self, row: Facts) -> str:
        """Who leads at one level."""
        return self.said(
            "where",
            level=self.titles.get(row["level"], row["level"]),
            levers=self.led(row["leaders"]),
            total=self.figure(row["estimate"]),
            interval=self.between(row["low"], row["high"]),
        )

    def led(self, leaders: Sequence[str]) -> str:
        """Who leads, or between whom that is open."""
        if not leaders:
            return "?"
        return self.names(leaders) if len(leaders) == 1 else self.said("undecided", levers=self.names(leaders))

    def open(self, facts: Facts) -> str:
        """What calibration leaves open, and who leads over the parameter sets; "" where all firms share one."""
        told = facts["open"]
        if told is None or told["total"] is None:
            return ""
        interval = self.between(told["total_low"], told["total_high"])
        line = self.said("sets", total=self.figure(told["total"]), interval=interval, first=self.figure(told["first"]))
        likely = [row for row in facts["leading"] if row["probability"] is not None and row["probability"] >= LIKELY]
        if likely:
            parts = [
                self.said(
                    "probability",
                    lever=self.names([row["input"]]),
                    probability=self.figure(row["probability"], ".2f"),
                    interval=self.between(row["low"], row["high"], ".2f"),
                )
                for row in likely
            ]
            line += self.said("probably", count=str(int(likely[0]["levels"])), parts=listed(parts, self.lang))
        return f"{line}."

    def practice(self, facts: Facts) -> list[str]:
        """What more of the levers that may lead does, a sentence each."""
        rows = {row["input"]: row for row in facts["levers"]}
        return [self.more(facts["output"], rows[lever]) for lever in facts["tops"][:MOST_TOLD] if "effect" in rows[lever]]

    def more(self, output: str, row: Facts) -> str:
        """What more of one lever does."""
        factor, unit = self.units(output)
        low, high = factor * row["effect_low"], factor * row["effect_high"]
        line = self.said(
            row["helps"],
            lever=self.names([row["input"]]),
            unit=unit,
            effect=self.figure(factor * row["effect"], "+.1f"),
            interval=self.between(low, high, "+.1f"),
            stops=self.figure(row["stops"], ".2f"),
            range=self.between(row["stops_low"], row["stops_high"], ".1f"),
        )
        return line + self.said(
            "harmed", harmed=self.figure(row["harmed"]), of=self.between(row["harmed_low"], row["harmed_high"])
        )

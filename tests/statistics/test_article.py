"""The article's statements on benches that are made by hand: one on which all are true, and one on which all are false."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from tandem.experiments.effects.fit import NAMED
from tandem.experiments.effects.role_models import DISPOSITIONS
from tandem.experiments.validation import article, patterns
from tandem.experiments.validation.article import CLOSE, DISTANT, EFFICIENT, PAIRS, STUBBORN, UNSKILLED
from tandem.experiments.validation.claims import BRAND, COPILOT, STRATEGIST, VISIONARY, Bench
from tandem.experiments.validation.patterns import PATTERNS
from tandem.sim.intervals import whole_verdict

# Outcome -> condition (None: nothing is put over the firm) -> role model -> value where the article is right, 0 for all others.
RIGHT = {
    "role_clarity": {None: {STRATEGIST: 0.2}},
    "decision_delay_weeks": {None: {BRAND: 0.3, COPILOT: 0.3}, "close": {COPILOT: 0.2}, "distant": {COPILOT: 1.5}},
    "hidden_work_share": {None: {STRATEGIST: -0.1}},
    "experiments_started": {
        None: {VISIONARY: 3.0},
        "efficient": {VISIONARY: 2.0},
        "unskilled": {VISIONARY: 4.0, STRATEGIST: 4.0},
    },
    "experiments_succeeded": {None: {VISIONARY: 1.0}, "unskilled": {VISIONARY: 1.0, STRATEGIST: 3.0}},
    "backlog_weeks": {"unskilled": {VISIONARY: 1.0}},
    "brand_awareness": {None: {BRAND: 0.1}},
    "return_on_investment": {None: {BRAND: 0.5}},
    "omission_rate": {"stubborn": {BRAND: 0.2}},
    "setting_error": {None: {COPILOT: -0.1}},
    "revenue_growth": {"distant": {STRATEGIST: 0.1, BRAND: 0.2, VISIONARY: -0.1}},
}
CONDITIONS = {"close": CLOSE, "distant": DISTANT, "efficient": EFFICIENT, "unskilled": UNSKILLED, "stubborn": STUBBORN}
STATEMENTS = {pattern.number: pattern.claims for pattern in PATTERNS if pattern.number.startswith("A")} | {
    "25": article.last_without_trust
}


def condition(changes):
    """The name of what was put over a firm; of nothing None. Anything else is a change that no statement makes."""
    return next(name for name, told in {**CONDITIONS, None: {}}.items() if told == dict(changes or {}))


class Made(Bench):
    """A bench whose outcomes are `values` times `sign`, with the same luck for all and a little of each one's own."""

    def __init__(self, values=RIGHT, sign=1.0):
        super().__init__(20, 0, parameters="declared")
        self.values, self.sign = values, sign

    def outcomes(self, role_model, context="baseline", changes=None):
        assert context == "baseline"
        under, own = condition(changes), 1e-3 * np.random.default_rng(len(role_model)).standard_normal(20)
        means = {name: by.get(under, {}).get(role_model, 0.0) for name, by in self.values.items()}
        return pd.DataFrame({name: self.sign * mean + np.linspace(0, 5, 20) + own for name, mean in means.items()})


def word(statement, bench):
    return whole_verdict(claim.verdict for claim in STATEMENTS[statement](bench))


def test_there_are_twelve_and_every_pattern_has_a_number_of_its_own():
    numbers = [pattern.number for pattern in PATTERNS]
    assert len(numbers) == len(set(numbers))
    assert [number for number in numbers if number.startswith("A")] == [f"A{k}" for k in range(1, 13)]
    assert all(pattern.en and pattern.fr and pattern.en != pattern.fr for pattern in PATTERNS)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_statement_holds_where_the_article_is_right_and_fails_where_the_reverse_is_true(statement):
    assert word(statement, Made()) == "holds"
    assert word(statement, Made(sign=-1.0)) == "fails"


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_statement_is_open_where_nobody_differs(statement):
    claims = STATEMENTS[statement](Made(sign=0.0))
    words = [claim.verdict for claim in claims if "week" not in claim.what]  # those have a line of their own
    assert set(words) <= {"undecided"}


@pytest.mark.parametrize(
    ("statement", "outcome", "under"),
    [("A4", "experiments_started", "efficient"), ("A6", "backlog_weeks", "unskilled"), ("A10", "omission_rate", "stubborn")],
)
def test_what_is_said_under_a_condition_is_judged_under_it(statement, outcome, under):
    """True without the condition alone, it is not held to be true."""
    elsewhere = {**RIGHT, outcome: {None: RIGHT[outcome][under]}}
    assert word(statement, Made(elsewhere)) != "holds"


def test_co_pilots_may_be_a_quarter_of_a_week_behind_and_blocked_is_a_week():
    for statement, under, behind, wanted in (
        ("A11", "close", 0.2, "holds"),
        ("A11", "close", 0.3, "fails"),
        ("A12", "distant", 1.1, "holds"),
        ("A12", "distant", 0.9, "fails"),
    ):
        values = {**RIGHT, "decision_delay_weeks": {under: {COPILOT: behind}}}
        assert word(statement, Made(values)) == wanted, (statement, behind)


def test_next_to_last_is_low_enough_and_second_is_not():
    for growth, wanted in (
        ({STRATEGIST: 0.2, BRAND: 0.1, VISIONARY: -0.1}, "holds"),
        ({STRATEGIST: 0.2, BRAND: -0.1, VISIONARY: -0.2}, "fails"),
    ):
        assert word("25", Made({"revenue_growth": {"distant": growth}})) == wanted


# -- fit ---------------------------------------------------------------------------------------


class Fitting(Bench):
    """A bench on which the role model that the article names for a context has the most (by `more`) of all that is wanted."""

    def __init__(self, more):
        super().__init__(20, 3, parameters="declared")
        self.more, self.played = more, []

    def batch(self, scenario):
        self.played.append(scenario)
        named = NAMED[scenario.context] == scenario.role_model
        luck = np.linspace(0, 1, 20) + 1e-3 * np.random.default_rng(len(scenario.role_model)).standard_normal(20)
        unlike = {"standing_error": -1.0}  # less of it is wanted, beyond what it is without a jump
        jumps = any(event.kind == "market_jump" for event in scenario.parameters.events)

        def units(outcome):
            more = self.more * named * unlike.get(outcome, 1.0)
            return luck + (more if outcome != "standing_error" or jumps else 0.0) * 1.0

        return SimpleNamespace(units=units)


@pytest.mark.parametrize("claims", [article.fit_described, article.fit_equal])
def test_each_role_model_is_judged_in_the_context_that_the_article_names(claims):
    right, wrong, alike = (claims(Fitting(more)) for more in (1.0, -1.0, 0.0))
    assert [claim.what.split(": ")[0] for claim in right] == list(NAMED)
    assert [claim.what.split(": ")[1].split(" above ")[0] for claim in right] == list(NAMED.values())
    assert {claim.verdict for claim in right} == {"holds"} and {claim.verdict for claim in wrong} == {"fails"}
    assert not {"holds"} & {claim.verdict for claim in alike}


def test_only_one_of_them_puts_dispositions_equal():
    for claims, equal in ((article.fit_described, False), (article.fit_equal, True)):
        bench = Fitting(1.0)
        claims(bench)
        assert {firm.role_model for firm in bench.played} == set(PAIRS)
        dispositions = {tuple(firm.values[path] for path in DISPOSITIONS) for firm in bench.played}
        assert (dispositions == {tuple(DISPOSITIONS.values())}) == equal


def test_a_context_that_is_settled_is_played_no_further(monkeypatch):
    """Its claim is told as it was then, whoever the rival is by now; the other contexts are asked for at every look."""
    asked = []

    def made(contexts, pairs, *rest, **more):
        asked.append((tuple(contexts), pairs))
        rows = []
        for context in contexts:
            far = 1.0 if context == "innovative" or (context == "agile" and pairs >= 500) else 0.0
            rival = BRAND if pairs < 200 else STRATEGIST
            row = {"context": context, "role_model": NAMED[context], "rival": rival, "difference": far + pairs / 1e4}
            rows.append({**row, "low": far - 0.2, "high": far + 0.2, "named": True})
        return pd.DataFrame(rows)

    monkeypatch.setattr(article, "fits", made)
    monkeypatch.setattr(patterns, "_open", lambda claim, at_most: claim.verdict == "undecided")
    bench = Made()
    bench.settled["left of another pattern"] = None
    claims = patterns._until_decided(next(p for p in PATTERNS if p.number == "24"), bench, 1000)
    left = ("rapid-growth", "established-brand")
    assert asked == [(tuple(NAMED), 100), ((*left, "agile"), 200), ((*left, "agile"), 500), (left, 1000)]
    told = {claim.about: (claim.verdict, claim.pairs, claim.figure) for claim in claims}
    assert list(told) == list(NAMED) and told["innovative"] == ("holds", 100, 1.01) and told["agile"] == ("holds", 500, 1.05)
    assert told["rapid-growth"] == ("undecided", 1000, 0.1) and claims[1].what.endswith(f"above {BRAND}")

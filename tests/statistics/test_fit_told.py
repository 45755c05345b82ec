"""Which role model fits which firm: known answers by hand, sentences that agree with their table, nothing played twice."""

import numpy as np
import pandas as pd
import pytest

from tandem.experiments.effects import fit
from tandem.experiments.effects.role_models import chosen_role_models, contexts, described
from tandem.experiments.pages.words import titles
from tandem.experiments.study import fit_report
from tandem.experiments.study.fitting import Remembered, fit_runs, fit_tables, plays
from tandem.sim.parameter_sets import chosen
from tandem.sim.results import simulate_batch

ARMS = ["strategist-executor", "brand-performance", "co-pilot"]


def rows(context, verdicts, order=ARMS):
    """A table as `fits` makes it: the verdict of each role model against the best other, in the order of rank."""
    return pd.DataFrame(
        {
            "context": context,
            "role_model": order,
            "place": range(1, len(order) + 1),
            "rival": [order[1], *[order[0]] * (len(order) - 1)],
            "difference": [0.2, *[-0.2] * (len(order) - 1)],
            "low": -0.5,
            "high": 0.1,
            "verdict": verdicts,
            "named": [fit.NAMED.get(context) == arm for arm in order],
            "n": 50,
        }
    )


def test_who_is_first_and_whether_the_article_agrees():
    table = pd.concat(
        [
            rows("baseline", ["higher", "lower", "lower"]),
            rows("rapid-growth", ["higher", "lower", "lower"]),
            rows("established-brand", ["undecided", "undecided", "lower"]),
            rows("agile", ["undecided", "undecided", "lower"]),
        ]
    )
    found = fit.firsts(table).set_index("context")
    assert found["agreed"].to_dict() == {
        "baseline": "",
        "rapid-growth": "agreed",
        "established-brand": "undecided",
        "agile": "not agreed",
    }
    assert found["first"].to_dict() == {
        "baseline": ARMS[0],
        "rapid-growth": ARMS[0],
        "established-brand": "; ".join(ARMS[:2]),
        "agile": "; ".join(ARMS[:2]),
    }
    assert found["decided"].tolist() == [True, True, False, False] and set(found["lead"]) == {0.2}
    assert fit.agreement(found.reset_index()) == "2 of 3 contexts (first in 1, undecided for first in 1)"


def test_a_first_that_is_decided_may_leave_others_undecided():
    """The best is decided from the next on the list, or it is not: the others count one by one."""
    found = fit.firsts(rows("agile", ["undecided", "lower", "undecided"], ["co-pilot", *ARMS[:2]]))
    assert found["first"].item() == "co-pilot; brand-performance" and found["agreed"].item() == "undecided"


def test_a_sentence_tells_the_wishes_the_fit_and_the_article():
    named = titles()

    def told(verdicts, order=ARMS):
        return fit.fit_sentence(fit.firsts(rows("rapid-growth", verdicts, order)).iloc[0].to_dict(), named)

    assert told(["higher", "lower", "lower"]) == (
        "Rapid growth: such a firm wants to grow fast, and improve what marketing money brings. “CEO strategist, COO executor” "
        "fits it best (decided, by 0.20 standard deviations of such firms); the article names “CEO strategist, COO executor”: "
        "agreed (N = 50 pairs)."
    )
    assert "fit it alike (undecided); the article names “CEO strategist, COO executor”: agreed, as far as can be told" in told(
        ["undecided", "undecided", "lower"]
    )
    assert "“CEO strategist, COO executor”: not agreed" in told(["higher", "lower", "lower"], ARMS[::-1])


def study_table(verdicts):
    found = pd.concat([rows(context, verdicts[context], order) for context, order in ORDERS.items()])
    return pd.concat([found.assign(dispositions="as described"), found.assign(dispositions="equal")])


ORDERS = {"baseline": ARMS, "rapid-growth": ARMS, "agile": ARMS[::-1]}


def test_the_first_screen_claims_no_more_than_the_table_decides():
    named = titles()
    decided = {context: ["higher", "lower", "lower"] for context in ORDERS}
    open_ = {context: ["undecided", "undecided", "lower"] for context in ORDERS}
    assert fit_report.answer(study_table(decided), named, "")["lever"] == "It depends on the firm"
    assert fit_report.answer(study_table(open_), named, "")["lever"] == "Undecided everywhere"
    mixed = {**decided, "agile": ["undecided", "undecided", "undecided"]}
    told = fit_report.answer(study_table(mixed), named, "By growth alone: nobody.")
    assert told["lever"] == "Undecided in 1 of 3 contexts" and told["contrast"] == "By growth alone: nobody."
    assert "Decided in 2 of 3 contexts" in told["sure"]
    part = fit_report.section(study_table(mixed), named, "By growth alone: nobody.")
    common = "In every context “CEO strategist, COO executor” is first or cannot be told from the first (undecided in 1)."
    assert part["everywhere"] == common
    assert len(part["told"]) == 3 and len(part["described"]["rows"]) == 9
    assert fit_report.section(study_table(decided), named, "")["everywhere"].startswith("No role model is first")


def test_the_fit_is_the_mean_of_wishes_in_their_own_spread():
    values = {"a": np.array([[1.0, 3.0], [10.0, 10.0]]), "b": np.array([[2.0, 4.0], [30.0, 30.0]])}
    found = fit.indices(values)  # spread of the first wish 1; the second does not vary within a role model
    assert found["a"] == pytest.approx([5.5, 6.5]) and found["b"] == pytest.approx([16.0, 17.0])


def test_a_study_plays_for_the_wishes_only_what_it_has_not_played():
    options, asked, played = chosen_role_models(), chosen("declared"), []

    def player(scenario, runs, seed, parameters):
        played.append(runs)
        return simulate_batch(scenario, runs, seed, parameters=parameters)

    fresh, shown = Remembered(player), Remembered(player)
    for context in contexts():
        scenarios = described(context, options)
        shown.show(scenarios.values(), [simulate_batch(each, 6, 2, parameters=asked) for each in scenarios.values()])
    table = fit_tables(contexts(), options, 6, 4, 2, asked, shown)
    assert sum(played) == fit_runs(options, 4) and plays("agile") == 2 and plays("baseline") == 0
    pd.testing.assert_frame_equal(table, fit_tables(contexts(), options, 6, 4, 2, asked, fresh))
    n = table.set_index(["dispositions", "context"])["n"]
    assert set(n["as described"]["baseline"]) == {6} and set(n["as described"]["agile"]) == set(n["equal"]["baseline"]) == {4}
    assert set(table["context"]) == set(contexts()) and len(table) == 2 * len(contexts()) * len(options)


def test_a_batch_that_is_too_small_is_played_anew():
    asked, firm = chosen("declared"), described("baseline", ["co-pilot"])["co-pilot"]
    memory = Remembered(lambda scenario, runs, seed, parameters: simulate_batch(scenario, runs, seed, parameters=parameters))
    memory.show([firm], [simulate_batch(firm, 3, 2, parameters=asked)])
    found = memory.play(firm, 5, 2, asked)
    assert len(found.units("revenue_growth")) == found.runs == 5
    assert memory.play(firm, 2, 2, asked).units("revenue_growth") == pytest.approx(found.units("revenue_growth")[:2])

"""Aggregate marketing response: brand, pressure, fit, churn, reputation."""

import math

import pytest
from claims import DEVIATIONS, SHARE, Claim, as_declared, declared, plain, swapped, turned
from hypothesis import given
from hypothesis import strategies as st

from tandem.sim.rules import market

DECAY, OFF_BRAND = declared("market.goodwill_decay"), declared("campaigns.off_brand")
ALLOCATION = declared("market.allocation")

effect = as_declared(market.brand_effect, neutral="campaigns.brand", slope="campaigns.brand_slope")
mouth = as_declared(market.word_of_mouth, usual="market.usual_satisfaction")
response = as_declared(market.goal_response, share="market.goal_response")
fit = as_declared(market.fit, loss="market.misfit")
service = as_declared(market.service_quality, loss="market.service_misfit")
setting = as_declared(market.setting_after, carried="execution.carried_error")

CLAIMS = (
    Claim(
        market.goodwill_after,
        {"goodwill": SHARE, "inflow": (0.0, 0.7), "decay": DECAY},
        SHARE,
        rising=("goodwill", "inflow"),
        falling=("decay",),
    ),
    # Off brand eight standard deviations with the highest damage declared, ten times that in a crisis: 0 - 3 x 200 x 64.
    Claim(
        market.brand_effect,
        {
            "attribute": DEVIATIONS,
            "off_brand": (0.0, 10 * OFF_BRAND[1]),
            "neutral": declared("campaigns.brand"),
            "slope": declared("campaigns.brand_slope"),
        },
        (-38_400.0, 27.0),
        rising=("attribute", "neutral"),
        falling=("off_brand",),
    ),
    Claim(
        market.campaign_weight,
        {"running": (0.0, 64.0), "reference": (0.005, 250.0), "exponent": declared("assumptions.media_budget_exponent")},
        SHARE,
        rising=("reference",),
        falling=("running", "exponent"),
    ),
    Claim(
        market.word_of_mouth,
        {
            "weight": declared("market.word_of_mouth"),
            "customers": (0.0, 50.0),
            "satisfaction": SHARE,
            "usual": declared("market.usual_satisfaction"),
        },
        (0.0, 450.1),
        rising=("customers", "satisfaction"),
        falling=("usual",),
    ),
    Claim(
        market.spent_weight,
        {
            "running": (0.0, 64.0),
            "reference": (0.005, 250.0),
            "exponent": declared("assumptions.media_budget_exponent"),
            "most": declared("campaigns.media_weight_most"),
        },
        (1.0, 10.0),
        rising=("reference", "exponent", "most"),
    ),
    Claim(market.goal_response, {"goal": SHARE, "share": declared("market.goal_response")}, (0.0, 5.0), rising=("goal",)),
    Claim(
        market.saturated,
        {"pressure": (0.0, 500.0), "half": declared("market.saturation")},
        SHARE,
        rising=("pressure",),
        falling=("half",),
    ),
    Claim(
        market.fit,
        {
            "budget_error": DEVIATIONS,
            "agency_error": DEVIATIONS,
            "positioning_error": DEVIATIONS,
            "loss": declared("market.misfit"),
        },
        SHARE,
        falling=("loss",),
        mirrors=(
            swapped("budget_error", "agency_error"),
            swapped("agency_error", "positioning_error"),
            turned("budget_error"),
            turned("agency_error"),
            turned("positioning_error"),
        ),
    ),
    Claim(
        market.service_quality,
        {"error": DEVIATIONS, "loss": declared("market.service_misfit")},
        SHARE,
        falling=("loss",),
        mirrors=(turned("error"),),
    ),
    Claim(
        market.neglect,
        {"arrears": (0.0, 2000.0), "patience": declared("compliance.patience")},
        SHARE,
        rising=("arrears",),
        falling=("patience",),
    ),
    Claim(
        market.reputation_after,
        {
            "reputation": SHARE,
            "neglected": SHARE,
            "damage": declared("compliance.damage"),
            "recovery": declared("compliance.recovery"),
        },
        SHARE,
        rising=("recovery",),
        falling=("neglected", "damage"),
    ),
    Claim(market.arm_response, {"share": SHARE, "exponent": ALLOCATION}, (0.0, 8.0), rising=("share",)),
    Claim(
        market.unused_pay,
        {"cost": declared("market.executive_cost"), "hours": declared("ceo.hours"), "used": (0.0, 80.0)},
        (0.0, 600.0),
        rising=("cost", "hours"),
        falling=("used",),
    ),
    # 0.1 x 11 / 0.05: a bound for the rule; who calls it lets no more than a share of the customers go in a week.
    Claim(
        market.churn_rate,
        {
            "base": declared("market.churn"),
            "slope": declared("market.churn_satisfaction"),
            "satisfaction": SHARE,
            "retention": (0.05, 8.0),
        },
        (0.0, 22.1),
        rising=("base", "slope"),
        falling=("satisfaction", "retention"),
    ),
    Claim(
        market.setting_after,
        {"error": DEVIATIONS, "stake": SHARE, "outcome": DEVIATIONS, "carried": declared("execution.carried_error")},
        DEVIATIONS,
        rising=("error", "outcome"),
    ),
    Claim(
        market.presence_after,
        {"presence": SHARE, "share": SHARE, "speed": declared("market.presence_speed")},
        SHARE,
        rising=("presence", "share"),
    ),
    Claim(
        market.presence_effect,
        {"presence": SHARE, "usual": declared("market.presence_usual"), "gain": declared("market.presence_gain")},
        (0.0, 2.0),
        rising=("presence",),
        falling=("usual",),
    ),
    Claim(
        market.coherence_effect,
        {"coherence": SHARE, "start": declared("market.coherence"), "gain": declared("market.coherence_gain")},
        (0.0, 4.0),
        rising=("coherence",),
        falling=("start",),
    ),
    Claim(
        market.growth_of_business,
        {
            "start": (-0.7, 1.1),
            "mature": declared("market.mature_growth"),
            "years": declared("market.maturing_years"),
            "t": (0.0, 40.0),
        },
        (-0.7, 1.1),
        rising=("start", "mature"),
    ),
    Claim(
        market.demand_on_path,
        {"churn": (1e-6, 1.1), "start": (-0.014, 0.022), "now": (-0.014, 0.022)},
        (0.0, 2e6),
        rising=("now",),
        falling=("start",),
    ),
    Claim(
        market.held_by_rivals,
        {"rivalry": (-20.0, 20.0), "entry": declared("market.entry")},
        (0.0, 1e27),
        falling=("rivalry",),
    ),
    Claim(
        market.line_luck_after,
        {
            "luck": DEVIATIONS,
            "memory": declared("market.line_memory"),
            "spread": declared("market.line_luck"),
            "draw": DEVIATIONS,
        },
        (-33.0, 33.0),
        rising=("luck", "draw"),
    ),
)


def test_goodwill_by_hand():
    after = plain(market.goodwill_after)
    assert after(0.4, 0.0, 0.04) == pytest.approx(0.384)  # 0.4 x 0.96
    assert after(0.4, 0.05, 0.04) == pytest.approx(0.414)  # 0.4 + 0.05 x 0.6 - 0.016
    assert after(1.0, 0.5, 0.0) == 1.0
    assert after(0.0, 0.0, 0.3) == 0.0


def test_word_of_mouth_by_hand():
    assert mouth(0.4, 1.0, 0.75) == 1.0
    assert mouth(0.4, 2.0, 0.75) == pytest.approx(1.4)  # twice the customers: 0.6 + 0.4 x 2
    assert mouth(0.4, 1.0, 0.375) == pytest.approx(0.8)  # half as satisfied: 0.6 + 0.4 / 2
    assert mouth(0.0, 9.0, 0.1) == 1.0


@given(st.floats(0, 1), st.floats(0.001, 0.3), st.floats(0.001, 0.3))
def test_goodwill_settles_where_inflow_meets_forgetting(start, inflow, decay):
    """At rest i (1 - g) = d g, so g = i / (i + d); the distance shrinks by 1 - i - d a week (Nerlove-Arrow)."""
    rest = inflow / (inflow + decay)
    value = start
    for _ in range(10):
        value = plain(market.goodwill_after)(value, inflow, decay)
    assert value == pytest.approx(rest + (start - rest) * (1 - inflow - decay) ** 10, abs=1e-9)


def test_launches_by_hand():
    assert effect(0.0, 2.0) == 0.5
    assert effect(1.0, 2.0) == 1.0
    assert effect(-1.0, 2.0) == -0.5  # 0.5 - 0.5 x 2 x 1
    assert effect(-2.0, 2.0) == -3.5  # twice as far off, four times the damage
    assert effect(-math.sqrt(0.5), 2.0) == pytest.approx(0.0)  # a little off brand neither builds nor harms


def test_campaigns_share_the_media_budget_by_hand():
    weight = plain(market.campaign_weight)
    assert weight(4.0, 1.0, 0.5) == pytest.approx(0.5)
    assert weight(4.0, 1.0, 1.0) == pytest.approx(0.25)  # one fixed budget
    assert weight(4.0, 1.0, 0.0) == 1.0  # no limit
    assert weight(1.8, 1.8, 0.5) == weight(0.0, 1.8, 0.5) == 1.0


@given(st.floats(1.0, 64.0), st.floats(0.09, 9.0), st.floats(0, 1))
def test_all_campaigns_together_never_press_less(running, reference, exponent):
    weight = plain(market.campaign_weight)
    assert (running + 1) * weight(running + 1, reference, exponent) >= running * weight(running, reference, exponent) - 1e-9


@pytest.mark.parametrize(("pressure", "expected"), [(0.0, 0.0), (2.5, 0.5), (7.5, 0.75)])
def test_saturation(pressure, expected):
    assert plain(market.saturated)(pressure, 2.5) == expected


def test_fit_and_service_by_hand():
    assert fit(0.0, 0.0, 0.0) == 1.0
    assert fit(1.0, -1.0, 1.0) == pytest.approx(math.exp(-0.75))
    assert service(0.0) == 1.0
    assert service(-2.0) == pytest.approx(math.exp(-1.2))


@pytest.mark.parametrize(("arrears", "expected"), [(0.0, 0.0), (1.0, 1 / 64), (2.0, 0.125), (4.0, 1.0), (40.0, 1.0)])
def test_neglect(arrears, expected):
    assert plain(market.neglect)(arrears, 4.0) == expected


def test_reputation_by_hand():
    after = plain(market.reputation_after)
    assert after(1.0, 0.0, 0.03, 0.05) == 1.0
    assert after(1.0, 1.0, 0.03, 0.05) == 0.97
    assert after(0.8, 0.0, 0.03, 0.05) == pytest.approx(0.81)  # 0.8 + 0.05 x 0.2
    assert after(0.8, 0.5, 0.03, 0.05) == pytest.approx(0.793)  # - 0.012 + 0.005


@pytest.mark.parametrize(
    ("share", "exponent", "expected"),
    [
        (0.25, 0.65, 1.0),
        (1.0, 0.5, 2.0),
        (0.0625, 0.5, 0.5),
        (0.5, 0.0, 1.0),
        (0.0, 0.65, 0.0),
    ],
)
def test_arms(share, exponent, expected):
    assert plain(market.arm_response)(share, exponent) == pytest.approx(expected)


def test_churn_by_hand():
    lost = plain(market.churn_rate)
    assert lost(0.0028, 1.5, 1.0, 1.0) == 0.0028
    assert lost(0.0028, 1.5, 0.75, 1.0) == pytest.approx(0.00385)  # x 1.375
    assert lost(0.0028, 1.5, 0.0, 2.0) == pytest.approx(0.0035)  # x 2.5 / 2
    assert lost(0.0, 10.0, 0.0, 0.2) == 0.0


def test_settings_by_hand():
    assert setting(1.0, 0.5, 0.0) == 0.5
    assert setting(1.0, 0.9, 1.0) == pytest.approx(0.73)  # 0.1 + 0.63
    assert setting(1.0, 0.0, 5.0) == 1.0  # a decision without weight
    assert setting(1.0, 1.0, 1.0) == pytest.approx(0.7)


def test_what_pays_answers_by_hand():
    assert response(0.2) == 1.0  # all five goals pay alike
    assert response(0.0) == 0.5
    assert response(0.4) == pytest.approx(1.5)  # 0.5 + 0.5 x 2


def test_hours_not_used_are_paid_too():
    assert plain(market.unused_pay)(0.1, 14.0, 4.0) == pytest.approx(1.0)
    assert plain(market.unused_pay)(0.1, 14.0, 14.5) == 0.0  # more than his hours: nothing is left to pay


def test_a_budget_spent_on_few_campaigns_weighs_more():
    spent = as_declared(market.spent_weight, most="campaigns.media_weight_most")
    assert spent(0.9, 1.8, 0.5) == pytest.approx(math.sqrt(2))
    assert spent(0.9, 1.8, 1.0) == 2.0
    assert spent(0.1, 1.8, 1.0) == 2.0  # no more than twice
    assert spent(1.8, 1.8, 1.0) == spent(3.6, 1.8, 1.0) == 1.0  # above it, what `campaign_weight` says holds
    assert spent(0.0, 1.8, 1.0) == 1.0  # nothing to spend it on


def test_neglect_is_whole_from_the_end_of_patience_on():
    assert [plain(market.neglect)(arrears, 4.0) for arrears in (0.0, 2.0, 4.0, 6.0, 9.0)] == [0.0, 0.125, 1.0, 1.0, 1.0]


def test_presence_follows_hours_and_sells():
    assert plain(market.presence_after)(0.5, 1.0, 0.1) == pytest.approx(0.55)
    assert plain(market.presence_effect)(0.8, 0.8, 0.23) == 1.0
    assert plain(market.presence_effect)(0.3, 0.8, 0.2) == pytest.approx(0.9)


def test_coherence_sells_by_its_gain():
    assert plain(market.coherence_effect)(0.8, 0.6, 0.5) == pytest.approx(1.1)
    assert plain(market.coherence_effect)(0.0, 1.0, 3.0) == 0.0
    assert plain(market.coherence_effect)(0.0, 1.0, 0.5) == pytest.approx(0.5)
    assert plain(market.coherence_effect)(0.0, 1.0, 1.5) == 0.0


def test_a_line_of_business_comes_of_age():
    assert plain(market.growth_of_business)(0.3, 0.03, 4.0, 0.0) == pytest.approx(0.3)
    assert plain(market.growth_of_business)(0.3, 0.03, 4.0, 4.0) == pytest.approx(0.03 + 0.27 / math.e)


@pytest.mark.parametrize(
    ("churn", "start", "now", "expected"),
    [
        (0.003, 0.002, 0.002, 1.0),
        (0.003, 0.002, -0.0005, 0.5),
        (0.003, 0.002, -0.1, 0.012),  # at least a fiftieth of what replaces those who go
        (0.0, -0.1, 0.001, 1.0),  # nothing to keep up with
    ],
)
def test_keeping_up_replaces_who_goes_and_grows_with_the_rest(churn, start, now, expected):
    assert plain(market.demand_on_path)(churn, start, now) == pytest.approx(expected)


def test_rivals_answer_growth_and_spare_the_weak():
    assert plain(market.held_by_rivals)(0.0, 0.5) == 1.0
    assert plain(market.held_by_rivals)(1.0, 0.5) == pytest.approx(math.exp(-0.5))
    assert plain(market.held_by_rivals)(-1.0, 0.5) > 1.0


def test_a_lines_luck_fades_and_wanders_by_its_spread_in_the_long_run():
    assert plain(market.line_luck_after)(0.4, 0.25, 0.8, 0.0) == pytest.approx(0.3)
    assert plain(market.line_luck_after)(0.0, 1.0, 0.8, 1.5) == pytest.approx(1.2)
    kept = 1.0 - 0.25  # variance: kept squared of the old and the rest anew
    one = plain(market.line_luck_after)(0.0, 0.25, 0.8, 1.0)
    assert kept**2 * 0.8**2 + one**2 == pytest.approx(0.8**2)

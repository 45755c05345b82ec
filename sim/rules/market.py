"""Brand, demand, customers: aggregate marketing response."""

import math

from tandem.sim.compile import rule


@rule
def goodwill_after(goodwill, inflow, decay):
    """Brand awareness after a week: inflow on the part not yet aware, decay 1/week [nerlove1962] [vidale1957]."""
    return goodwill + inflow * (1.0 - goodwill) - decay * goodwill


@rule
def word_of_mouth(weight, customers, satisfaction):
    """Factor of demand, of which `weight` comes through customers (multiple of those at the start; assumption)."""
    return (1.0 - weight) + weight * customers * satisfaction / 0.75


@rule
def brand_effect(attribute, off_brand):
    """Brand input of a launch by its brand attribute (standard deviations): convex damage when off brand (assumption)."""
    return 0.5 + 0.5 * attribute if attribute > 0.0 else 0.5 - 0.5 * off_brand * attribute * attribute


@rule
def campaign_weight(running, reference, exponent):
    """Weight of each campaign as `running` share one media budget that carries `reference` of them (assumption)."""
    return math.exp(exponent * math.log(reference / running)) if running > reference else 1.0


@rule
def saturated(pressure, half):
    """Response to pressure in [0, 1], half at `half`: diminishing returns [sethuraman2011]."""
    return pressure / (pressure + half)


@rule
def fit(budget_error, agency_error, positioning_error):
    """Fit of standing settings in (0, 1], from errors in standard deviations (assumption)."""
    return math.exp(-0.25 * (budget_error * budget_error + agency_error * agency_error + positioning_error * positioning_error))


@rule
def service_quality(error):
    """Share of satisfaction left by a standing error of service (standard deviations; assumption)."""
    return math.exp(-0.3 * error * error)


@rule
def neglect(arrears, patience):
    """How far approvals are neglected (0-1): hardly while they wait a week, fully at `patience` weeks (assumption)."""
    share = arrears / patience
    return share * share * share if share < 1.0 else 1.0


@rule
def reputation_after(reputation, neglected, damage, recovery):
    """Reputation after a week: neglect takes the share `damage` of it, diligence mends it at `recovery` (1/week; assumption)."""
    return reputation - damage * neglected * reputation + recovery * (1.0 - neglected) * (1.0 - reputation)


@rule
def arm_response(share, exponent):
    """Response of a budget arm to its share, 1 at a quarter of the budget."""
    return math.exp(exponent * math.log(share / 0.25)) if share > 1e-9 else 0.0


@rule
def churn_rate(base, slope, satisfaction, retention):
    """Share of customers lost in a week: dissatisfaction raises it [otto2020], the retention budget lowers it."""
    return base * (1.0 + slope * (1.0 - satisfaction)) / retention


@rule
def setting_after(error, stake, outcome):
    """Standing error after a decision of weight `stake` whose own error is `outcome` (both standard deviations)."""
    return (1.0 - stake) * error + 0.7 * stake * outcome

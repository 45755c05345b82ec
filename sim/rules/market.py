"""Brand, demand, customers: aggregate marketing response."""

import math

from tandem.sim.compile import rule


@rule
def goodwill_after(goodwill, inflow, decay):
    """Brand awareness after a week: inflow on the part not yet aware, decay 1/week [nerlove1962] [vidale1957]."""
    return goodwill + inflow * (1.0 - goodwill) - decay * goodwill


@rule
def word_of_mouth(weight, customers, satisfaction, usual):
    """Factor of demand, of which `weight` comes through customers (multiple of those at the start) at their usual satisfaction
    (assumption)."""
    return (1.0 - weight) + weight * customers * satisfaction / usual


@rule
def brand_effect(attribute, off_brand, neutral, slope):
    """Brand input of a launch by its brand attribute (standard deviations): `neutral` at 0, convex damage when off
    brand (assumption)."""
    return neutral + slope * attribute if attribute > 0.0 else neutral - slope * off_brand * attribute * attribute


@rule
def campaign_weight(running, reference, exponent):
    """Weight of each campaign as `running` share one media budget that carries `reference` of them (assumption)."""
    return math.exp(exponent * math.log(reference / running)) if running > reference else 1.0


@rule
def spent_weight(running, reference, exponent, most):
    """Weight of each campaign, at least 1 and at most `most`, where the budget that carries `reference` of them is spent on fewer
    (assumption)."""
    if running <= 0.0 or running >= reference:
        return 1.0
    weight = math.exp(exponent * math.log(reference / running))
    return weight if weight < most else most


@rule
def goal_response(goal, share):
    """Response of an arm to how much the goal it serves pays: 1 at an equal weight of the five goals, `share` of it in proportion
    to the weight (assumption)."""
    return (1.0 - share) + share / 0.2 * goal


@rule
def saturated(pressure, half):
    """Response to pressure in [0, 1], half at `half`: diminishing returns [sethuraman2011]."""
    return pressure / (pressure + half)


@rule
def fit(budget_error, agency_error, positioning_error, loss):
    """Fit of standing settings in (0, 1], from errors in standard deviations; `loss` is per square of each (assumption)."""
    return math.exp(-loss * (budget_error * budget_error + agency_error * agency_error + positioning_error * positioning_error))


@rule
def service_quality(error, loss):
    """Share of satisfaction left by a standing error of service (standard deviations; assumption)."""
    return math.exp(-loss * error * error)


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
def setting_after(error, stake, outcome, carried):
    """Standing error after a decision of weight `stake` whose own error is `outcome` (both standard deviations), of which work
    carries the share `carried` into the setting."""
    return (1.0 - stake) * error + carried * stake * outcome


@rule
def unused_pay(cost, hours, used):
    """Pay (kEUR) of those hours of a post that are not used (assumption)."""
    return cost * (hours - used) if hours > used else 0.0


@rule
def presence_after(presence, share, speed):
    """Presence of the firm's head outside (0-1) after a week in which he gave the `share` of the hours it could take."""
    return presence + speed * (share - presence)


@rule
def presence_effect(presence, usual, gain):
    """Factor of demand by the head's presence outside, 1 at the `usual`: a standard deviation of what leaders do beyond running
    the work goes with 7% of sales [bandiera2020]."""
    return 1.0 + gain * (presence - usual)


@rule
def coherence_effect(coherence, start, gain):
    """Factor of what awareness sells, 1 at the coherence at the `start`: consistency makes a brand credible [erdem1998]."""
    effect = 1.0 + gain * (coherence - start)
    return effect if effect > 0.0 else 0.0


@rule
def growth_of_business(start, mature, years, t):
    """Growth (log, 1/year) of a line of business after `t` years: from that at the `start` to the `mature` (assumption)."""
    return mature + (start - mature) * math.exp(-t / years)


@rule
def demand_on_path(churn, start, now):
    """Factor of demand by which a firm that grew at `start` (both log, 1/week) keeps up with a line of business that grows by
    `now`, customers going at `churn` (1/week)."""
    floor = 0.02 * churn
    first, wanted = churn + start, churn + now
    first = first if first > floor else floor
    return (wanted if wanted > floor else floor) / first if first > 1e-9 else 1.0


@rule
def held_by_rivals(rivalry, entry):
    """Factor of demand left by rivals whom growth beyond the line of business draws, and spared where a firm falls behind
    [geroski1995]."""
    return math.exp(-entry * rivalry)


@rule
def line_luck_after(luck, memory, spread, draw):
    """Deviation of demand (log) a week later: the share `memory` of it fades, a draw of luck comes in, so that it wanders by
    `spread` in the long run."""
    kept = 1.0 - memory
    return kept * luck + math.sqrt(1.0 - kept * kept) * spread * draw

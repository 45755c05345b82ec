"""What half-sighted executives see, and how two views become one."""

import math

from tandem.sim.compile import rule


@rule
def error_spread(skill, at_none, per_skill, least):
    """Standard deviation of a leader's error about one attribute, at least `least`: skill decides who sees it [csaszar2013]."""
    spread = at_none - per_skill * skill
    return spread if spread > least else least


@rule
def corrected(spread, feedback, seen):
    """Spread of a leader's errors (standard deviations) as far as results seen correct them [kluger1996]."""
    return spread * (1.0 - feedback * seen)


@rule
def common_share(strength, common_ground, alignment, misaligned):
    """Share (variance) of the errors that two leaders have in common: those who talk a lot err alike, the share `misaligned` of
    it even with opposite priorities [kellermanns2011]."""
    return strength * common_ground * (misaligned + (1.0 - misaligned) * alignment)


@rule
def mixed_error(own, common, share):
    """A standardised error made of an own and a common part, unit variance."""
    return math.sqrt(1.0 - share) * own + math.sqrt(share) * common


@rule
def exchanged_share(strength, common_ground, trust, relationship_conflict, openness):
    """Share of the other's view that a leader takes over: unshared information is what pays [mesmermagnus2009]."""
    return strength * common_ground * trust * (1.0 - relationship_conflict) * openness


@rule
def expert_weight(common_ground, trust, relationship_conflict):
    """Weight of the better-informed leader on one attribute when views are pooled; 0.5 if nobody knows who knows [ren2006]."""
    return 0.5 + 0.5 * common_ground * trust * (1.0 - relationship_conflict)


@rule
def experiment_caution(efficiency_weight, slope):
    """Higher bar for experiments of a leader who gives return and customers more than two fifths of his weights (standard
    deviations; assumption)."""
    return slope * (efficiency_weight - 0.4)


@rule
def normal_share_above(x):
    """Probability that a standard normal lies below `x` (logistic form, error below 0.01)."""
    return 1.0 / (1.0 + math.exp(-1.702 * x))


@rule
def gatekeeper_bar(own, owners, trust):
    """Bar at which an independent gatekeeper stops an experiment: his own, moved to the owner's by his trust in who sponsors it.
    Executives who speak for a project lower the bar at which others end it [green2003] [lechler2015]."""
    return own + trust * (owners - own)


@rule
def gate_signal_spread(project_skill, common_ground, trust, scale, unskilled, apart, shared):
    """Spread of a gatekeeper's signal about feasibility: project skill and shared knowledge sharpen it [article].

    `unskilled` and `apart` are the multiples of the scale without skill and without shared knowledge.
    """
    return scale * (unskilled - project_skill) * (apart - shared * common_ground * trust)


@rule
def feasibility_belief(signal, spread, prior_mean):
    """Probability that an experiment is feasible, given a noisy signal and the prior N(prior_mean, 1)."""
    weight = 1.0 / (1.0 + spread * spread)
    mean = weight * signal + (1.0 - weight) * prior_mean
    return normal_share_above(mean / math.sqrt(1.0 - weight + 1e-9))


@rule
def aged_worth(attribute, decay, age):
    """Worth of an opportunity after waiting `age` weeks: what was good wears off, what was bad stays bad (assumption)."""
    return attribute * math.exp(-decay * age) if attribute > 0.0 else attribute


@rule
def weight_in_conference(known, bias):
    """Weight of the better-informed (0.5-1) in a view formed together: those who confer dwell on what both knew before, and lose
    the share `bias` of what one of them knows better [stasser1985] [lu2012]."""
    return known - bias * (known - 0.5)

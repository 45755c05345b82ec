"""Patterns that the literature and the article lead one to expect, each computed on simulated firms and judged aloud.

Every role model starts equal: same clarity, trust, meetings, dispositions. A pattern that fails is reported as failing; the
list is tested, never tuned one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pandas as pd

from tandem.experiments.validation import article
from tandem.experiments.validation.claims import (
    Bench,
    Claim,
    clarity,
    coherence,
    coo_or_not,
    double_veto,
    gate_skill,
    ladder,
    moderate_conflict,
    no_meetings,
    novelty,
    pooling,
    power_gap,
    reporting,
    retailer,
    sector_fit,
    selection,
    speed,
    spill_by_trust,
    too_many_meetings,
    training,
    trust_and_speed,
    wrong_consensus,
)
from tandem.sim.intervals import t_quantile, whole_verdict
from tandem.sim.mistake import Mistake
from tandem.sim.parameter_sets import ENSEMBLE, Chosen
from tandem.sim.until import FIRST_LOOK, Followed, level_at, looks


@dataclass(frozen=True)
class Pattern:
    """A numbered pattern: statement in both languages, and how it is computed."""

    number: str
    en: str
    fr: str
    claims: Callable[[Bench], list[Claim]]


PATTERNS = (
    Pattern(
        "1",
        "A double veto lets few bad proposals pass and refuses many good ones",
        "Un double veto laisse passer peu de mauvaises propositions et en refuse beaucoup de bonnes",
        double_veto,
    ),
    Pattern("2", "Pooled judgment errs least in total", "Le jugement commun se trompe le moins au total", pooling),
    Pattern(
        "3",
        "Brand coherence of launches: brand guard, then co-pilots, then strategist",
        "Cohérence de marque : garant de la marque, puis copilotes, puis stratège",
        coherence,
    ),
    Pattern(
        "4",
        "Strategist and brand guard launch what performs better than co-pilots",
        "Stratège et garant de la marque lancent ce qui rapporte plus que les copilotes",
        selection,
    ),
    Pattern(
        "5",
        "An efficiency-minded COO starves experiments",
        "Un directeur tourné vers l'efficacité tarit les expérimentations",
        novelty,
    ),
    Pattern("6", "A clear role model is quicker under load", "Une répartition claire est plus rapide sous la charge", speed),
    Pattern(
        "8",
        "Trust speeds co-pilots, not strategist and executor",
        "La confiance accélère les copilotes, pas le stratège et l'exécutant",
        trust_and_speed,
    ),
    Pattern("9", "Without meetings joint decisions stop", "Sans réunions, les décisions communes s'arrêtent", no_meetings),
    Pattern("10", "Meetings have an optimum", "Les réunions ont un optimum", too_many_meetings),
    Pattern("11", "Clarity helps, moderately, and calms", "La clarté aide, modérément, et apaise", clarity),
    Pattern(
        "12",
        "A restructuring brings conflict, distrust and lost growth, by dose",
        "Une restructuration apporte conflits, défiance et croissance perdue, selon la dose",
        retailer,
    ),
    Pattern(
        "14",
        "Any routine of resolution beats none; mediation keeps most trust",
        "Toute routine de résolution vaut mieux que rien ; la médiation préserve le plus la confiance",
        ladder,
    ),
    Pattern(
        "15",
        "Trust loosens the link from task to relationship conflict",
        "La confiance desserre le lien entre conflit de fond et conflit de personnes",
        spill_by_trust,
    ),
    Pattern("16", "A moderate gap helps innovation", "Un écart modéré aide l'innovation", moderate_conflict),
    Pattern(
        "17",
        "Agreement helps when it is on the right goals",
        "S'accorder aide quand c'est sur les bons objectifs",
        wrong_consensus,
    ),
    Pattern("18", "Some power gap helps, too much does not", "Un certain écart de pouvoir aide, trop nuit", power_gap),
    Pattern(
        "19",
        "A COO pays under load and with skill",
        "Un directeur des opérations paie sous la charge et avec des compétences",
        coo_or_not,
    ),
    Pattern(
        "20",
        "The COO's project skill decides whether visionary/catalyst works",
        "La gestion de projet du directeur décide du modèle visionnaire/catalyseur",
        gate_skill,
    ),
    Pattern(
        "22",
        "Reviews have an optimum, and short windows starve the brand",
        "Les revues ont un optimum, et les fenêtres courtes affament la marque",
        reporting,
    ),
    Pattern("23", "Training has an optimum when hours bind", "La formation a un optimum quand les heures manquent", training),
    Pattern(
        "24",
        "Each role model fits the context the article names for it, by what such a firm wants",
        "Chaque modèle convient au contexte que l'article lui donne, selon ce que veut une telle entreprise",
        article.fit_described,
    ),
    Pattern(
        "24 equal",
        "The same at equal dispositions",
        "De même à dispositions égales",
        article.fit_equal,
    ),
    Pattern(
        "24 growth",
        "The same by growth alone, at equal dispositions",
        "De même selon la seule croissance, à dispositions égales",
        sector_fit,
    ),
    Pattern(
        "25",
        "With little trust and communication co-pilots grow least or next to least",
        "Avec peu de confiance et de communication, les copilotes croissent le moins ou presque",
        article.last_without_trust,
    ),
    Pattern("A1", "Strategist/executor: clear", "Stratège/exécutant : clarté", article.clear),
    Pattern("A2", "Strategist/executor: quick", "Stratège/exécutant : rapidité", article.quick),
    Pattern("A3", "Strategist/executor: efficient", "Stratège/exécutant : performance", article.efficient),
    Pattern("A4", "Strategist/executor: few ideas", "Stratège/exécutant : manque de créativité", article.few_ideas),
    Pattern("A5", "Visionary/catalyst: creative", "Visionnaire/catalyseur : créativité", article.creative),
    Pattern("A6", "Visionary/catalyst: slower", "Visionnaire/catalyseur : lenteur", article.slower),
    Pattern("A7", "Visionary/catalyst: riskier", "Visionnaire/catalyseur : risques", article.riskier),
    Pattern("A8", "Brand/performance: awareness", "Marque/performance : notoriété", article.awareness),
    Pattern("A9", "Brand/performance: return", "Marque/performance : retour sur investissement", article.pays_back),
    Pattern("A10", "Brand/performance: rigid", "Marque/performance : rigidité", article.rigid),
    Pattern(
        "A11",
        "Co-pilots: vision and expertise, and quick with trust and communication",
        "Copilotes : vision et expertise, et rapides avec confiance et communication",
        article.enlightened,
    ),
    Pattern("A12", "Co-pilots: blocked without them", "Copilotes : bloqués sans elles", article.blocked),
)


AT_MOST = 10_000
"""Pairs at most, where a caller says nothing of them."""


def validate(
    pairs: int | None = None,
    seed: int | str = 0,
    progress: Callable[[], None] = lambda: None,
    parameters: str | int | Chosen = ENSEMBLE,
    at_most: int | None = None,
) -> pd.DataFrame:
    """`parameters` as in `tandem.sim.parameter_sets`. `pairs`: exactly so many, each interval as if it were the only look.
    `at_most`: each pattern is played until its claims are decided, or would hardly be within so many pairs; intervals allow for
    that (`tandem.sim.until`). Neither: at most 10,000.

    Tidy: pattern, statement_en, statement_fr, claim, figure, low, high (95%), line, verdict, pattern_verdict, pairs (that the
    claim took).

    A pattern holds when all its claims hold, fails when one fails, and is undecided otherwise. Raises Mistake where both numbers
    are given.
    """
    if pairs is not None and at_most is not None:
        raise Mistake(f"validate: pairs = {pairs} says how many pairs, at_most = {at_most} when to stop; say one of the two")
    most = pairs or at_most or AT_MOST
    bench, rows = Bench(most, seed, progress, parameters), []
    for pattern in PATTERNS:
        claims = _exactly(pattern, bench, most) if pairs is not None else _until_decided(pattern, bench, most)
        whole = whole_verdict(claim.verdict for claim in claims)
        rows += [
            {
                "pattern": pattern.number,
                "statement_en": pattern.en,
                "statement_fr": pattern.fr,
                "claim": claim.what,
                "figure": claim.figure,
                "low": claim.low,
                "high": claim.high,
                "line": claim.line,
                "verdict": claim.verdict,
                "pattern_verdict": whole,
                "pairs": claim.pairs,
            }
            for claim in claims
        ]
    return pd.DataFrame(rows)


def _exactly(pattern: Pattern, bench: Bench, pairs: int) -> list[Claim]:
    return [replace(claim, pairs=pairs) for claim in pattern.claims(bench)]


def _until_decided(pattern: Pattern, bench: Bench, at_most: int) -> list[Claim]:
    """The claims of a pattern, from look to look; one that is decided is told as it was then."""
    bench.settled = {}
    for look in looks(at_most) or (at_most,):
        bench.pairs, bench.level = look, level_at(look)
        claims = [bench.settled.get(claim.key, replace(claim, pairs=look)) for claim in pattern.claims(bench)]
        bench.settled |= {claim.key: claim for claim in claims if claim.verdict in ("holds", "fails")}
        if whole_verdict(claim.verdict for claim in claims) == "fails" or not any(_open(claim, at_most) for claim in claims):
            break
    return claims


def _open(claim: Claim, at_most: int) -> bool:
    """Whether more pairs may decide a claim, by its interval at the last look."""
    if claim.verdict != "undecided" or claim.pairs < FIRST_LOOK:
        return False
    error = (claim.high - claim.low) / 2.0 / t_quantile(claim.pairs, level_at(claim.pairs))
    score = (claim.figure - claim.line) / error if error > 0.0 else 0.0
    seen = Followed(claim.figure, claim.low, claim.high, error, claim.pairs, claim.pairs, "undecided", None, score)
    return seen.open_within(at_most)

"""Ablation: what does each mechanism do? Each switch is turned off in a scenario where it should matter, and a named outcome
is watched. One that is off by default is turned on there first, and its row says so.

`python -m tandem.experiments.validation.ablation` writes the table into MODEL.md between its markers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tandem.sim.intervals import paired_difference, standard_score
from tandem.sim.parameter_sets import DECLARED
from tandem.sim.parameters import Switches
from tandem.sim.results import simulate_batch
from tandem.sim.scenario import Scenario
from tandem.sim.writing import write_text

BEGIN, END = "<!-- ablation:begin -->", "<!-- ablation:end -->"
ENOUGH_Z, ENOUGH_SIZE = 4.0, 0.1
ROUNDING = 1e-9  # a spread below this share of the change is the last digits of equal numbers, not luck
TOLD_Z, TOLD_SIZE = 1000.0, 100.0  # beyond, the table says so: how far beyond tells nothing more


@dataclass(frozen=True)
class Probe:
    """Where a switch should matter: a role model in a context with changes, and the outcome to watch. On is with the mechanism,
    also where it is off by default."""

    switch: str
    role_model: str
    context: str
    outcome: str
    changes: Mapping[str, Any] = field(default_factory=dict)

    def scenario(self) -> Scenario:
        """The scenario with the mechanism on."""
        changes = {**self.changes, **({f"switches.{self.switch}": True} if self.off_by_default else {})}
        return Scenario.of(role_model=self.role_model, context=self.context).with_(changes)

    @property
    def off_by_default(self) -> bool:
        """Does a firm have the mechanism only where its file asks for it?"""
        return not Switches.model_fields[self.switch].default

    @property
    def where(self) -> str:
        """Role model, context and changes, as the table tells them."""
        changes = "".join(f", {key} {_told(value)}" for key, value in self.changes.items())
        return f"{self.role_model} in {self.context}{changes}" + (", switched on (off by default)" if self.off_by_default else "")


M1, M2, M3, M4 = "strategist-executor", "visionary-catalyst", "brand-performance", "co-pilot"
ALONE = "no-coo"
DISTRUST = {"dyad.trust": 0.2, "culture.trust": 0.2}
PROBES = (
    Probe("claims", M1, "baseline", "process_conflict_rate"),
    Probe("challenge", M1, "baseline", "process_conflict_rate", DISTRUST),
    Probe("hand_offs", M1, "baseline", "decision_delay_weeks"),
    Probe("exchange", M4, "baseline", "task_conflict_rate"),
    Probe("common_error", M4, "baseline", "task_conflict_rate"),
    Probe("elaboration", M4, "baseline", "setting_error", {"judgment.tolerance": 0.0, "judgment.elaboration": 0.5}),
    Probe("spill", M4, "baseline", "relationship_conflict_mean", DISTRUST),
    Probe("relationship_episodes", M1, "baseline", "relationship_conflict_rate"),
    Probe("trust_dynamics", M4, "baseline", "trust", DISTRUST),
    Probe("goal_dynamics", M4, "baseline", "goal_gap"),
    Probe("cause_priorities", M4, "baseline", "task_conflict_rate"),
    Probe("cause_styles", M4, "baseline", "task_conflict_rate", {"ceo.style": 0.0, "coo.style": 1.0}),
    Probe("cause_communication", M4, "baseline", "task_conflict_rate"),
    Probe("power", M4, "baseline", "task_conflict_rate", {"dyad.ceo_power": 0.9}),
    Probe("ladder", M4, "baseline", "decision_delay_weeks", DISTRUST),
    Probe("agenda", M4, "rapid-growth", "decision_delay_weeks"),
    Probe("specialisation", M1, "rapid-growth", "decision_delay_weeks"),
    Probe("fatigue", M1, "rapid-growth", "decision_delay_weeks", {"coo.hours": 13}),
    Probe("sensing", M1, "baseline", "refinement"),
    Probe("documentation", M1, "baseline", "role_clarity", {"clarity.documentation": 1.0}),
    Probe("exceptions", M1, "baseline", "hidden_work_share"),
    Probe("rework", M1, "baseline", "backlog_weeks"),
    Probe("dual_command", M4, "baseline", "process_conflict_rate"),
    Probe("ambiguity_harm", "undefined", "baseline", "satisfaction"),
    Probe("morale", M1, "baseline", "backlog_weeks", DISTRUST),
    Probe("attrition", M1, "baseline", "team_skill"),
    Probe("thrashing", M1, "baseline", "backlog_weeks", {"execution.load": 1.6}),
    Probe("reporting", M1, "baseline", "unanswered_share"),
    Probe("proposals", M1, "innovative", "experiments_proposed"),
    Probe("encouragement", M2, "innovative", "experiments_started"),
    Probe("staging", M2, "innovative", "experiments_stopped"),
    Probe("campaigns", M1, "baseline", "revenue_growth"),
    Probe("opportunity_decay", M1, "rapid-growth", "revenue_growth"),
    Probe("media_budget", M1, "rapid-growth", "brand_awareness"),
    Probe("off_brand", M1, "established-brand", "brand_awareness"),
    Probe("goodwill", M1, "established-brand", "brand_awareness"),
    Probe("technique", M1, "innovative", "technique"),
    Probe("refinement", M1, "agile", "conversion_rate"),
    Probe("word_of_mouth", M1, "rapid-growth", "revenue_growth"),
    Probe("service", M1, "agile", "satisfaction"),
    Probe("drift", M1, "agile", "standing_error"),
    Probe("jumps", M1, "agile", "standing_error"),
    Probe("problem_driven", M1, "baseline", "decisions_taken"),
    Probe("budget_learning", M1, "established-brand", "budget_share_brand"),
    Probe("feedback", M1, "baseline", "setting_error"),
    Probe("goodhart", M1, "innovative", "experiments_started", {"targets.specificity": 1.0, "targets.goodhart": 0.6}),
    Probe("training", M1, "baseline", "leader_skill"),
    Probe("skill_decay", M1, "innovative", "leader_skill"),
    Probe("compliance", M1, "rapid-growth", "decision_delay_weeks", {"compliance.approvals_per_week": 4.0}),
    Probe("shocks", M1, "baseline", "role_clarity", {"events": [{"week": 30, "kind": "restructuring", "size": 1.0}]}),
    # The luck of product lines is larger, and is left out where something else is to be seen.
    Probe("customer_luck", M1, "baseline", "revenue_growth", {"market.customers": 200.0, "switches.product_lines": False}),
    Probe("shared_claims", M4, "baseline", "double_directives"),
    Probe("calendar", M4, "baseline", "decision_delay_weeks"),
    Probe("team_hours", M1, "baseline", "decision_delay_weeks", {"charter.process.rule": "team", "marketing_lead.hours": 4.0}),
    Probe("service_backlog", M2, "innovative", "satisfaction", {"decisions.experiment.work": 16.0}),
    Probe("lone_load", ALONE, "rapid-growth", "decision_delay_weeks"),
    Probe("supervision", M1, "rapid-growth", "hidden_work_share"),
    Probe("credit", M4, "baseline", "setting_error"),
    Probe("lone_claims", ALONE, "baseline", "orphaned_decisions"),
    Probe("experience", M2, "innovative", "experiments_succeeded", {"campaigns.experience_start": 6.0}),
    Probe("owner_certainty", M1, "baseline", "orphaned_decisions"),
    Probe("reliance", M4, "baseline", "trust"),
    Probe("sinister_attribution", M4, "baseline", "relationship_conflict_mean", DISTRUST),
    Probe("mediated_quarrel", M4, "baseline", "relationship_conflict_mean", DISTRUST),
    Probe("voice", M4, "baseline", "task_conflict_rate", {"dyad.trust": 0.9, "culture.trust": 0.9}),
    Probe("outside_role", ALONE, "rapid-growth", "revenue_growth"),
    Probe("debriefs", M1, "baseline", "role_clarity"),
    Probe("commitment", ALONE, "baseline", "revenue_growth", {"culture.trust": 0.0, "execution.edict_loss": 0.4}),
    Probe("common_information", M4, "baseline", "setting_error", {"ceo.skills.market": 0.95, "coo.skills.market": 0.1}),
    Probe(
        "coherence",
        M3,
        "established-brand",
        "revenue_growth",
        {"market.coherence_gain": 1.5, "switches.product_lines": False},
    ),
    Probe("growth_path", M1, "rapid-growth", "revenue_growth"),
    Probe("product_lines", M1, "baseline", "revenue_growth"),
    Probe(
        "vacant_ground", M4, "baseline", "information_shared", {"events": [{"week": 52, "kind": "coo_departure", "size": 1.0}]}
    ),
    Probe(
        "records_protect",
        M1,
        "baseline",
        "role_clarity",
        {"clarity.documentation": 1.0, "events": [{"week": 30, "kind": "restructuring", "size": 1.0}]},
    ),
    Probe("customer_insight", M1, "baseline", "setting_error", {"ceo.skills.market": 0.95, "ceo.skills.operations": 0.1}),
    Probe("project_lead", M2, "innovative", "backlog_weeks", {"coo.skills.project_management": 0.1}),
    Probe("outside_skill", ALONE, "baseline", "revenue_growth", {"ceo.skills.market": 0.95, "switches.product_lines": False}),
    Probe("hearings", M3, "established-brand", "decision_delay_weeks"),
    Probe("sponsorship", M2, "innovative", "experiments_succeeded", {"dyad.trust": 0.9, "culture.trust": 0.9}),
)


def probe(case: Probe, pairs: int, seed: int | str = 0) -> dict[str, Any]:
    """One row: switch, where, outcome, on, off, difference (off minus on), z, size in standard deviations, matters
    (decidedly and by enough)."""
    scenario = case.scenario()
    on = simulate_batch(scenario, pairs, seed, parameters=DECLARED).outcomes[case.outcome].to_numpy()
    without = simulate_batch(scenario.with_({f"switches.{case.switch}": False}), pairs, seed, parameters=DECLARED)
    off = without.outcomes[case.outcome].to_numpy()
    change, _, _, error, n = paired_difference(on, off)
    spread = float(np.nanstd(on))
    if case.switch in ("customer_luck", "product_lines"):
        # Luck has no mean effect: what it moves is the distance of a run from the expected one.
        change, _, _, error, n = paired_difference(np.zeros(pairs), np.abs(on - off))
    z = standard_score(change, error, n)
    size = abs(change) / spread if spread > ROUNDING * abs(change) else np.inf if change else 0.0
    return {
        "switch": case.switch,
        "where": case.where,
        "outcome": case.outcome,
        "on": float(np.nanmean(on)),
        "off": float(np.nanmean(off)),
        "difference": change,
        "z": z,
        "size": size,
        "matters": bool(abs(z) > ENOUGH_Z and size >= ENOUGH_SIZE),
    }


def _told(value: Any) -> str:
    return "as listed" if isinstance(value, list) else str(value)


def table(pairs: int = 2000, seed: int | str = 0) -> pd.DataFrame:
    """All probes, one row a switch (see `probe`)."""
    return pd.DataFrame([probe(case, pairs, seed) for case in PROBES])


def unprobed() -> set[str]:
    """Switches without a probe."""
    return set(Switches.model_fields) - {case.switch for case in PROBES}


def markdown(rows: pd.DataFrame, pairs: int) -> str:
    """The table as it stands in MODEL.md."""
    lines = [
        f"Each switch off against on, {pairs} pairs. Matters: more than 4 standard errors and at least 0.1 standard",
        "deviations of the outcome (no luck: the outcome is the same in every run).",
        "",
        "| Switch | Where | Outcome | On | Off | z | Size (sd) | Matters |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows.to_dict("records"):
        lines.append(
            f"| {row['switch']} | {row['where']} | `{row['outcome']}` | {row['on']:.3g} | {row['off']:.3g} | "
            f"{_z(row['z'])} | {_size(row['size'])} | {'yes' if row['matters'] else 'no'} |"
        )
    return "\n".join(lines)


def _z(value: float) -> str:
    if not np.isfinite(value):
        return "no luck"
    return f"{value:.0f}" if abs(value) <= TOLD_Z else f"beyond {np.sign(value) * TOLD_Z:.0f}"


def _size(value: float) -> str:
    if not np.isfinite(value):
        return "no luck"
    return f"{value:.2f}" if value <= TOLD_SIZE else f"over {TOLD_SIZE:.0f}"


def write(page: Path, text: str) -> None:
    """Put the table between the markers of a page."""
    old = page.read_text("utf-8")
    head, tail = old[: old.index(BEGIN) + len(BEGIN)], old[old.index(END) :]
    write_text(page, f"{head}\n{text}\n{tail}", ours=True)  # only what stands between our markers changes


if __name__ == "__main__":
    description = Path(__file__).parents[2] / "MODEL.md"
    found = table()
    write(description, markdown(found, 2000))
    print(found[["switch", "outcome", "on", "off", "z", "size", "matters"]].to_string())

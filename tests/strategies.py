"""Random firms over the whole declared space, for parity and property tests."""

from __future__ import annotations

import numpy as np

from tandem.sim.parameters import (
    DOMAINS,
    EVENTS,
    GOALS,
    KINDS,
    LEVERS,
    RECORD,
    RULES,
    Parameters,
    describe,
    fill_record,
)

# Ranges in which random firms live where the declared range reaches far beyond what anybody would type.
NARROWED = {
    "market.customers": (500.0, 20_000.0),
    "market.revenue_per_customer": (0.01, 0.2),
    "market.target_growth": (-0.1, 0.5),
    "execution.load": (0.3, 3.0),
    "campaigns.novelty_tail": (0.0, 1.2),
}


def _goals(draw: np.random.Generator) -> dict[str, float]:
    return dict(zip(GOALS, draw.dirichlet(np.full(5, 2.0)).tolist()))


def random_tables(draw: np.random.Generator, quarters: int) -> dict:
    """A dict for `Parameters.model_validate`: every scalar group drawn from its range, switches mostly on."""
    tables: dict = {"quarters": quarters}
    for row in describe():
        group, _, name = row["path"].partition(".")
        if "." in name or group in ("teams", "events", "ceo", "coo", "marketing_lead", "decisions", "charter", "quarters"):
            continue
        if row["role"] == "switch":
            value = bool(draw.random() < (0.85 if row["default"] else 0.5))
        elif isinstance(row["default"], bool):
            value = bool(draw.random() < 0.5)
        elif row["low"] is None or (row.get("lever") and draw.random() < 0.5):
            continue
        else:
            low, high = NARROWED.get(row["path"], (row["low"], row["high"]))
            typical = row["default"] if row["default"] is not None else 0.5 * (low + high)
            value = float(low + (high - low) * draw.random()) if draw.random() < 0.3 else float(typical)
        tables.setdefault(group, {})[name] = value
    hazards = tables["hazards"]
    hazards["vacancy_shortest"], hazards["vacancy_longest"] = sorted((hazards["vacancy_shortest"], hazards["vacancy_longest"]))
    tables["levers"] = {lever: float(draw.random()) for lever in LEVERS}
    tables["charter"] = {
        domain: {"rule": str(draw.choice(RULES)), "decides": str(draw.choice(["ceo", "coo"]))} for domain in DOMAINS
    }
    tables["decisions"] = {domain: {"arrivals_per_week": float(0.6 * draw.random()), "goals": _goals(draw)} for domain in DOMAINS}
    for leader in ("ceo", "coo", "marketing_lead"):
        tables[leader] = {
            "priorities": _goals(draw),
            "hours": float(draw.uniform(4, 30)),
            "style": float(draw.random()),
            "openness": float(draw.random()),
            "encouragement": float(0.3 * draw.random()),
            "skills": {
                "market": float(draw.random()),
                "technology": float(draw.random()),
                "operations": float(draw.random()),
                "project_management": float(draw.random()),
            },
        }
    tables["coo"]["present"] = bool(draw.random() < 0.85)
    tables["teams"] = [
        {
            "kind": str(draw.choice(KINDS)),
            "headcount": float(draw.uniform(0.5, 4)),
            "skill": float(draw.random()),
            "priorities": _goals(draw),
            "reporting_per_week": float(draw.uniform(0, 4)),
        }
        for _ in range(draw.integers(1, 11))
    ]
    tables["events"] = [
        {"week": int(draw.integers(1, 13 * quarters + 1)), "kind": str(draw.choice(EVENTS)), "size": float(draw.uniform(0, 2))}
        for _ in range(draw.integers(0, 6))
    ]
    tables["resolution"] |= {
        "first": str(draw.choice(["none", "mediation", "arbitration", "expert", "decider"])),
        "second": str(draw.choice(["none", "mediation", "arbitration", "expert", "decider"])),
    }
    return tables


def random_timeline(seed: int, quarters: int | None = None) -> np.ndarray:
    """Rows of dtype RECORD: a random firm with nought to two changes in mid-run (levers, charter, trust, posts)."""
    draw = np.random.default_rng(seed)
    horizon = quarters or int(draw.choice([1, 2, 3, 4, 8]))
    tables = random_tables(draw, horizon)
    versions = [(0, Parameters.model_validate(tables))]
    for _ in range(draw.integers(0, 3)):
        later = {**tables, "levers": {lever: float(draw.random()) for lever in LEVERS}}
        if draw.random() < 0.5:
            later["dyad"] = {**tables["dyad"], "trust": float(draw.random())}
        if draw.random() < 0.4:
            later["coo"] = {**tables["coo"], "present": not tables["coo"]["present"]}
        if draw.random() < 0.4:
            later["charter"] = {
                domain: {"rule": str(draw.choice(RULES)), "decides": str(draw.choice(["ceo", "coo"]))} for domain in DOMAINS
            }
        tables = later
        versions.append((int(draw.integers(1, 13 * horizon + 1)), Parameters.model_validate(later)))
    versions.sort(key=lambda version: version[0])
    rows = np.zeros(len(versions), RECORD)
    for row, (week, parameters) in zip(rows, versions):
        fill_record(parameters, row, week)
        row["demand"] = rows[0]["demand"]
    return rows

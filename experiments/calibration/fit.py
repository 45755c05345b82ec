"""The calibration: waves of history matching with emulators, then an ensemble of parameter sets that were played.

1. A first wave fills the declared ranges evenly; each later wave is drawn where the emulators, learned from all sets
   played so far, say that most targets could be met together (and ranges and trust stay plausible).
2. The final sets are drawn in the same way, played, and the emulators learned once more. Sets are kept by weighted drawing
   without replacement, the weight being how much better or worse each looks now than when it was drawn.
3. The default is, of the best looking kept sets, the one that meets most findings when played on further populations: some on a
   few, the best of these on more and larger ones, since a finding at the edge of its band is met by luck on a few.

Each set is played once, on firms and luck of its own: an emulator smooths the noise, so that thousands of firms a set are
not needed [andrianakis2015].
"""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tandem.experiments.calibration.emulator import LEAST, Emulator, emulators
from tandem.experiments.calibration.evaluations import Evaluations
from tandem.experiments.calibration.matching import SHARP, Band, Judge, bands
from tandem.experiments.calibration.space import Profile, Space
from tandem.experiments.files.checkpoint import Checkpoint
from tandem.experiments.files.provenance import model_source
from tandem.experiments.validation.findings import findings, judged
from tandem.sim.marks import kept, refuse_strangers
from tandem.sim.seeds import entropy, further
from tandem.sim.writing import write_text

WAVE = 100_000
CANDIDATES, POPULATIONS = 16, 5
FINALISTS, THEIR_POPULATIONS, LARGER = 5, 10, 2  # populations of the finalists are so many times as large
Told = Callable[[str, int], None]


@dataclass(frozen=True)
class Fit:
    """What a calibration found. `sets`: float64 places in the unit cube; `default`: a row of `sets`."""

    space: Space
    profile: Profile
    seed: int | str
    sets: np.ndarray
    statistics: pd.DataFrame
    default: int
    candidates: pd.DataFrame
    emulators: dict[str, Emulator]
    bands: tuple[Band, ...]
    waves: list[dict[str, Any]]
    evaluations: int

    def provenance(self, command: str) -> dict[str, Any]:
        """Where the ensemble comes from, as plain data."""
        import sklearn

        return {
            "command": command,
            "method": "history matching with Gaussian process emulators; weighted drawing without replacement of played sets",
            "seed": self.seed,
            "profile": asdict(self.profile),
            "sets_played": self.evaluations,
            "default": self.default,
            "priors": [asdict(parameter) for parameter in self.space.parameters],
            "targets": [{"statistic": band.name, "low": _plain(band.low), "high": _plain(band.high)} for band in self.bands],
            "findings": {finding.id: {"source": finding.source, "known": finding.known} for finding in findings()},
            "emulators": {
                name: {"explained": _plain(round(found.explained, 3)), "noise": _plain(round(found.noise, 4))}
                for name, found in self.emulators.items()
            },
            "waves": self.waves,
            "candidates": json.loads(self.candidates.to_json(orient="records", double_precision=4)),
            "versions": {"python": platform.python_version(), "numpy": np.__version__, "scikit-learn": sklearn.__version__},
            "model": model_source(),
        }


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def calibrate(
    space: Space, size: Profile, seed: int | str, folder: Path, workers: int = 2, told: Told = lambda what, n: None
) -> Fit:
    """Run the calibration in `folder`, or go on with the one there. `told` hears what is done and how many more sets are in."""
    same_job(folder, space, size, seed)
    store = Evaluations(folder, size, seed, model_source())
    judge, notes = None, []
    numbers: list[Any] = []
    for wave in range(1, size.waves + 2):
        final = wave == size.waves + 1
        count = size.first if wave == 1 else size.final if final else size.later
        judge = judge and replace(judge, sharpness=SHARP if final else 1.0)
        places = _designed(folder, wave, lambda: _next(space, store, numbers, judge, count, further(seed, 100, wave)))  # noqa: B023
        mine = [wave * WAVE + k for k in range(len(places))]
        store.play(f"sets-{wave}", dict(zip(mine, space.sets(places))), workers, lambda: told(f"wave {wave}", 1))  # noqa: B023
        numbers += mine
        noted = folder / f"note-{wave}.json"
        if not final and noted.exists() and (folder / f"wave-{wave + 1}.npz").exists():
            notes.append(json.loads(kept(folder, noted.name)))  # going on: nothing new would be learned here
            continue
        told("learning emulators", 0)
        judge = learned(space, store, numbers, seed, check=final, workers=workers)
        note: dict[str, Any] = {"wave": wave, "sets": len(mine), **_met(store, mine)}
        dense = space.design(1024, further(seed, 1, 17))
        note["ruled_out"] = dict(zip([band.name for band in judge.bands], judge.ruled_out(dense).round(3).tolist()))
        write_text(noted, json.dumps(note))
        notes.append(note)
        if final:
            before = learned(space, store, numbers[: -len(mine)], seed, workers=workers)
            sharp, earlier = (replace(one, sharpness=SHARP) for one in (judge, before))
            return _kept(space, size, seed, store, places, mine, sharp, earlier, notes, workers, told)
    raise AssertionError("a calibration ends with its final wave")


def same_job(folder: Path, space: Space, size: Profile, seed: int | str) -> None:
    """Complain if the folder holds another calibration; otherwise note there which one it holds."""
    from tandem.sim.scenario import ScenarioError

    job = {"seed": seed, "profile": asdict(size), "paths": space.paths, "model": model_source()}
    file = folder / "job.json"
    refuse_strangers(folder, ["job.json"])
    refuse_strangers(folder / "ensemble", ["sets.csv", "statistics.csv", "provenance.json"])  # found at the end of hours
    if file.exists() and json.loads(kept(folder, file.name)) != job:
        raise ScenarioError(
            "the folder holds another calibration (other seed, profile, ranges or model)",
            file=str(folder),
            allowed="the same command as before, or an empty folder",
        )
    folder.mkdir(parents=True, exist_ok=True)
    write_text(file, json.dumps(job))


def _designed(folder: Path, wave: int, design: Callable[[], np.ndarray]) -> np.ndarray:
    """The points of a wave: as written when they were first designed, so that going on repeats them to the last bit."""
    checkpoint = Checkpoint(folder / f"wave-{wave}.npz", f"wave {wave}")
    if not (known := checkpoint.load()):
        known = {"points": design()}
        checkpoint.save(known)
    return known["points"]


def _next(space: Space, store: Evaluations, numbers: Sequence[int], judge: Judge | None, n: int, seed: int | str) -> np.ndarray:
    if judge is None:
        return space.design(n, seed)
    known = space.places([row["parameters"] for row in store.played(numbers)])
    best = known[np.argsort(-judge.score(known))[:60]]
    return judge.sample(n, seed, best)


def learned(
    space: Space, store: Evaluations, numbers: Sequence[int], seed: int | str, check: bool = False, workers: int = 1
) -> Judge:
    """Emulators of all bands from the sets of these numbers."""
    rows = store.played(numbers)
    points = space.places([row["parameters"] for row in rows])
    table = pd.DataFrame([row["statistics"] for row in rows]).astype(float)
    # A statistic that is hardly ever defined (no COO ever left, say) cannot be judged; provenance names who is left.
    wanted = tuple(band for band in bands() if np.isfinite(table[band.name]).sum() >= LEAST)
    values = {band.name: table[band.name].to_numpy() for band in wanted}
    return Judge(emulators(points, values, seed, check, workers), wanted)


def _met(store: Evaluations, numbers: Sequence[int]) -> dict[str, float]:
    """How many findings single sets of a wave meet, as played once: mean and most."""
    counts = [findings_met(pd.DataFrame([row["statistics"]]).astype(float)) for row in store.played(numbers)]
    return {"findings_met_mean": round(float(np.mean(counts)), 2), "findings_met_most": int(np.max(counts))}


def findings_met(drawn: pd.DataFrame) -> int:
    """Number of findings whose counted statistics all lie within their bands, from one row a population."""
    return int((judged(drawn).drop_duplicates("finding")["finding_verdict"] == "holds").sum())


def _kept(
    space: Space,
    size: Profile,
    seed: int | str,
    store: Evaluations,
    places: np.ndarray,
    numbers: list[int],
    judge: Judge,
    before: Judge,
    notes: list[dict],
    workers: int,
    told: Told,
) -> Fit:
    """The ensemble of the final sets, and its default."""
    draw = np.random.default_rng(entropy(seed, 5))
    score = judge.score(places)
    weight = np.clip(score - before.score(places), -6.0, 6.0)
    order = np.argsort(-(weight + draw.gumbel(size=len(weight))))  # drawing by weight without replacement
    chosen = np.sort(order[: size.ensemble])
    candidates = chosen[np.argsort(-score[chosen])[:CANDIDATES]]
    places_of = {int(np.flatnonzero(chosen == candidate)[0]): int(candidate) for candidate in candidates}

    def met(sets: list[int], on: Evaluations, first: int, populations: int, stage: str) -> pd.DataFrame:
        jobs = {
            first + 100 * place + k: row
            for place, row in enumerate(space.sets(places[[places_of[one] for one in sets]]))
            for k in range(populations)
        }
        on.play(stage, jobs, workers, lambda: told("candidates for the default", 1))
        drawn = [on.played([first + 100 * place + k for k in range(populations)]) for place in range(len(sets))]
        return _ranked(sets, drawn, [float(score[places_of[one]]) for one in sets], on.size)

    first_round = met(list(places_of), store, (size.waves + 2) * WAVE, POPULATIONS, "candidates")
    larger = Evaluations(store.folder, _larger(size), seed, model_source())
    finalists = [int(one) for one in first_round["set"][:FINALISTS]]
    last_round = met(finalists, larger, (size.waves + 3) * WAVE, THEIR_POPULATIONS, "finalists")
    found = pd.concat([last_round, first_round[~first_round["set"].isin(finalists)]], ignore_index=True)
    statistics = pd.DataFrame([row["statistics"] for row in store.played([numbers[k] for k in chosen])]).astype(float)
    return Fit(
        space,
        size,
        seed,
        places[chosen],
        statistics,
        int(found.iloc[0]["set"]),
        found,
        dict(judge.emulators),
        judge.bands,
        notes,
        sum(note["sets"] for note in notes) + len(candidates) * POPULATIONS + len(finalists) * THEIR_POPULATIONS,
    )


def _larger(size: Profile) -> Profile:
    return replace(
        size, firms=LARGER * size.firms, twins=LARGER * size.twins, advertisers=LARGER * size.advertisers, long=LARGER * size.long
    )


def _ranked(sets: list[int], drawn: list[list[dict[str, Any]]], scores: list[float], size: Profile) -> pd.DataFrame:
    """How many findings each set meets on its populations: set, holds, fails, score, failing (what does not hold), populations
    and firms in each; the one that meets most first, of equals the one that misses fewest, then the better score."""
    rows = []
    for one, played, score in zip(sets, drawn, scores, strict=True):
        table = judged(pd.DataFrame([row["statistics"] for row in played]).astype(float))
        words = table.drop_duplicates("finding").set_index("finding")["finding_verdict"]
        counts = {"holds": int((words == "holds").sum()), "fails": int((words == "fails").sum())}
        failing = " ".join(words[words != "holds"].index)
        rows.append({"set": one, **counts, "score": score, "failing": failing, "populations": len(played), "firms": size.firms})
    return pd.DataFrame(rows).sort_values(["holds", "fails", "score"], ascending=[False, True, False], ignore_index=True)


def sets_planned(size: Profile) -> int:
    """Parameter sets that a calibration of this size plays in all, the candidates for the default included."""
    return size.sets + min(CANDIDATES, size.ensemble) * POPULATIONS + min(FINALISTS, size.ensemble) * THEIR_POPULATIONS


def save(fit: Fit, folder: Path, command: str) -> None:
    """`sets.csv`, `statistics.csv` and `provenance.json` in `folder`, each made beside and moved in whole; provenance last."""
    folder.mkdir(parents=True, exist_ok=True)
    sets = pd.DataFrame(fit.space.sets(fit.sets))
    for name, table in (("sets", sets), ("statistics", fit.statistics)):
        write_text(folder / f"{name}.csv", table.to_csv(index=False, float_format="%.8g"))
    write_text(folder / "provenance.json", json.dumps(fit.provenance(command), indent=1) + "\n")

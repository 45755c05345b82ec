"""One case as one HTML file that opens from a USB stick: page, words, and every run it can show, already computed."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Mapping
from typing import Any

from tandem.sim.dashboard import answers, futures
from tandem.sim.dashboard.catalogue import catalogue
from tandem.sim.dashboard.controls import actions
from tandem.sim.dashboard.module import script, style
from tandem.sim.dashboard.specification import Act, Specification
from tandem.sim.dashboard.verdict import rules
from tandem.sim.dashboard.words import page_text
from tandem.sim.parameter_sets import ENSEMBLE, Chosen, chosen
from tandem.sim.texts import LANGUAGES

EVERY = 13  # weeks between the weeks in which an intervention may start
GENERIC = ("clarify", "meet", "share_goals", "adapt")
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)


class Sentences:
    """Texts that many runs share, each kept once and called by its number."""

    def __init__(self) -> None:
        self.kept: list[Mapping[str, str]] = []
        self._numbers: dict[str, int] = {}

    def number(self, text: Mapping[str, str]) -> int:
        """The number of a text in both languages."""
        key = json.dumps(text, sort_keys=True)
        if key not in self._numbers:
            self._numbers[key] = len(self.kept)
            self.kept.append(text)
        return self._numbers[key]


def packed(specification: Specification, sentences: Sentences, parameters: Chosen) -> dict[str, Any]:
    """A run with its story: numbers as steps, only from the first intervention on, for before it all runs are one."""
    asked = {"spec": specification.plain(), "parameters": parameters.word}
    run, story = answers.run(asked), answers.story(asked)
    start = min((act.week for act in specification.acts), default=0)
    series = {name: steps(values[start:], 100) for name, values in run.pop("series").items()}
    office = run.pop("office")
    for team in office["teams"]:
        team |= {"waiting": steps(team["waiting"][start:], 10), "morale": steps(team["morale"][start:], 1)}
    office["meeting"] = steps(office["meeting"][start:], 10)
    points, hindsight = (packed_points(story[tense], sentences) for tense in ("points", "hindsight"))
    weeks = {week: sentences.number(words) for week, words in story["weeks"].items() if week >= start}
    staged = {
        week: [packed_happening(one, sentences) for one in shown] for week, shown in story["stage"].items() if week >= start
    }
    return {
        "run": run,
        "from": start,
        "series": series,
        "office": office,
        "points": points,
        "hindsight": hindsight,
        "weeks": weeks,
        "stage": staged,
        "end": story["end"],
    }


def steps(values: list[float | None], parts: int) -> list[int | None]:
    """Numbers as whole `parts` of one, each told by its step from the last number there was: small steps take little room."""
    found: list[int | None] = []
    last = 0
    for value in values:
        if value is None:
            found.append(None)
        else:
            now = round(parts * value)
            found.append(now - last)
            last = now
    return found


def packed_points(points: list[dict[str, Any]], sentences: Sentences) -> list[dict[str, Any]]:
    """Turning points, their sentences by number."""
    return [
        {
            **point,
            **{part: sentences.number(point[part]) for part in ("sentence", "behind", "rule")},
            "causes": [{"name": sentences.number(cause["name"]), "share": cause["share"]} for cause in point["causes"]],
        }
        for point in points
    ]


def packed_happening(one: dict[str, Any], sentences: Sentences) -> dict[str, Any]:
    """What passes in the office, its words by number."""
    line = None if one["line"] is None else sentences.number(one["line"])
    return {**one, "sentence": sentences.number(one["sentence"]), "line": line}


class Dropped(ValueError):
    """Nobody wants the file any more."""


def name_of(given: Any, lang: str) -> str:
    """The name of an exported file; a ScenarioError if what is asked for is not understood."""
    return f"tandem-{Specification.read(given).case}-{lang if lang in LANGUAGES else 'en'}.html"


def contents(given: Any, parameters: str | int = ENSEMBLE, wanted: Callable[[], bool] = lambda: True) -> dict[str, Any]:
    """Everything that an exported file of a case can show. `wanted` is asked before each week; Dropped where nobody waits."""
    sets = chosen(parameters)
    asked = Specification.read(given)
    base = Specification(asked.case, asked.luck)
    firm = base.firm
    weeks = firm.parameters.weeks
    planned = firm.story.intervention
    grid = sorted({*range(EVERY, weeks, EVERY), *([planned.week] if planned else [])})
    offered = [action for action in actions(firm) if action == "planned" or action in GENERIC]
    failure, sentences = rules(base.case)[0], Sentences()
    runs, replicates = {"": packed(base, sentences, sets)}, {"": futures.odds(base.scenario, failure, futures.FUTURES, sets)}
    trials: dict[int, Any] = {}
    for week in grid:
        if not wanted():
            raise Dropped
        tried = []
        for action in offered:
            specification = Specification(base.case, base.luck, acts=(Act(week, action),))
            key = f"{week}:{action}"
            runs[key] = packed(specification, sentences, sets)
            replicates[key] = futures.odds(specification.scenario, failure, futures.FUTURES, sets)
            tried.append({"action": action, **replicates[key]})
        tried.sort(key=lambda row: row["failing"])
        trials[week] = {"week": week, "trials": tried, "untouched": replicates[""]}
    whole = {**catalogue(sets), "parameters": {lang: sets.tell(lang) for lang in LANGUAGES}}
    case = next(case for case in whole["cases"] if case["name"] == base.case)
    case = {**case, "actions": {name: case["actions"][name] for name in offered}, "luck": base.luck}
    return {
        "catalogue": {**whole, "cases": [case]},
        "runs": runs,
        "grid": grid,
        "sentences": sentences.kept,
        "bands": answers.bands({"spec": base.plain(), "parameters": sets.word}),
        "odds": answers.odds({"spec": {"case": base.case}, "parameters": sets.word}),
        "luck": replicates,
        "trials": trials,
        "start": "",
    }


def exported_file(
    given: Any, lang: str, parameters: str | int = ENSEMBLE, wanted: Callable[[], bool] = lambda: True
) -> tuple[bytes, str]:
    """The file and its name; `wanted` as in `contents`."""
    kept = contents(given, parameters, wanted)
    lang = lang if lang in LANGUAGES else "en"
    whole = json.dumps(kept, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")
    # Same bytes for the same case (no time in the head), and letters that close no tag.
    data = base64.b64encode(gzip.compress(whole, mtime=0)).decode("ascii")
    title = page_text("title", lang)
    code = script().replace("</", "<\\/")
    page = f"""<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style()}</style>
</head>
<body>
<div id="simulator"><noscript>{page_text("notice.no_script", lang)}</noscript></div>
<script type="application/octet-stream" id="kept">{data}</script>
<script type="module">{code}
const packed = Uint8Array.from(atob(document.getElementById("kept").textContent), (letter) => letter.charCodeAt(0));
const kept = await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
const root = document.getElementById("simulator");
const host = exportHost(kept);
if (location.hash.startsWith("#sheet&")) mountSheet(root, host); else mount(root, host);
</script>
</body>
</html>
"""
    return page.encode("utf-8"), name_of(given, lang)

"""`explore(scenario)`: a firm under one's hands in a notebook. The page's chart module, with the kernel as its host."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

import anywidget
import traitlets

from tandem.sim.comparison import Comparison, compare
from tandem.sim.dashboard.module import joined, page_file, vendored
from tandem.sim.dashboard.words import page_texts
from tandem.sim.mistake import Mistake
from tandem.sim.parameter_sets import ENSEMBLE, Chosen, chosen
from tandem.sim.parameters import LEVERS
from tandem.sim.plots import still_run
from tandem.sim.results import Batch, Run, simulate, simulate_batch
from tandem.sim.scenario import Scenario, catalogue
from tandem.sim.scenario.meant import scenario_of
from tandem.sim.seeds import seed_of
from tandem.sim.texts import LANGUAGES, typeset
from tandem.sim.widget import lines
from tandem.sim.widget import state as states

MOST_REPLICATES = 1000
MOST_AHEAD = 8
WORDS = {
    "en": {
        "role_model": "Split of roles",
        "context": "Context",
        "week": "Intervention",
        "from_start": "none: sliders move the start",
        "from_week": "sliders move week {week} and after",
        "luck": "Another luck",
        "pin": "Pin",
        "code": "Copy code",
        "chart": "What the chart shows",
        "by_week": "by week",
        "band": "Band: four lucks in five of {n}.",
        "without": "without",
        "model": "This is a model, not a forecast.",
    },
    "fr": {
        "role_model": "Répartition des rôles",
        "context": "Contexte",
        "week": "Intervention",
        "from_start": "aucune : les curseurs règlent le départ",
        "from_week": "les curseurs règlent la semaine {week} et la suite",
        "luck": "Un autre hasard",
        "pin": "Garder",
        "code": "Copier le code",
        "chart": "Ce que montre le graphique",
        "by_week": "par semaine",
        "band": "Bande : quatre hasards sur cinq parmi {n}.",
        "without": "sans",
        "model": "C’est un modèle, pas une prévision.",
    },
}


@lru_cache(maxsize=1)
def script() -> str:
    """The widget as one text: the chart library, the page's modules that it needs, then its own."""
    sources = {name: page_file(name) for name in ("dom.js", "chart.js", "labels.js")}
    own = {name: (resources.files(__package__) / name).read_text("utf-8") for name in ("asking.js", "explorer.js")}
    text = joined({**sources, **own}, ("explorer.js",))
    return f"{vendored('uPlot.iife.min.js')}\n{text}export default {{ render }};\n"


@lru_cache(maxsize=1)
def style() -> str:
    """Its style sheet: the library's, the page's without what it says of a whole page, its own."""
    own = (resources.files(__package__) / "explorer.css").read_text("utf-8")
    page = "\n".join(line for line in page_file("simulator.css").splitlines() if not line.startswith("body "))
    return f"{vendored('uPlot.min.css')}\n{page}\n{own}"


class Explorer(anywidget.AnyWidget):
    """A firm with sliders. What is on screen can be read from the next cell: `.scenario`, `.run`, `.batch()`, `.comparison()`,
    `.pinned`, `.code()`. Only small values are kept in the notebook; runs travel as messages.

    >>> from tandem import Scenario
    >>> panel = explore(Scenario.load("silence"))
    >>> panel.set(levers={"communication": 0.8})
    >>> panel.scenario.parameters.levers.communication
    0.8
    >>> print(panel.code())
    from tandem import Scenario
    <BLANKLINE>
    scenario = Scenario.load('silence')
    scenario = scenario.with_({'levers.communication': 0.8})
    <BLANKLINE>
    """

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    pins = traitlets.Dict().tag(sync=True)
    themes = traitlets.List(["pair", "revenue"]).tag(sync=True)
    told = traitlets.Dict().tag(sync=True)
    moved = traitlets.Int(0).tag(sync=True)

    def __init__(self, base: Scenario | str, seed: int | str = 7, lang: str = "en", parameters: str | int | Chosen = ENSEMBLE):
        base, seed = scenario_of(base), seed_of(seed)
        if lang not in LANGUAGES:
            raise Mistake(f"lang = {lang!r}: there are {' and '.join(LANGUAGES)}")
        self.base, self.seed, self.lang, self.parameters = base, seed, lang, chosen(parameters)
        self._kept: tuple[str, dict[str, Any] | None] = ("", None)
        super().__init__(_esm=script(), _css=style(), state=states.start(base), told=_told(base, lang, self.parameters))
        self.on_msg(self._asked)

    # -- what is on screen ---------------------------------------------------------------------

    @property
    def scenario(self) -> Scenario:
        """The firm on screen."""
        return states.scenario(self.base, states.checked(self.base, self.state))

    @property
    def run(self) -> Run:
        """The run on screen: `simulate(.scenario, seed, luck)`."""
        return simulate(self.scenario, self.seed, self.state["luck"], parameters=self.parameters)

    @property
    def pinned(self) -> dict[str, Scenario]:
        """The scenarios pinned as A and B."""
        return {name: states.scenario(self.base, states.checked(self.base, state)) for name, state in self.pins.items()}

    def batch(self, runs: int = 200) -> Batch:
        """Outcomes of many lucks of the firm on screen."""
        return simulate_batch(self.scenario, runs, self.seed, parameters=self.parameters)

    def comparison(self, runs: int = 500) -> Comparison:
        """A against B where both are pinned, A against the screen where A is, else the screen without and with its intervention
        (or the base against the screen), paired by luck."""
        pinned = self.pinned
        if "A" in pinned:
            pair = (pinned["A"], pinned.get("B", self.scenario))
        else:
            without = states.untouched(self.base, self.state)
            pair = (without if without != self.scenario else self.base, self.scenario)
        if pair[0] == pair[1]:
            raise Mistake("nothing to compare yet: move a slider, or pin A and go on")
        return compare(*pair, runs=runs, seed=self.seed, parameters=self.parameters)

    def code(self) -> str:
        """Python for exactly what is on screen: executed, it leaves an equal `scenario`."""
        return states.code(self.base, states.checked(self.base, self.state))

    # -- from the next cell --------------------------------------------------------------------

    def set(self, **parts: Any) -> None:
        """Move the widget: role_model, context, levers (from the start), week, after (from that week on), luck."""
        self.state = states.checked(self.base, {**self.state, **parts})
        self.moved += 1

    def pin(self, name: str) -> None:
        """Keep what is on screen as A or B; the charts then show A as dotted lines."""
        if name not in ("A", "B"):
            raise Mistake(f"{name!r} cannot be pinned; pins are A and B")
        self.pins = {**self.pins, name: dict(self.state)}

    # -- questions of the page -----------------------------------------------------------------

    def _asked(self, widget: Any, content: Mapping[str, Any], buffers: Any) -> None:
        kind = content.get("kind")
        answer = {"kind": kind, "number": content.get("number"), "stamp": content.get("stamp")}
        try:
            state = states.checked(self.base, content.get("state") or {})
            if kind == "run":
                answer |= self._lines(state)
            elif kind == "ahead":  # where the slider in hand may go next
                beside = [states.checked(self.base, other) for other in content.get("states", ())[:MOST_AHEAD]]
                answer["answers"] = [self._lines(other) for other in beside]
            elif kind == "bands":
                replicates = min(int(content.get("lucks", 200)), MOST_REPLICATES)
                answer["bands"] = lines.bands(states.scenario(self.base, state), self.seed, replicates, self.parameters)
            elif kind == "pin":
                self.pins = {**self.pins, str(content.get("name"))[:1]: state}
                return
            elif kind == "code":
                answer["code"] = states.code(self.base, state)
            else:
                return
        except ValueError as error:
            answer["mistake"] = str(error)
        self.send(answer)

    def _lines(self, state: Mapping[str, Any]) -> dict[str, Any]:
        answer = {
            "series": lines.one(states.scenario(self.base, state), self.seed, state["luck"], self.parameters),
            "ghost": None,
        }
        if "A" in self.pins:
            return answer | {"ghost_name": "A", "ghost": self._ghost(self.pins["A"], state)}
        if states.intervened(state):
            answer["ghost"] = self._ghost({**state, "week": 0, "after": {}}, state)
        return answer | {"ghost_name": WORDS[self.lang]["without"]}

    def _ghost(self, other: Mapping[str, Any], state: Mapping[str, Any]) -> dict[str, Any] | None:
        """Lines of another state of the sliders under the same luck; None where it is the one on screen."""
        asked = json.dumps([{**other, "luck": state["luck"]}, self.seed], sort_keys=True)
        if asked == json.dumps([state, self.seed], sort_keys=True):
            return None
        if self._kept[0] != asked:  # it stands still while a slider moves
            firm = states.scenario(self.base, states.checked(self.base, other))
            self._kept = (asked, lines.one(firm, self.seed, state["luck"], self.parameters))
        return self._kept[1]

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The widget; for a page that runs nothing, the run on screen as a picture."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        head = typeset(f"{self.base.title(self.lang)} : ", self.lang) if self.lang == "fr" else f"{self.base.title(self.lang)}: "
        told = f"{head}{WORDS[self.lang]['model']} {self.parameters.tell(self.lang)}"
        still = f"<p>{html.escape(told)}</p>{still_run(self.run.weekly, self.lang)}"
        return {**(data or {}), "text/html": still}, metadata


def explore(
    scenario: Scenario | str, seed: int | str = 7, lang: str = "en", parameters: str | int | Chosen = ENSEMBLE
) -> Explorer:
    """A widget with sliders for the levers, the split and the context, an intervention from a week on, two charts, pins A and B.

    `scenario`: one, or its name or path; `seed`: of the luck, the same for all on screen; `lang`: "en" or "fr"; `parameters`: as
    in `tandem.sim.parameter_sets`. Returns the widget, an `Explorer`; levers go from 0 to 1, its axes over weeks. Raises
    Mistake in one sentence, ScenarioError for a scenario that is none.

    >>> from tandem import Scenario
    >>> explore(Scenario.load("silence")).scenario.name
    'silence'
    """
    return Explorer(scenario, seed, lang, parameters)


def _told(base: Scenario, lang: str, parameters: Chosen) -> dict[str, Any]:
    """What the page says, once: words, options with their titles, where the sliders stand."""
    texts = page_texts(lang)
    entries = catalogue()
    options = {
        kind: [[entry.name, typeset(entry.title[lang], lang)] for entry in entries if entry.kind == kind]
        for kind in ("role_model", "context")
    }
    levels = base.parameters.levers
    return {
        "lang": lang,
        "words": {key: typeset(text, lang) for key, text in WORDS[lang].items()} | {"parameters": parameters.tell(lang)},
        "options": options,
        "base": [base.role_model or "", base.context or ""],
        "weeks": base.parameters.weeks,
        "levers": [[lever, texts[f"control.levers.{lever}"]] for lever in LEVERS],
        "levels": {lever: getattr(levels, lever) for lever in LEVERS},
        "themes": {name: list(series) for name, series in lines.THEMES.items()},
        "hundred": list(lines.HUNDRED),
        "titles": {name: texts[f"theme.{name}"] for name in lines.THEMES},
        "units": {name: texts[f"unit.{name}"] for name in lines.THEMES},
        "series": {name: texts[f"series.{name}"] for series in lines.THEMES.values() for name in series},
    }

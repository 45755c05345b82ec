"""What a scenario file tells beside its parameters: title, story, what failed and why, what would have helped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from tandem.sim.given import plain
from tandem.sim.own import Fixed
from tandem.sim.scenario.complaint import NOTHING, ScenarioError, nearest

MOST_LISTED = 200  # conditions or sources: more than anybody reads


class Told(BaseModel):
    """Base of all told parts: unknown keys are errors, values are frozen, nothing is converted."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Text(Told):
    """A text in both languages; a plain string stands for both."""

    en: str
    fr: str

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: object) -> object:
        return {"en": value, "fr": value} if isinstance(value, str) else value

    def __getitem__(self, lang: str) -> str:
        return self.fr if lang == "fr" else self.en


def _listed(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _texts(value: object) -> object:
    return (value,) if isinstance(value, str) else _listed(value)


class Condition(Told):
    """An outcome below or above a line."""

    outcome: str
    below: float | None = Field(None, allow_inf_nan=False)
    above: float | None = Field(None, allow_inf_nan=False)
    reason: Text | None = None

    @model_validator(mode="after")
    def _one_line(self) -> Condition:
        if self.below is None and self.above is None:
            raise ValueError("a condition needs below = a number or above = a number")
        return self

    def which(self, outcomes: Any) -> np.ndarray:
        """Which runs of a table of outcomes are beyond the line: bool array. What is not defined is beyond no line."""
        values = np.asarray(outcomes[self.outcome], dtype=float)
        beyond: np.ndarray = ~np.isnan(values)
        if self.below is not None:
            beyond &= values < self.below
        if self.above is not None:
            beyond &= values > self.above
        return beyond

    def holds(self, outcomes: Mapping[Any, Any]) -> bool:
        """Is the outcome beyond the line?"""
        return bool(self.which(outcomes))


class Verdict(Told):
    """When a run counts as failed (or as drifting): all conditions, or any of them."""

    need: Literal["all", "any"] = "all"
    conditions: tuple[Condition, ...] = Field(min_length=1, max_length=MOST_LISTED)
    reason: Text | None = None

    _lists = field_validator("conditions", mode="before")(_listed)

    def which(self, outcomes: Any) -> np.ndarray:
        """Which runs of a table of outcomes meet the conditions: bool array. The one rule for what fails, in a table or alone."""
        met = [condition.which(outcomes) for condition in self.conditions]
        fails: np.ndarray = np.all(met, axis=0) if self.need == "all" else np.any(met, axis=0)
        return fails

    def holds(self, outcomes: Mapping[Any, Any]) -> bool:
        """Do the outcomes of one run meet the conditions?"""
        return bool(self.which(outcomes))


Changes = Annotated[dict[str, Any], AfterValidator(Fixed)]


class Step(Told):
    """Settings that are put over the scenario, from a week on or from the start."""

    week: int | None = Field(None, ge=1)
    set: Changes = Field(default_factory=Fixed)
    title: Text | None = None
    reason: Text | None = None


class Intervention(Step):
    """What could be tried in the middle of the story."""

    week: int = Field(ge=1)


class Cause(Step):
    """The cause of the case, and the settings that switch it off."""

    off: Changes = Field(default_factory=Fixed)


class Wish(Told):
    """An outcome that a firm of this kind wants: more of it, or `less`."""

    outcome: str
    less: bool = False
    beyond: bool = False
    """Counted beyond what the same firm and luck show without the settings that the wishes are judged under."""
    reason: Text | None = None


class Wishes(Told):
    """What a firm in a context wants, each alike, in its own spread; judged with `under` put over the firm."""

    under: Changes = Field(default_factory=Fixed)
    wants: tuple[Wish, ...] = Field(min_length=1, max_length=MOST_LISTED)
    reason: Text | None = None

    _lists = field_validator("wants", mode="before")(_listed)


class Span(Told):
    """From `low` to `high`."""

    low: float = Field(allow_inf_nan=False)
    high: float = Field(allow_inf_nan=False)

    @model_validator(mode="after")
    def _upwards(self) -> Span:
        if not self.low < self.high:
            raise ValueError("low must be below high")
        return self

    def holds(self, value: float) -> bool:
        """Does a value lie in it, its ends included?"""
        return self.low <= value <= self.high


class Sector(Told):
    """What firms of this kind are known to do over decades: where the median of their yearly log growth of revenue lies, in the
    first ten years and in each ten years after."""

    first_decade: Span
    later_decades: Span
    reason: Text | None = None


class ChangeTable(Told):
    """A [[change]] of a file: part of what happens, not of what could be tried."""

    week: int = Field(ge=1)
    set: dict[str, Any] = Field(default_factory=dict)
    role_model: str | None = None
    title: Text | None = None


class Resolved(Told):
    """Marks a file that holds every value: where its values came from, for the reader."""

    role_model: str | None = None
    context: str | None = None
    digest: str | None = None
    said: tuple[str, ...] | None = None
    """The paths that somebody has set; every other value is what the model declared, and gives way to a parameter set. None (in
    a file of an older version): all of them are set."""

    _lists = field_validator("said", mode="before")(_listed)


class Story(Told):
    """The told part of a scenario."""

    title: Text | None = None
    story: Text | None = None
    teaches: Text | None = None
    question: Text | None = None
    notes: Text | None = None
    sources: tuple[str, ...] = Field(default=(), max_length=MOST_LISTED)
    order: int = 99
    control: bool = False
    failure: Verdict | None = None
    drift: Verdict | None = None
    intervention: Intervention | None = None
    cause: Cause | None = None
    remedy: Step | None = None
    wishes: Wishes | None = None
    sector: Sector | None = None
    resolved: Resolved | None = None

    _lists = field_validator("sources", mode="before")(_texts)


def checked(model: type[Told], values: Mapping[str, Any], file: str | None, prefix: str = "") -> Any:
    """`values` as a `model`, or one clear complaint."""
    try:
        return model.model_validate(plain(dict(values)))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
    at = [str(part) for part in first["loc"] if part != "__root__"]
    at = _places(values, at)
    key = (prefix + ".".join(at)).rstrip(".")
    problem, words, near = first["msg"].removeprefix("Value error, "), None, None
    kind = first["type"]
    value = first.get("input", NOTHING)
    if kind == "extra_forbidden":
        names = _names(model, at[:-1])
        problem, words, near = "unknown key", ", ".join(names), nearest(at[-1], names)
    elif kind == "missing":
        problem, value = "this key is missing", NOTHING
    elif kind == "literal_error":
        problem, words = "unknown word", str(first["ctx"]["expected"])
    elif kind.startswith(("model_", "dict_")):
        problem, words = "wrong type", "a table"
        names = _names(model, at)
        if set(names) == {"en", "fr"}:
            words = "a text, or a table of en and fr"
        elif names:
            words = f"a table of {', '.join(names)}"
    elif kind == "value_error":
        value = NOTHING
    elif kind in ("too_short", "too_long", "tuple_type"):
        limit = first.get("ctx", {}).get("min_length") if kind == "too_short" else MOST_LISTED
        problem, words = "wrong value", f"a list of at {'least' if kind == 'too_short' else 'most'} {limit}"
    else:
        words = problem.removeprefix("Input should be ").removeprefix("a valid ").removeprefix("valid ")
        problem = "wrong value"
    raise ScenarioError(problem, file=file, key=key or None, value=value, allowed=words, suggestion=near)


def _places(values: Any, at: list[str]) -> list[str]:
    """The part of a place that a reader of the file knows: without the names of the kinds that were tried (`seed.int`)."""
    known: list[str] = []
    for part in at:
        inside = isinstance(values, Mapping) and part in values
        numbered = isinstance(values, list | tuple) and part.isdigit() and int(part) < len(values)
        if inside or numbered:
            known.append(part)
            values = values[part] if inside else values[int(part)]
        elif isinstance(values, Mapping):
            known.append(part)  # what is missing, or what only the checks know by name
    return known


def _names(model: Any, at: list[str]) -> tuple[str, ...]:
    """The keys that the part of a model at this place has."""
    for part in at:
        if part.isdigit():
            continue
        field = getattr(model, "model_fields", {}).get(part)
        if field is None:
            return ()
        model = next((item for item in _types(field.annotation) if issubclass(item, BaseModel)), None)
        if model is None:
            return ()
    return tuple(model.model_fields)


def _types(annotation: Any) -> list[type]:
    parts = getattr(annotation, "__args__", None)
    if parts and not isinstance(annotation, type):
        return [item for part in parts for item in _types(part)]
    return [annotation] if isinstance(annotation, type) else []

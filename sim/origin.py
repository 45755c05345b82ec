"""Where a table comes from, in its own `.attrs`: the call that makes it again, firms and parameter sets, versions and the model.

pandas keeps `.attrs` in Parquet files, so a table that a notebook saves can be played again: `tandem rerun FILE.parquet`.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NoReturn

from tandem.sim.code_cache import compiled_sources
from tandem.sim.mistake import Mistake

FORMAT = 1
ATTRIBUTE = "provenance"
"""The name of it in a table's `.attrs`."""
MOST_FIRMS = 24
"""With more firms only their digests are kept, since every table carries the text of each."""
SIM = Path(__file__).resolve().parent


class Record(dict[str, Any]):
    """A record as a table carries it: it can be read, and written as JSON, and not changed. pandas copies `.attrs` in depth at
    every step that makes a table of another; a record that cannot change is one copy of itself."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise Mistake("a table's record says how the table was made and cannot be changed; dict(record) gives a copy that can")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __deepcopy__(self, memo: Any) -> Record:
        return self

    __copy__ = __deepcopy__

    def __reduce__(self) -> tuple[type[Record], tuple[dict[str, Any]]]:
        return Record, (dict(self),)

    def copy(self) -> dict[str, Any]:
        """One that can be changed, all of it."""
        return {name: deepcopy(value) for name, value in self.items()}


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """What the values of a run may depend on beside what was asked: two runs under equal versions have equal bits."""
    return {
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "libm": " ".join(platform.libc_ver()).strip() or "unknown",
        "model": model_source()[:16],
        **{package: version_of(package) for package in ("tandem-sim", "numpy", "llvmlite")},
    }


def version_of(package: str) -> str:
    """The version of an installed distribution; "unknown" where there is none."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


@lru_cache(maxsize=1)
def model_source() -> str:
    """SHA-256 of the text of the compiled floors, wherever they lie."""
    digest = hashlib.sha256()
    for file in compiled_sources(SIM):
        digest.update(file.relative_to(SIM).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def origin_of(
    call: str,
    arms: Sequence[Sequence[Any]],
    parameters: Any,
    replicates: int | None,
    layered: bool = False,
    own: Sequence[Mapping[str, Any]] = (),
    **named: Any,
) -> dict[str, Any]:
    """The record of a call of the public face (`call`: "simulate", ...) as JSON values. `arms`: the firms of each arm, in order
    (none where they are drawn from a population, or lie in a sweep); `named`: its other arguments; `replicates`: None where the
    call takes none; `layered`: keep firms by role model and context, for calls that switch these; `own`: what a
    user declared of the outcomes in the table (`tandem.sim.own_outcomes.OwnOutcome.identity`). Factors that were drawn with the
    parameter sets go in with their laws. {} where a firm is none on paper, so that nothing can say what it was."""
    firms = [firm for arm in arms for firm in arm]
    if not all(hasattr(firm, "to_toml") and hasattr(firm, "digest") for firm in firms):
        return {}
    few = len(firms) <= MOST_FIRMS
    return {
        "format": FORMAT,
        "call": call,
        **named,
        **({} if replicates is None else {"replicates": replicates}),
        "firms": [[str(firm.digest) for firm in arm] for arm in arms],
        "names": [[str(firm.name) for firm in arm] for arm in arms],
        "scenarios": [[firm.to_toml(layered=layered) for firm in arm] for arm in arms] if few else [],
        "parameters": {} if parameters is None else {**parameters.identity, "told": parameters.told},
        **({"factors": parameters.recipe} if parameters is not None and parameters.recipe else {}),
        **({"own_outcomes": list(own)} if own else {}),
        "versions": versions(),
        "model_sha256": model_source(),
    }


def origin_of_function(call: str, function: Callable[..., Any] | None, code: str, **named: Any) -> dict[str, Any]:
    """The record of a call (`call`: "analyse", "decide", ...) on a function of the caller's own, or on a table of theirs
    (`function`: None), which a record cannot hold: its name, and the digest of its `code` where that can be told ("" else);
    `named`: all else that was asked, with the `seed`. A function that says of itself how it is made again (a property `made_of`,
    as `tandem.FactorFirms` has) gives its own record, by which the table can be played again."""
    if made_of := getattr(function, "made_of", None):
        return {**made_of, "call": call, **named}
    told = None if function is None else name_of(function)
    return {**origin_of(call, [], None, None), "own": told, "own_sha256": code, **named}


def name_of(function: Callable[..., Any]) -> str:
    """Module and name of a function; the kind of an object that can be called."""
    named = function if hasattr(function, "__qualname__") else type(function)
    return f"{getattr(named, '__module__', None) or 'unknown'}.{named.__qualname__}"

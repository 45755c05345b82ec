"""The page as texts: one script and one style sheet, the same for every host.

The sources in `page/` are ES modules of one purpose each. They are joined here in the order of their imports, so that a
browser, a notebook and an exported file all load one text: no bundler, and what runs is what is written. Two rules make
this sound, and `joined` refuses what breaks them: imports are `import { a, b } from "./file.js";` on a line of their
own, and no two files declare the same name at the top.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources
from pathlib import PurePosixPath

_HERE = resources.files(__package__)
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./([a-z_]+\.js)";\n', re.M)
_EXPORT = re.compile(r"^export (?=(?:async )?function |const |let |class )", re.M)
_LEFT = re.compile(r"^(?:import|export)\b.*$", re.M)
_DECLARED = re.compile(r"^(?:async )?(?:function|const|let|class) +([A-Za-z_$][\w$]*)", re.M)
ENTRY = "simulator.js"
PUBLIC = ("facilitate", "mount", "mountSheet", "serverHost", "exportHost")


def page_file(name: str) -> str:
    """A source of the page."""
    return (_HERE / "page" / name).read_text("utf-8")


def vendored(name: str) -> str:
    """A library's file, as its makers publish it."""
    return (_HERE / "vendor" / name).read_text("utf-8")


def joined(sources: dict[str, str], entries: tuple[str, ...]) -> str:
    """The modules that `entries` need, each after those it imports, as one text without imports and exports."""
    done: dict[str, str] = {}
    declared: dict[str, str] = {}

    def put(name: str, above: tuple[str, ...]) -> None:
        if name in done:
            return
        if name in above:
            raise ValueError(f"{' -> '.join([*above, name])}: modules import each other in a circle")
        source = sources[name]
        for wanted in _IMPORT.findall(source):
            put(wanted, (*above, name))
        text = _EXPORT.sub("", _IMPORT.sub("", source))
        for left in _LEFT.findall(text):
            raise ValueError(f"{name}: {left!r} cannot be joined")
        for found in _DECLARED.findall(text):
            if found in declared:
                raise ValueError(f"{found} is declared in {declared[found]} and in {name}")
            declared[found] = name
        done[name] = text.strip("\n")

    for entry in entries:
        put(entry, ())
    return "\n\n".join(done.values()) + "\n"


@lru_cache(maxsize=1)
def script() -> str:
    """The page module: the chart library, then our own code, then what it exports."""
    folder = _HERE / "page"
    sources = {
        PurePosixPath(file.name).name: file.read_text("utf-8")
        for file in folder.iterdir()
        if file.name.endswith(".js") and file.name not in ("start.js", "worker.js")
    }
    own = joined(sources, (ENTRY, "sheet.js", "server_host.js", "export_host.js"))
    return f"{vendored('uPlot.iife.min.js')}\n{own}export {{ {', '.join(PUBLIC)} }};\n"


@lru_cache(maxsize=1)
def style() -> str:
    """The style sheet."""
    return f"{vendored('uPlot.min.css')}\n{page_file('simulator.css')}"

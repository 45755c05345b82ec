"""The house keeps its shape: floors, fences, names, one truth for ids, and sources that exist.

Every check is a function from texts to complaints. It is run on the house, where it must find nothing, and on
a deliberate break, which it must find.
"""

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tandem.sim.code_cache import COMPILED_FILES, COMPILED_ROOMS

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("tandem", "sim", "scenarios", "experiments")

# From the ground up. A module may import its own floor and those below; a room of `experiments` is a floor of its own, so that
# no two rooms can import each other. Unlisted modules of `sim` are complained of: decide where they stand.
FLOORS = (
    ("tandem.short_names",),
    ("sim.code_cache", "sim.marks", "sim.mistake", "sim.opening", "sim.process", "sim.seals", "sim.version", "sim.writing"),
    ("sim.origin",),
    ("sim.given", "sim.seeds", "sim.answers", "sim.own"),
    ("sim.compiler",),
    ("sim.compile",),
    ("sim.copies",),
    ("sim.rules",),
    ("sim.parameters", "sim.state", "sim.streams", "sim.luck", "sim.units", "sim.outcomes"),
    ("sim.phases",),
    ("sim.week",),
    ("sim.kernel", "sim.agents", "sim.intents"),
    ("scenarios",),
    ("sim.scenario", "sim.weekly", "sim.texts"),
    ("sim.formula",),
    ("sim.own_outcomes",),
    ("sim.played",),
    ("sim.intervals",),
    ("sim.until",),
    ("sim.table",),
    ("sim.points",),
    ("sim.parameter_sets",),
    ("sim.explain", "sim.ledger", "sim.plots"),
    ("sim.run", "sim.batch"),
    ("sim.results", "sim.panel", "sim.model"),
    ("sim.deciding",),
    ("sim.comparison", "sim.frames"),
    ("sim.series",),
    ("sim.widget", "sim.dashboard"),
    ("sim.room",),
    ("sim",),
    ("experiments",),
    ("experiments.files",),
    ("experiments.firms",),
    ("experiments.pages",),
    ("experiments.store",),
    ("experiments.sensitivity",),
    ("experiments.decisions",),
    ("experiments.discovery",),
    ("experiments.effects",),
    ("experiments.advice",),
    ("experiments.optimisation",),
    ("experiments.validation",),
    ("experiments.calibration",),
    ("experiments.study",),
    ("experiments.commands",),
    ("tandem",),
)
FLOOR_OF = {module: floor for floor, modules in enumerate(FLOORS) for module in modules}

# Who may import what, as patterns of paths.
FENCES = {
    "llvmlite": r"sim/compiler/.*",
    "mesa": r"sim/(agents|model)\.py",
    "SALib": r"experiments/.*",
    "dask": r"experiments/.*",
    "starlette": r"sim/(dashboard/(server|replies)|room/server)\.py",
    "uvicorn": r"sim/dashboard/(server|connections)\.py",
    "playwright": r"bench/.*",
    "anywidget": r"sim/widget/.*",
    "distributed": r"experiments/.*",
    "matplotlib": r"sim/plots/canvas\.py",
}

# What only `sim/intervals.py` makes, and which other files may say the same for another purpose.
MADE_IN_INTERVALS: dict[str, set[str]] = {
    r"\bstdtrit\b|\.ppf\(|\bt\.interval\b": {"experiments/store/laws.py"},  # draws from any law of scipy
    r"\bndtri\b": {"experiments/store/factors.py", "experiments/store/dependence.py"},  # draws from normal laws and copulas
    r"\bproportion_ci\b|\bproportion_confint\b|\bbinomtest\b": set(),
    r"\b(1\.96|1\.95996\d*|1\.645|2\.576)\b": set(),
    r"\"(higher|lower|holds|fails|raises|lowers)\" if\b": {"sim/dashboard/verdict.py"},  # how a played firm ended
    r"\(\"higher\", \"lower\"\)|\[\"higher\", \"lower\"\]": set(),
    r"\blow\b\W*> ?[\w.]+ or .*\bhigh\b\W*< ": set(),
    r"\bhigh\b\W*< ?[\w.]+ or .*\blow\b\W*> ": set(),
    r"\blow <= [\d.]+ <= high\b": set(),
}

LINES_OF_A_FILE, LINES_OF_A_FUNCTION = 400, 60
EMPTY_NAMES = {"util", "utils", "helper", "helpers", "common", "misc"}
COMPILING = {"rule", "part", "phase", "sequence", "kernel"}
WITHOUT_COMPILED_CODE = {
    *(
        "sim.given",
        "sim.own",
        "sim.origin",
        "sim.scenario.meant",
        "sim.parameter_sets",
        "sim.table",
        "sim.points",
        "sim.code_cache",
        "sim.mistake",
        "sim.opening",
    ),
}
CITATION = re.compile(r"\[([a-z]+\d{4}[a-z]?)\]")


def house() -> dict[str, str]:
    """The text of every Python file in the import packages, by path."""
    files = [file for room in PACKAGES for file in (ROOT / room).rglob("*.py")]
    return {file.relative_to(ROOT).as_posix(): file.read_text("utf-8") for file in sorted(files)}


def module_of(path: str) -> str:
    """The name of a module as the rooms stand at the top of the repository: `sim.week` for `tandem.sim.week`."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def short(module: str) -> str:
    """The same name for both ways to write it."""
    return re.sub(r"^tandem\.(?=(sim|experiments|scenarios)(\.|$))", "", module)


def imports(path: str, text: str, modules: set[str]) -> Iterator[tuple[int, str]]:
    """Line and full name of everything a file imports, `from a import b` as a.b where that is a module."""
    package = module_of(path) if path.endswith("/__init__.py") else module_of(path).rpartition(".")[0]
    for node in ast.walk(ast.parse(text, path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, short(alias.name)) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = short(node.module or "")
            if node.level:
                parts = package.split(".")
                origin = ".".join([*parts[: len(parts) - node.level + 1], *filter(None, [node.module])])
            for alias in node.names:
                whole = f"{origin}.{alias.name}"
                yield node.lineno, whole if whole in modules else origin
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in {"import_module", "__import__"} and isinstance(node.args[0].value, str):
                yield node.lineno, short(node.args[0].value)


def floor_of(module: str) -> int | None:
    """The floor of a module of ours; None for a foreign one and for one that stands nowhere."""
    if module.startswith(("sim.", "experiments.")) and ".".join(module.split(".")[:2]) not in FLOOR_OF:
        return None
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        if (floor := FLOOR_OF.get(".".join(parts[:length]))) is not None:
            return floor
    return None


def ours(module: str) -> bool:
    return module.split(".")[0] in PACKAGES


def upward_imports(files: dict[str, str]) -> list[str]:
    """Imports of a higher floor, and modules that stand on none."""
    modules = {module_of(path) for path in files}
    complaints = []
    for path, text in files.items():
        here = floor_of(module_of(path))
        if here is None:
            complaints.append(f"{path} stands on no floor: place it in FLOORS")
            continue
        for line, module in imports(path, text, modules):
            there = floor_of(module)
            if ours(module) and (there is None or there > here):
                complaints.append(f"{path}:{line} imports {module}, which stands higher or nowhere")
    return complaints


def rules_that_know_too_much(files: dict[str, str]) -> list[str]:
    """Rules importing anything but math, the compiler's file and other rules; scenarios importing the house."""
    modules = {module_of(path) for path in files}
    complaints = []
    for path, text in files.items():
        for line, module in imports(path, text, modules):
            foreign_to_rule = module not in {"math", "__future__", "sim.compile"} and not module.startswith("sim.rules")
            if path.startswith("sim/rules/") and foreign_to_rule:
                complaints.append(f"{path}:{line} imports {module}: a rule takes numbers and returns numbers")
            if path.startswith("scenarios/") and ours(module) and not module.startswith(("scenarios", "tandem.short_names")):
                complaints.append(f"{path}:{line} imports {module}: scenarios are data only")
    return complaints


def broken_fences(files: dict[str, str]) -> list[str]:
    """Libraries imported outside the files that own them."""
    modules = {module_of(path) for path in files}
    return [
        f"{path}:{line} imports {module}"
        for path, text in files.items()
        for line, module in imports(path, text, modules)
        if (fence := FENCES.get(module.split(".")[0])) and not re.fullmatch(fence, path)
    ]


def side_doors(files: dict[str, str]) -> list[str]:
    """Imports of the compiler's room from outside that do not go through its door, `sim.compile`."""
    modules = {module_of(path) for path in files}
    return [
        f"{path}:{line} imports {module}: the door of that room is sim.compile"
        for path, text in files.items()
        for line, module in imports(path, text, modules)
        if f"{module}.".startswith("sim.compiler.") and path != "sim/compile.py" and not path.startswith("sim/compiler/")
    ]


def empty_names(paths: list[str]) -> list[str]:
    """Modules and folders whose name does not say what is in them."""
    return [path for path in paths if EMPTY_NAMES & {part.strip("_") for part in Path(path).with_suffix("").parts}]


def compiled_outside_the_digest(files: dict[str, str]) -> list[str]:
    """Files that compile something although an edit of them leaves the cache folder's name as it is."""
    complaints = []
    for path, text in files.items():
        inside = path.removeprefix("sim/")
        if path.startswith("sim/") and (inside in COMPILED_FILES or inside.split("/")[0] in COMPILED_ROOMS):
            continue
        for node in ast.walk(ast.parse(text, path)):
            taken = {alias.name for alias in node.names} if isinstance(node, ast.ImportFrom) else set()
            compiler = isinstance(node, ast.ImportFrom) and re.search(r"\bcompile$|\bcompiler\b", node.module or "")
            if compiler and taken & COMPILING:
                complaints.append(f"{path}:{node.lineno} compiles outside the digested files")
    return complaints


def imported_outside_the_digest(files: dict[str, str]) -> list[str]:
    """Files of ours that a digested file imports and that are not digested: compiled code may hold what stands in them."""
    modules = {module_of(path) for path in files}
    paths = {module_of(path): path for path in files}

    def digested(path: str) -> bool:
        inside = path.removeprefix("sim/")
        return inside in COMPILED_FILES or inside.split("/")[0] in COMPILED_ROOMS

    return [
        f"{path}:{line} imports {module}, which is not digested"
        for path, text in files.items()
        if path.startswith("sim/") and digested(path)
        for line, module in imports(path, text, modules)
        if module in paths and not digested(paths[module]) and module not in WITHOUT_COMPILED_CODE
    ]


def too_long(files: dict[str, str]) -> list[str]:
    """Files and functions that nobody reads at once; the declaration of parameters is a list, and may be as long as it is."""
    complaints = []
    for path, text in files.items():
        lines = text.count("\n")
        if lines > LINES_OF_A_FILE and path != "sim/parameters.py":
            complaints.append(f"{path} has {lines} lines, more than {LINES_OF_A_FILE}")
        for node in ast.walk(ast.parse(text, path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
                lines = node.end_lineno - node.lineno + 1
                if lines > LINES_OF_A_FUNCTION:
                    complaints.append(f"{path}:{node.lineno} {node.name} has {lines} lines, more than {LINES_OF_A_FUNCTION}")
    return complaints


def loose_files(files: dict[str, str]) -> list[str]:
    """Files of `experiments` that lie in no room."""
    return [
        path for path in files if path.count("/") == 1 and path.startswith("experiments/") and path != "experiments/__init__.py"
    ]


def dead_strings(files: dict[str, str]) -> list[str]:
    """Strings that stand alone as a statement and are no docstring: what was meant to be the rest of a sentence."""
    complaints = []
    for path, text in files.items():
        for node in ast.walk(ast.parse(text, path)):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant | ast.JoinedStr):
                told = ast.get_source_segment(text, node) or ""
                if told[:1] in "fFrR\"'" and not told.startswith(('"""', 'r"""')):
                    complaints.append(f"{path}:{node.lineno} {told[:40]} stands alone")
    return complaints


def second_statistics(files: dict[str, str]) -> list[str]:
    """Quantiles, intervals of shares and verdicts made anywhere but in `sim/intervals.py`, where each is decided once."""
    return [
        f"{path}:{line} {found.group().strip()}: sim/intervals.py decides this"
        for path, text in files.items()
        if path != "sim/intervals.py"
        for line, told in enumerate(text.splitlines(), 1)
        for pattern, allowed in MADE_IN_INTERVALS.items()
        if (found := re.search(pattern, told)) and path not in allowed
    ]


def docstrings(tree: ast.AST) -> list[ast.Constant]:
    """Every string that stands alone as a statement."""
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    ]


def ids_in_code(files: dict[str, str], ids: set[str]) -> list[str]:
    """String constants in `sim` that name a role model or a context: code that treats one of them by name."""
    words = [re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])") for name in ids if "-" in name]
    complaints = []
    for path, text in files.items():
        if not path.startswith("sim/"):
            continue
        tree = ast.parse(text, path)
        prose = set(map(id, docstrings(tree)))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
                value = node.value
                if value.strip() in ids or any(word.search(value) for word in words):
                    complaints.append(f"{path}:{node.lineno} names {value.strip()[:60]!r}")
    return complaints


def sources_in(value: object, key: str = "") -> set[str]:
    """Every source key below `source` or `sources` anywhere in a scenario."""
    if isinstance(value, dict):
        return set().union(*(sources_in(inner, name) for name, inner in value.items()))
    if isinstance(value, list):
        return set().union(*(sources_in(inner, key) for inner in value))
    return set(re.split(r"[,;\s]+", value)) if key in {"source", "sources"} and isinstance(value, str) else set()


def citations(files: dict[str, str]) -> set[str]:
    """Every [key1999] in a docstring."""
    found = set()
    for path, text in files.items():
        for node in docstrings(ast.parse(text, path)):
            found |= set(CITATION.findall(node.value))
    return found


def wrong_sources(used: set[str], known: set[str]) -> list[str]:
    """Keys that are used and unknown, and known and unused; `assumption` needs no entry."""
    return [f"{key}: used, but not in scenarios/sources.toml" for key in sorted(used - known - {"assumption", ""})] + [
        f"{key}: in scenarios/sources.toml, but used nowhere" for key in sorted(known - used)
    ]


# -- the house ---------------------------------------------------------------------------------


def scenario_ids() -> set[str]:
    folders = (ROOT / "scenarios" / "role_models", ROOT / "scenarios" / "contexts")
    return {file.stem for folder in folders for file in folder.glob("*.toml")} - {"baseline"}


HOUSE_CHECKS = (
    too_long,
    loose_files,
    dead_strings,
    upward_imports,
    rules_that_know_too_much,
    broken_fences,
    side_doors,
    compiled_outside_the_digest,
    imported_outside_the_digest,
    second_statistics,
)


@pytest.mark.parametrize("check", HOUSE_CHECKS)
def test_the_house_keeps(check):
    files = house()
    assert {"sim/compile.py", "tandem/__init__.py"} <= set(files)
    assert check(files) == []


def test_notebooks_take_their_statistics_from_the_house():
    cells = {
        f"{file.name} cell {place}": "".join(cell["source"])
        for file in (ROOT / "notebooks").glob("*.ipynb")
        for place, cell in enumerate(json.loads(file.read_text("utf-8"))["cells"])
        if cell["cell_type"] == "code"
    }
    assert len(cells) > 20
    assert second_statistics(cells) == []


def test_every_module_is_named_for_what_is_in_it():
    files = [file for room in (*PACKAGES, "bench", "tests", "notebooks") for file in (ROOT / room).rglob("*")]
    assert empty_names([file.relative_to(ROOT).as_posix() for file in files]) == []


def test_no_role_model_and_no_context_is_treated_by_name():
    ids = scenario_ids()
    assert ids
    assert ids_in_code(house(), ids) == []


def test_every_source_exists_and_is_used():
    catalogue = ROOT / "scenarios" / "sources.toml"
    used = citations(house())
    if (ROOT / "sim" / "parameters.py").exists():
        from tandem.sim.parameters import describe

        used |= sources_in([{"source": row.get("source", "")} for row in describe()])
    for file in (ROOT / "scenarios").rglob("*.toml"):
        if file != catalogue:
            used |= sources_in(tomllib.loads(file.read_text("utf-8")))
    for page in ("README.md", "MODEL.md", "DECISIONS.md"):
        if (ROOT / page).exists():
            used |= set(CITATION.findall((ROOT / page).read_text("utf-8")))
    assert wrong_sources(used, set(tomllib.loads(catalogue.read_text("utf-8")))) == []


# -- sabotage: each check finds the break it is for --------------------------------------------


@pytest.mark.parametrize(
    ("check", "path", "text"),
    [
        (upward_imports, "sim/rules/trust.py", "from sim.state import CEO"),
        (upward_imports, "sim/phases/learn.py", "from sim import week"),
        (upward_imports, "sim/phases/learn.py", "from .. import week"),
        (upward_imports, "sim/phases/learn.py", "from ..kernel import play"),
        (upward_imports, "sim/week.py", "def f():\n    import sim.kernel"),
        (upward_imports, "sim/plots/weekly.py", "from sim.results import Run"),
        (upward_imports, "sim/kernel.py", "from sim import Scenario"),
        (upward_imports, "sim/kernel.py", "import scenarios"),
        (upward_imports, "sim/kernel.py", "import importlib; importlib.import_module('experiments.store')"),
        (upward_imports, "sim/results.py", "from experiments import population"),
        (upward_imports, "experiments/store/plan.py", "from experiments.commands import main"),
        (upward_imports, "experiments/store/plan.py", "from tandem.experiments.commands import main"),
        (upward_imports, "experiments/sensitivity/analysis.py", "def f():\n    from tandem.experiments.effects import cells"),
        (upward_imports, "experiments/loose.py", ""),
        (upward_imports, "sim/attic.py", ""),
        (rules_that_know_too_much, "sim/rules/trust.py", "import numpy as np"),
        (rules_that_know_too_much, "sim/rules/trust.py", "from sim.streams import philox"),
        (rules_that_know_too_much, "scenarios/__init__.py", "from sim.scenario import Scenario"),
        (broken_fences, "sim/kernel.py", "from llvmlite import binding"),
        (broken_fences, "experiments/store/plan.py", "import llvmlite.binding"),
        (broken_fences, "sim/results.py", "from mesa.datacollection import DataCollector"),
        (broken_fences, "sim/outcomes.py", "from SALib.sample import sobol"),
        (broken_fences, "sim/kernel.py", "def f():\n    import dask.distributed"),
        (broken_fences, "experiments/store/plan.py", "import matplotlib.pyplot as plt"),
        (broken_fences, "sim/dashboard/answers.py", "from starlette.responses import Response"),
        (broken_fences, "sim/compile.py", "import llvmlite"),
        (side_doors, "sim/kernel.py", "from sim.compiler.decorators import kernel"),
        (side_doors, "sim/kernel.py", "import sim.compiler"),
        (compiled_outside_the_digest, "sim/model.py", "from sim.compile import phase"),
        (compiled_outside_the_digest, "sim/model.py", "from sim.compiler.decorators import part"),
        (compiled_outside_the_digest, "experiments/study/study.py", "from sim.compile import COMPILED, kernel as k"),
        (imported_outside_the_digest, "sim/kernel.py", "from tandem.sim.attic import COUNT"),
        (too_long, "sim/results.py", "x = 1\n" * 401),
        (too_long, "experiments/store/plan.py", "def f():\n" + "    x = 1\n" * 60),
        (loose_files, "experiments/figures.py", ""),
        (dead_strings, "experiments/study/report.py", "def f():\n    return 'a '\n    'b'\n"),
        (second_statistics, "experiments/study/report.py", "from scipy.special import stdtrit"),
        (second_statistics, "experiments/study/report.py", "half = norm.ppf(0.975) * error"),
        (second_statistics, "sim/results.py", "from scipy.special import ndtri"),
        (second_statistics, "experiments/advice/rescue.py", "binomtest(1, 2).proportion_ci()"),
        (second_statistics, "experiments/validation/finding_figures.py", "half = 1.96 * error"),
        (second_statistics, "experiments/effects/levers.py", 'word = "higher" if low > 0.0 else "lower"'),
        (second_statistics, "experiments/validation/claims.py", 'return "holds" if self.low > self.line else "fails"'),
        (second_statistics, "experiments/sensitivity/figures.py", "sure = row['low'] > 0 or row['high'] < 0"),
        (second_statistics, "experiments/effects/levers.py", "open_ = low <= 0.0 <= high"),
        (second_statistics, "experiments/pages/numbers.py", 'DECIDED = ("higher", "lower")'),
    ],
)
def test_a_break_is_found(check, path, text):
    rest = dict.fromkeys(
        ("sim/week.py", "sim/kernel.py", "sim/attic.py", "experiments/commands/main.py", "experiments/effects/cells.py"), ""
    )
    assert [complaint for complaint in check({**rest, path: text}) if complaint.startswith(path)]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("sim/rules/trust.py", "import math\nfrom sim.compile import rule\nfrom sim.rules.arithmetic import unit"),
        ("sim/phases/learn.py", "from sim.rules import trust\nfrom sim import state, streams"),
        ("sim/compiler/threads.py", "import llvmlite\nfrom sim.compiler import settings"),
        ("sim/compile.py", "from sim.compiler.threads import in_threads"),
        ("sim/model.py", "import mesa\nfrom sim import week"),
        ("sim/plots/canvas.py", "import matplotlib"),
        ("sim/plots/canvas.py", "from matplotlib import pyplot"),
        ("experiments/store/factors.py", "from scipy.special import ndtr, ndtri"),
        ("experiments/advice/advice.py", "if row['high'] < 0.0:\n    verdict(low, high)"),
        (
            "experiments/sensitivity/sobol.py",
            "import SALib\nfrom sim import Scenario\nfrom sim.compile import COMPILED, set_threads",
        ),
    ],
)
def test_what_is_allowed_passes(path, text):
    files = {"sim/week.py": "", "sim/state.py": "", "sim/streams.py": "", path: text}
    assert [complaint for check in HOUSE_CHECKS for complaint in check(files)] == []


def test_an_empty_name_is_found():
    bad = ["sim/utils.py", "experiments/common/io.py", "tests/_helpers.py"]
    assert empty_names([*bad, "sim/streams.py", "experiments/commands/main.py"]) == bad


@pytest.mark.parametrize(
    "text",
    [
        "if role_model == 'co-pilot': x = 1",
        "NAMES = {'agile': 1}",
        "def f(x):\n    match x:\n        case 'agile': return 1",
        "path = f'role_models/co-pilot.toml'",
    ],
)
def test_an_id_in_code_is_found(text):
    assert ids_in_code({"sim/week.py": text}, {"co-pilot", "agile"})


def test_an_id_in_prose_or_a_longer_word_is_no_break():
    text = '"""The co-pilot role model."""\nx = "fragile"\ny = "be agile"\nz = "baseline"\nw = "co-pilots"'
    assert ids_in_code({"sim/week.py": text, "experiments/a.py": "x = 'agile'"}, {"co-pilot", "agile"}) == []


def test_dangling_and_unused_sources_are_found():
    scenario = tomllib.loads('sources = ["a1990", "b1991"]\n[[event]]\nsource = "c1992, d1993"\nkind = "e1994"')
    assert sources_in(scenario) == {"a1990", "b1991", "c1992", "d1993"}
    assert citations({"sim/a.py": 'def f(x):\n    """Slow [f1995]."""\n    return x[g1996]'}) == {"f1995"}
    assert wrong_sources({"a1990", "assumption"}, {"a1990"}) == []
    assert len(wrong_sources({"a1990"}, set())) == 1
    assert len(wrong_sources(set(), {"a1990"})) == 1


def unread_fields(fields: set[str], texts: dict[str, str]) -> set[str]:
    """Fields of the state that no code reads: only ever assigned, or not named at all."""
    read: set[str] = set()
    for path, text in texts.items():
        for node in ast.walk(ast.parse(text, path)):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                read.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and path != "sim/state.py":
                read.add(node.value)  # read by name, as in a table of outcomes
    return fields - read


def test_every_field_of_the_state_is_read_by_something():
    from tandem.sim import state
    from tandem.sim.parameters import RECORD

    kinds = [getattr(state, name) for name in dir(state) if isinstance(getattr(state, name), np.dtype)]
    fields = {name for kind in kinds if kind.names for name in kind.names} - set(RECORD.names)
    assert len(fields) > 150
    texts = {path: text for path, text in house().items() if path.startswith("sim/")}
    texts |= {file.name: file.read_text("utf-8") for file in (ROOT / "tests").rglob("test_*.py")}  # what a test watches is of use
    assert unread_fields(fields, texts) == set()
    assert unread_fields({"never"}, {"sim/a.py": "x.never += 1.0\nx.never = 2.0\n"}) == {"never"}
    assert unread_fields({"never"}, {"sim/a.py": "y = x.never\n"}) == set()

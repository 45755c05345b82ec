"""Does a test notice when the code is wrong? `python -m bench.mutation` breaks rules, series, statistics and verdicts, one token
at a time, and writes what was noticed to `docs/explanation/mutation.md`.

The breaks are cosmic-ray's: an operator becomes its opposite, a comparison another, a number one more or less. Each is made in a
copy of the repository, and the tests that hold that module are run against it, without the compiler. What survives must stand in
`tests/mutation/explained.toml` with the reason why it may; a long test holds that.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tandem.sim.intervals import share_interval

ROOT = Path(__file__).resolve().parents[1]
EXPLAINED = ROOT / "tests" / "mutation" / "explained.toml"
TARGETS = ROOT / "tests" / "mutation" / "targets.toml"
PAGE = ROOT / "docs" / "explanation" / "mutation.md"
# One opposite for each operator: of a product of two floats, a shift to the right is an error that any test notices.
BREAKS = (
    r"ReplaceBinaryOperator_(Mul_Div|Div_Mul|Add_Sub|Sub_Add|Pow_Mul|Mod_Mul|FloorDiv_Mul|BitAnd_BitOr|BitOr_BitAnd)",
    r"ReplaceComparisonOperator_(Lt_LtE|LtE_Lt|Gt_GtE|GtE_Gt|Lt_GtE|Gt_LtE|GtE_Lt|LtE_Gt|Eq_NotEq|NotEq_Eq|Is_IsNot|IsNot_Is)",
    r"ReplaceUnaryOperator_(USub_UAdd|Delete_Not|Not_Delete)",
    r"NumberReplacer",
    r"(ReplaceTrueWithFalse|ReplaceFalseWithTrue|ReplaceAndWithOr|ReplaceOrWithAnd|AddNot|ReplaceBreakWithContinue)",
    r"(ReplaceContinueWithBreak|ZeroIterationForLoop)",
)
SHARE = 0.25  # of all breaks, drawn by a digest of each: the same ones each time
SECONDS = 90.0  # a test that takes longer hangs, and a hang is noticed


@dataclass(frozen=True)
class Break:
    """One break of one token: where, which, and whether a test noticed. `line`: the text of the line that was broken."""

    module: str
    function: str
    operator: str
    line: str
    noticed: bool

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What names it whatever the line's number."""
        return self.module, self.function, self.operator, self.line


@dataclass(frozen=True)
class Target:
    """A module that is broken, the tests that hold it (paths from the root), and whether they run with the compiler."""

    module: str
    tests: tuple[str, ...]
    compiled: bool


def targets() -> list[Target]:
    """Every target of `tests/mutation/targets.toml`, a module each."""
    found = []
    for row in tomllib.loads(TARGETS.read_text("utf-8"))["target"]:
        for file in sorted(ROOT.glob(row["modules"])):
            if file.name != "__init__.py":
                tests = tuple(test.format(stem=file.stem) for test in row["tests"])
                found.append(Target(file.relative_to(ROOT).as_posix(), tests, row["compiled"]))
    return found


def copied(place: Path) -> Path:
    """The repository's files, as they lie here, in a folder of their own."""
    words = ["git", "ls-files", "-co", "--exclude-standard"]
    files = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    for name in files.stdout.splitlines():
        if (ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, place / name)
    return place


def broken(target: Target, share: float = SHARE) -> list[Break]:
    """A share of all breaks of a module, and whether its tests noticed each. AssertionError where they fail unbroken."""
    with tempfile.TemporaryDirectory(prefix="tandem-mutation-") as folder:
        tree = copied(Path(folder))
        (tree / "pytest.ini").write_text("[pytest]\nmarkers = long\n slow\n", encoding="utf-8")
        options = ["-x", "-q", "-c", "pytest.ini", "-p", "no:cacheprovider", "-m", "not long"]
        command = [sys.executable, "-m", "pytest", *options, *target.tests]
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "TANDEM_CACHE": f"{folder}.cache"}
        environment |= {} if target.compiled else {"NUMBA_DISABLE_JIT": "1"}
        try:
            plain = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True)
            assert plain.returncode == 0, f"{target.module}: its tests fail unbroken\n{plain.stdout[-2000:]}"
            played(tree, target.module, shlex.join(command), share, environment)
        finally:
            shutil.rmtree(f"{folder}.cache", ignore_errors=True)
        return read(tree / "s.sqlite", (ROOT / target.module).read_text("utf-8").splitlines())


def played(tree: Path, module: str, tests: str, share: float, environment: dict[str, str]) -> None:
    """Let cosmic-ray make the breaks of a module in `tree` and run the tests against each; its session lies in s.sqlite."""
    exclude = rf"^(?!core/({'|'.join(BREAKS)})$)"
    settings = [
        f"[cosmic-ray]\nmodule-path = {module!r}\ntimeout = {SECONDS}\nexcluded-modules = []\ntest-command = {tests!r}",
        f"[cosmic-ray.distributor]\nname = 'local'\n[cosmic-ray.filters.operators-filter]\nexclude-operators = [{exclude!r}]\n",
    ]
    (tree / "breaks.toml").write_text("\n".join(settings), encoding="utf-8")
    tools = Path(sys.executable).parent
    for words in (["cosmic-ray", "init"], ["cr-filter-operators"], ["cosmic-ray", "exec"]):
        order = ["breaks.toml", "s.sqlite"] if words[0] == "cosmic-ray" else ["s.sqlite", "breaks.toml"]
        if words[-1] == "exec":
            sampled(tree / "s.sqlite", share)
        whole = [str(tools / words[0]), *words[1:], *order]
        done = subprocess.run(whole, cwd=tree, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def sampled(session: Path, share: float) -> None:
    """Skip all but a share of the breaks of a session, chosen by a digest of what each of them is."""
    columns = "job_id, module_path, operator_name, occurrence, definition_name"
    with sqlite3.connect(session) as held:
        for job, *what in held.execute(f"select {columns} from mutation_specs").fetchall():
            place = int.from_bytes(hashlib.sha256(repr(what).encode()).digest()[:8], "little") / 2**64
            if place >= share:
                held.execute("insert or ignore into work_results (job_id, worker_outcome) values (?, 'SKIPPED')", (job,))


def read(session: Path, lines: list[str]) -> list[Break]:
    """What a session of cosmic-ray found."""
    with sqlite3.connect(session) as held:
        rows = held.execute(
            "select module_path, definition_name, operator_name, start_pos_row, test_outcome from mutation_specs "
            "join work_results using (job_id) where worker_outcome != 'SKIPPED' "
            "order by start_pos_row, start_pos_col, operator_name"
        ).fetchall()
    return [
        Break(module, function or "", operator.removeprefix("core/"), lines[row - 1].strip(), outcome != "SURVIVED")
        for module, function, operator, row, outcome in rows
    ]


def explained() -> dict[tuple[str, str, str, str], str]:
    """Breaks that may survive -> why."""
    rows = tomllib.loads(EXPLAINED.read_text("utf-8")).get("survivor", ())
    return {(row["module"], row["function"], row["operator"], row["line"]): row["why"] for row in rows}


def unexplained(found: Sequence[Break]) -> list[Break]:
    """Breaks that no test noticed and nobody has explained."""
    known = explained()
    return [each for each in found if not each.noticed and each.key not in known]


def page(found: Sequence[Break], share: float = SHARE) -> str:
    """The report: a row a module, then every survivor with its reason."""
    known, modules = explained(), list(dict.fromkeys(each.module for each in found))
    noticed = sum(each.noticed for each in found)
    low, high = share_interval(noticed, len(found))
    lines = [
        "# Mutation: would a test notice?",
        "",
        f"{len(found):,} breaks of one token in {len(modules)} modules, a share of {share:g} of all, drawn by digest: tests",
        f"noticed {noticed:,} ({noticed / len(found):.1%}, 95% interval {low:.1%} to {high:.1%} for all of them).",
        "Made by `python -m bench.mutation`; which tests hold which module stands in `tests/mutation/targets.toml`.",
        "",
        "| Module | Breaks | Noticed | Share |",
        "|---|---|---|---|",
    ]
    for module in modules:
        mine = [each for each in found if each.module == module]
        seen = sum(each.noticed for each in mine)
        lines.append(f"| `{module}` | {len(mine)} | {seen} | {seen / len(mine):.0%} |")
    left = [each for each in found if not each.noticed]
    lines += ["", "## What survives, and why it may", "", "| Module, function | Break | Line | Why |", "|---|---|---|---|"]
    for each in left:
        line = each.line.replace("|", "\\|")
        lines.append(
            f"| `{each.module}`, `{each.function}` | {each.operator} | `{line}` | {known.get(each.key, '**not explained**')} |"
        )
    return "\n".join(lines) + "\n"


def run(chosen: Sequence[Target], share: float = SHARE, workers: int = 2) -> list[Break]:
    """A share of the breaks of the modules, so many modules at a time."""
    with ThreadPoolExecutor(workers) as pool:
        return [each for part in pool.map(lambda target: broken(target, share), chosen) for each in part]


def main() -> None:
    """Break the modules named (none: all), and say what survived; all of them also write the page."""
    parser = argparse.ArgumentParser(prog="python -m bench.mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", help="paths from the root, such as sim/rules/trust.py")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--share", type=float, default=SHARE, help="share of all breaks that are made")
    asked = parser.parse_args()
    found = run([each for each in targets() if not asked.modules or each.module in asked.modules], asked.share, asked.workers)
    if not asked.modules:
        PAGE.write_text(page(found, asked.share), encoding="utf-8")
    for each in unexplained(found):
        print(f"{each.module} {each.function}: {each.operator} survives in {each.line!r}")
    print(
        f"{sum(each.noticed for each in found)} of {len(found)} breaks noticed, {len(unexplained(found))} survivors unexplained"
    )


if __name__ == "__main__":
    main()

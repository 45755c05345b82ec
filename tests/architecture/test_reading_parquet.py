"""Parquet is read on the caller's thread: one of Arrow's that lets go of a Python object while the interpreter ends aborts the
process ("terminate called without an active exception", apache/arrow issues 34314 and 50482)."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
READERS = {
    "read_table": ("pq", "parquet"),
    "read_parquet": ("pd", "pandas"),
    "read_row_group": (),
    "read_row_groups": (),
    "iter_batches": (),
}


def reads_with_threads(text: str) -> list[str]:
    """Calls in a module's text that read Parquet and may leave Python's objects with Arrow's threads."""
    parquet = "ParquetFile(" in text
    found = []
    for call in ast.walk(ast.parse(text)):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            continue
        name, of = call.func.attr, ast.unparse(call.func.value)
        reads = (name in READERS and (not READERS[name] or of in READERS[name])) or (
            parquet and name == "read" and of != "stream"
        )
        threads = [word.value for word in call.keywords if word.arg == "use_threads"]
        if reads and not (threads and isinstance(threads[0], ast.Constant) and threads[0].value is False):
            found.append(ast.unparse(call))
    return found


def test_no_module_lets_threads_of_arrows_read_for_it():
    files = [file for room in ("sim", "experiments", "tandem") for file in (ROOT / room).rglob("*.py")]
    assert len(files) > 200
    assert {str(file.relative_to(ROOT)): found for file in files if (found := reads_with_threads(file.read_text("utf-8")))} == {}


@pytest.mark.parametrize(
    "text",
    [
        "pq.read_table(stream)",
        "pd.read_parquet(file)",
        "pq.read_table(stream, use_threads=True)",
        "pq.ParquetFile(stream).read()",
        "file = pq.ParquetFile(stream)\ntable = file.read(columns=names)",
        "file.read_row_group(3)",
    ],
)
def test_a_break_is_found(text):
    assert len(reads_with_threads(text)) == 1


@pytest.mark.parametrize(
    "text",
    ["pq.read_table(stream, use_threads=False)", "read_table(path, refuse)", "connection.read_parquet(files)", "stream.read()"],
)
def test_what_is_allowed_passes(text):
    assert reads_with_threads(text) == []

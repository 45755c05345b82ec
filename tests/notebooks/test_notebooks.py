"""The notebooks run from a clean kernel, and what is committed is what a reader without a kernel needs."""

import os
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
MACHINE = re.compile(r"/(?:home|root|tmp|work|Users|usr|opt|var)/")


def read(file):
    return nbformat.read(file, as_version=4)


def texts(book):
    """Everything that outputs say, pictures left out."""
    for cell in book.cells:
        for output in cell.get("outputs", []):
            yield output.get("text", "")
            for kind, data in output.get("data", {}).items():
                if kind.startswith("text/"):
                    yield re.sub(r"base64,[A-Za-z0-9+/=]+", "", data)


def answer(book):
    """What the last cell says."""
    return book.cells[-1].outputs[-1]["data"]["text/markdown"]


def test_there_are_five_stories_and_one_in_french():
    assert [file.stem[:2] for file in NOTEBOOKS] == ["1-", "1-", "2-", "3-", "4-", "5-"]


@pytest.mark.slow
@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_it_runs_from_a_clean_kernel(file):
    book = read(file)
    NotebookClient(book, timeout=240, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}}).execute(
        env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert answer(book) == answer(read(file)), (
        "the committed answer is not what the notebook now says: run it and commit its outputs"
    )


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_what_is_committed_is_small_complete_and_of_no_machine(file):
    book = read(file)
    assert file.stat().st_size < 1_000_000
    assert all(cell.execution_count for cell in book.cells if cell.cell_type == "code")
    assert not [text for text in texts(book) if MACHINE.search(text)]
    assert not [output for cell in book.cells for output in cell.get("outputs", []) if output.output_type == "error"]
    first, last = book.cells[0].source, answer(book)
    assert "**Question.**" in first and re.search(r"\d.*\[", last)  # a question at the top, numbers with intervals at the bottom
    assert re.search(r"not a forecast|pas une prévision", first) and re.search(r"not a forecast|pas une prévision", last)
    assert (
        sum(
            kind == "image/png" or "data:image/png" in str(data)
            for cell in book.cells
            for output in cell.get("outputs", [])
            for kind, data in output.get("data", {}).items()
        )
        >= 1
    )


def test_french_is_set_as_french_is():
    (file,) = [file for file in NOTEBOOKS if "premier" in file.stem]
    words = "\n".join(cell.source for cell in read(file).cells if cell.cell_type == "markdown")
    assert not re.search(r"[^\s\u202f`(][:;!?»](?:\s|$)|[ \u00a0][:;!?»]", words)
    assert "'" not in words and "CEO" not in words

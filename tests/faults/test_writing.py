"""Files are written in one way: whole or not at all; and nobody writes them in another."""

import ast
from pathlib import Path

import pytest

from tandem.sim.marks import REGISTER
from tandem.sim.writing import filled, replaced, write_text

ROOT = Path(__file__).resolve().parents[2]
# Whoever may move files: the one way, the folder of a sweep (beneath handles, sealed), and the folder of compiled code.
OWN_WAY = {"sim/writing.py", "experiments/store/folder.py", "sim/code_cache.py", "sim/compiler/keeping.py"}


def test_a_block_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    file = tmp_path / "kept.txt"
    write_text(file, "old")
    with pytest.raises(ZeroDivisionError), replaced(file) as part:
        part.write_text(f"new {1 // 0}" if part.write_text("new") else "")
    assert file.read_text() == "old"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == sorted(["kept.txt", REGISTER])


def test_a_block_that_writes_nothing_is_an_error_and_leaves_the_old_file(tmp_path):
    file = tmp_path / "kept.txt"
    write_text(file, "old")
    with pytest.raises(FileNotFoundError), replaced(file):
        pass
    assert file.read_text() == "old"


def test_what_a_link_leads_to_is_written(tmp_path):
    (tmp_path / "far").mkdir()
    write_text(tmp_path / "far" / "file.txt", "old")
    (tmp_path / "link.txt").symlink_to(tmp_path / "far" / "file.txt")
    write_text(tmp_path / "link.txt", "new")
    assert (tmp_path / "link.txt").is_symlink() and (tmp_path / "far" / "file.txt").read_text() == "new"


def test_files_made_together_come_together_and_the_last_one_last(tmp_path, monkeypatch):
    write_text(tmp_path / "mine.txt", "a user's")
    with pytest.raises(ZeroDivisionError), filled(tmp_path) as folder:
        (folder / "a.csv").write_text(f"new {1 // 0}" if (folder / "a.csv").write_text("1") else "")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == sorted(["mine.txt", REGISTER])
    moved = []
    plain = Path.replace
    monkeypatch.setattr(Path, "replace", lambda self, target: (moved.append(Path(target).name), plain(self, target))[1])
    with filled(tmp_path, last="a.html") as folder:
        for name in ("a.html", "b.csv", "c.csv"):
            (folder / name).write_text(name)
    assert [name for name in moved if name != REGISTER] == ["b.csv", "c.csv", "a.html"]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == sorted(["a.html", "b.csv", "c.csv", "mine.txt", REGISTER])


def other_ways(files: dict[str, str]) -> list[str]:
    """Calls that move a file by themselves: a path's `replace` or `rename` with one argument, and those of `os` and `shutil`."""
    found = []
    for path, text in files.items():
        for node in ast.walk(ast.parse(text, path)):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            owner = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
            moves = node.func.attr in {"replace", "rename", "move"} and (
                owner in {"os", "shutil"} or (len(node.args) == 1 and not node.keywords and node.func.attr != "move")
            )
            if moves and path not in OWN_WAY:
                found.append(f"{path}:{node.lineno} moves a file by itself: use tandem.sim.writing")
    return found


def test_nobody_writes_in_another_way():
    files = [file for room in ("sim", "experiments", "tandem") for file in (ROOT / room).rglob("*.py")]
    assert other_ways({file.relative_to(ROOT).as_posix(): file.read_text("utf-8") for file in files}) == []
    assert other_ways({"experiments/a.py": "part.replace(target)"})
    assert other_ways({"experiments/a.py": "import os\nos.replace(a, b)"})
    assert other_ways({"experiments/a.py": "'a'.replace('a', 'b')\nreplace(x, y=1)"}) == []

"""JupyterLab with one notebook of one cell, in a browser that can reach nothing but this computer."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.browser import ROOT, fresh_browser

CELL = 'from tandem import Scenario, explore\npanel = explore(Scenario.load("retail-restructuring"))\npanel'
WIDGET = ".tandem.explorer[data-answered]"


def notebook(cell: str) -> str:
    """A notebook file of one cell, not yet run."""
    cells: list[Any] = [
        {
            "cell_type": "code",
            "id": "widget",
            "source": cell,
            "metadata": {},
            "outputs": [],
            "execution_count": None,
        }
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})


@contextmanager
def lab(playwright: Any, cell: str = CELL) -> Iterator[tuple[Any, list[str]]]:
    """The page of a JupyterLab in which the cell has run and the widget has drawn, and the addresses it asked for."""
    with tempfile.TemporaryDirectory() as place:
        homes_at, folder = Path(place) / "homes", Path(place) / "notebooks"
        folder.mkdir()
        (folder / "widget.ipynb").write_text(notebook(cell), encoding="utf-8")
        homes = {
            name: str(homes_at / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
        }
        server = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "jupyterlab",
                "--no-browser",
                "--ip=127.0.0.1",
                "--port=0",
                "--allow-root",
                "--IdentityProvider.token=",
                "--ServerApp.password=",
                f"--ServerApp.root_dir={folder}",
                "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
                "--LabApp.news_url=None",
            ],
            env={**os.environ, **homes, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            address = _address(server)
            with fresh_browser(playwright) as context:
                page, asked = context.pages[0], []
                page.on("request", lambda request: asked.append(request.url))
                page.goto(f"{address}lab/tree/widget.ipynb?reset", timeout=90_000)
                page.locator(".jp-Notebook .jp-CodeCell").first.wait_for(timeout=90_000)
                page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for(timeout=90_000)
                started(page)
                page.locator(WIDGET).wait_for(timeout=120_000)
                yield page, asked
        finally:
            server.terminate()
            server.wait(20)
            assert server.stderr is not None
            server.stderr.close()


def started(page: Any) -> None:
    """Run the first cell; a key that comes before the page listens is lost, so it is pressed until it was heard."""
    prompt = page.locator(".jp-CodeCell .jp-InputPrompt").first
    for _ in range(20):
        page.locator(".jp-CodeCell .cm-content").first.click()
        page.keyboard.press("Control+Enter")
        page.wait_for_timeout(1500)
        if prompt.inner_text().strip() not in ("[ ]:", ""):
            return
    raise AssertionError("the cell does not run")


def _address(server: subprocess.Popen) -> str:
    assert server.stderr is not None
    until = time.monotonic() + 60
    for line in server.stderr:
        if found := re.search(r"http://127\.0\.0\.1:\d+/", line):
            return found.group()
        assert time.monotonic() < until, "JupyterLab did not start"
    raise AssertionError("JupyterLab did not start")

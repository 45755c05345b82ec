"""Which version this is: of the installed distribution; in a checkout that was never installed, of its project file."""

import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def _found() -> str:
    try:
        return version("tandem-sim")
    except PackageNotFoundError:
        project = Path(__file__).resolve().parents[1] / "pyproject.toml"
        return str(tomllib.loads(project.read_text("utf-8"))["project"]["version"])


__version__: str = _found()

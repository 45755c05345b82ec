"""The fourteen jobs of docs/how-to/jobs.md, each a whole script."""

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "how-to" / "jobs.md"
MOST_LINES = 15
NEEDS = ("dask[distributed]", "ema_workbench")
"""What some of them use beside what the package itself installs."""


def jobs() -> dict[str, str]:
    """Letter -> script."""
    return dict(re.findall(r"^## ([a-z])\. [^\n]*\n\n```python\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL))

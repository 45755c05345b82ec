"""Publishes what moves growth and conflict most: `make headline`, or `python -m docs.headline DIR` with a folder of
`tandem sensitivity`. Writes scenarios/headline.json, and from it the README, MODEL.md, the how-to and its figures; the simulator
and the reports read the file."""

import sys
from pathlib import Path

from tandem.experiments.study.published import publish
from tandem.sim.mistake import Mistake

ROOT = Path(__file__).resolve().parents[1]


def main(arguments: list[str]) -> int:
    """0 where everything was written, 2 with one line where the folder will not do."""
    if len(arguments) != 1:
        print("docs.headline: one folder is needed, written by `tandem sensitivity`", file=sys.stderr)
        return 2
    try:
        written = publish(Path(arguments[0]), ROOT)
    except Mistake as mistake:
        print(f"docs.headline: {mistake}", file=sys.stderr)
        return 2
    print("\n".join(str(place.relative_to(ROOT)) for place in written))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

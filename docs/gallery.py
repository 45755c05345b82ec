"""The gallery: figures that this version draws, each with the code that drew it. Made anew with the site; nothing is kept."""

import warnings
from pathlib import Path

FIGURES: dict[str, tuple[str, str]] = {
    "run": (
        "One firm, week by week",
        """from tandem import Scenario, simulate

axes = simulate(Scenario.load("retail-restructuring"), seed=7).plot()""",
    ),
    "fan": (
        "How far one series spreads over luck, with an intervention",
        """from tandem import Scenario, fan

firm = Scenario.load("everyone-their-own-numbers")
axes = fan(firm.at(week=60, changes={"levers.communication": 0.9}), "trust", runs=200)""",
    ),
    "role_models": (
        "Role models compared on shared luck",
        """from tandem import Scenario, compare

names = ("strategist-executor", "visionary-catalyst", "brand-performance", "co-pilot")
arms = {name: Scenario.of(role_model=name, context="agile") for name in names}
axes = compare(*arms.values(), runs=200, seed=7).plot(["revenue_growth", "conflict_rate"])""",
    ),
    "multiples": (
        "The same firm under four role models",
        """from tandem import Scenario, small_multiples

names = ("strategist-executor", "visionary-catalyst", "brand-performance", "co-pilot")
axes = small_multiples({name: Scenario.of(role_model=name, context="agile") for name in names}, "trust", runs=100)""",
    ),
    "heat_map": (
        "Two settings at once",
        """from tandem import Scenario, heat_map

pair = Scenario.of(role_model="co-pilot")
levels = [0.1, 0.3, 0.5, 0.7, 0.9]
axes = heat_map(pair, {"levers.communication": levels}, {"dyad.trust": levels}, runs=60)""",
    ),
    "batch": (
        "One outcome over many lucks",
        """from tandem import Scenario, simulate_batch

axes = simulate_batch(Scenario.load("silence"), runs=300, seed=7).plot("revenue_growth")""",
    ),
}
"""Name of the file -> title and code; the code leaves axes or a figure in `axes`."""


def write(docs: Path) -> None:
    """Draw every figure into docs/gallery and write the page beside it."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    folder = docs / "gallery"
    folder.mkdir(exist_ok=True)
    told = "# Gallery\n\nFigures as this version draws them, and all of the code for each.\n"
    for name, (title, code) in FIGURES.items():
        names: dict = {}
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            exec(compile(code, f"gallery:{name}", "exec"), names)
        drawn = names["axes"]
        drawn = drawn if hasattr(drawn, "savefig") else getattr(drawn, "flat", [drawn])[0].figure
        drawn.savefig(folder / f"{name}.svg", bbox_inches="tight")
        plt.close("all")
        told += f"\n## {title}\n\n```{{image}} {name}.svg\n:alt: {title}\n```\n\n```python\n{code}\n```\n"
    (folder / "index.md").write_text(told, encoding="utf-8")

"""`tandem dashboard`: open the flight simulator in a browser."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

import typer

from tandem.experiments.commands.settings import USUAL_SETS, OwnOutcomes, ParameterSets

USUAL_PORT = 8642


class Language(StrEnum):
    """Languages of the page."""

    en = "en"
    fr = "fr"


def pair(asked: Mapping[str, Any]) -> dict[str, Any]:
    """See `tandem.experiments.advice.here.pair_here`, imported when somebody asks."""
    from tandem.experiments.advice.here import pair_here

    return pair_here(asked)


def dashboard(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on this computer; 0 takes any free one.")] = USUAL_PORT,
    lang: Annotated[Language | None, typer.Option(help="Language at the start; without it, the browser's.")] = None,
    outcomes: OwnOutcomes = None,
    parameters: ParameterSets = USUAL_SETS,
    open_: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in the browser.")] = True,
) -> None:
    """Open the flight simulator: failures of a CEO and a COO, played before a room.

    It runs on this computer alone and needs no internet. Ctrl-C ends it with exit code 130, a signal to terminate with 143.
    This is a model, not a forecast.
    """
    import webbrowser

    from tandem.experiments.commands.settings import own_outcomes, parameter_sets
    from tandem.sim.dashboard.server import LOOPBACK, listening, serve
    from tandem.sim.scenario import ScenarioError

    own_outcomes(outcomes)
    asked = parameter_sets(parameters)
    try:
        bound = listening(port)
    except OSError as error:
        raise ScenarioError(
            f"this port cannot be used ({error.strerror or error})", key="--port", value=port, allowed="a free port, or 0 for any"
        ) from None
    address = f"http://{LOOPBACK}:{bound.getsockname()[1]}/"
    print(f"The flight simulator is at {address} (Ctrl+C to stop)", flush=True)
    print(asked.told, flush=True)
    if open_:
        webbrowser.open(address + (f"?lang={lang.value}" if lang else ""))
    serve(bound, lang.value if lang else None, asked.word, {"pair": pair})

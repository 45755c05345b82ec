"""`tandem room`: a room plays the pair, on everybody's phone."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from tandem.experiments.commands.settings import USUAL_SETS, ParameterSets, replicate_option, seed_option

USUAL_PORT = 8643


def room(
    names: Annotated[
        list[str] | None, typer.Argument(help="CASE: a case of the catalogue; under --league: files of sessions.")
    ] = None,
    local: Annotated[bool, typer.Option("--local", help="On this computer alone: a rehearsal with several windows.")] = False,
    host: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Address of this computer at which phones reach it.")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on this computer; 0 takes any free one.")] = USUAL_PORT,
    session: Annotated[
        Path | None, typer.Option(metavar="FILE", help="File of the session; one that is there is gone on with.")
    ] = None,
    rounds: Annotated[int | None, typer.Option(min=1, help="Months that the room plays; 12 unless the case is shorter.")] = None,
    seconds: Annotated[int, typer.Option(min=5, max=3600, help="Seconds for the choices of a month.")] = 60,
    seed: Annotated[Any, seed_option("Seed of the luck")] = 7,
    replicate: Annotated[
        Any, replicate_option("Number of the luck; without it, the one the simulator shows the case under")
    ] = None,
    parameters: ParameterSets = USUAL_SETS,
    replay: Annotated[Path | None, typer.Option(metavar="FILE", help="Play a session again and compare it bit for bit.")] = None,
    league: Annotated[bool, typer.Option("--league", help="Put the sessions of several tables side by side.")] = False,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="With --replay or --league: the table as a CSV file.")] = None,
) -> None:
    """Let a room play the pair: two sides, each with its own phone, choose month by month what their leader does.

    tandem room CASE --local rehearses on this computer alone. With --host this computer answers phones in its own network, at the
    address you choose, until you stop it: no account, no name, no internet. Ctrl-C ends it with exit code 130, a signal to
    terminate with 143. With --session FILE the same command goes on where it stopped. --replay exits with 4 where a session
    comes to other bits. This is a model, not a forecast.
    """
    from tandem.sim.mistake import Mistake

    given = list(names or [])
    if league:
        return _league(given, out)
    if replay is not None:
        if given:
            raise Mistake(f"CASE = {given[0]!r}: not with --replay, whose file says the case")
        return _replay(replay, out)
    if out is not None:
        raise Mistake("--out: only with --replay or --league")
    if len(given) > 1:
        raise Mistake(f"CASE: {len(given)} given; allowed: one")
    asked = {"case": given[0] if given else None, "seed": seed, "luck": replicate, "parameters": parameters}
    _play(asked | {"rounds": rounds, "seconds": seconds}, session, chosen_host(host, local), port)


def chosen_host(host: str | None, local: bool) -> str:
    """The address to listen on. Raises Mistake, which lists what may be chosen."""
    from tandem.sim.dashboard.server import LOOPBACK
    from tandem.sim.mistake import Mistake
    from tandem.sim.room.addresses import own_addresses

    if local:
        if host is not None:
            raise Mistake(f"--host = {host!r}: not with --local, which keeps the room on this computer; give one of the two")
        return LOOPBACK
    there = own_addresses()
    listed = ", ".join(there) or "none (is this computer in a network?)"
    if host is None:  # even where there is but one: to be heard beyond this computer is asked for, not fallen into
        raise Mistake(f"--host is missing: choose an address of this computer, {listed}, or --local to rehearse on it alone")
    if host not in there:
        raise Mistake(f"--host = {host!r}: not an address of this computer; allowed: {listed}, or --local in its place")
    return host


def _play(asked: dict[str, Any], file: Path | None, host: str, port: int) -> None:
    from tandem.experiments.commands.settings import parameter_sets
    from tandem.sim.dashboard.server import LOOPBACK, answer, hosts_of, listening
    from tandem.sim.mistake import Mistake
    from tandem.sim.room.answers import Room
    from tandem.sim.room.opening import opened
    from tandem.sim.room.picture import in_terminal
    from tandem.sim.room.server import application

    sets = parameter_sets(asked["parameters"])
    try:
        bound = listening(port, host)
    except OSError as error:
        raise Mistake(
            f"--port = {port}: cannot be used ({error.strerror or error}); allowed: a free port, or 0 for any"
        ) from None
    try:
        session, new = opened(file, {**asked, "parameters": sets})
    except BaseException:
        bound.close()
        raise
    address = f"http://{host}:{bound.getsockname()[1]}"
    join = f"{address}/#room={session.codes['room']}"
    local = host == LOOPBACK
    where = "on this computer alone" if local else f"for every device in the network of {host}, until you stop it"
    print(f"The room is open at {address}/ {where} (Ctrl+C to stop)")
    print(f"Code: {session.codes['room']}   {join}")
    print(in_terminal(join))
    print(f"Stage:       {address}/stage#key={session.codes['stage']}")
    print(f"Facilitator: {address}/facilitator#key={session.codes['facilitator']}")
    if file is not None:
        print(f"Session:     {file}" + ("" if new else f" (goes on: {session.phase}, month {session.round})"))
    print(sets.told, flush=True)
    answer(bound, application(Room(session, f"{address}/", local), hosts_of(bound)), lifespan="on")


def _replay(file: Path, out: Path | None) -> None:
    from tandem.sim.room.replay import replayed
    from tandem.sim.room.table import as_csv
    from tandem.sim.writing import replaced

    found = replayed(file)
    if out is not None:
        with replaced(out) as place:
            place.write_bytes(as_csv(found.rows))
    else:
        sys.stdout.write(as_csv(found.rows).decode("utf-8"))
    print(found.told, file=sys.stdout if out is not None else sys.stderr)
    if not found.same:
        raise typer.Exit(4)


def _league(files: list[str], out: Path | None) -> None:
    from rich.box import SIMPLE_HEAD

    from tandem.experiments.commands.screen import Screen, Table
    from tandem.sim.mistake import Mistake
    from tandem.sim.room.league import ON_SCREEN, UNITS, as_csv, league
    from tandem.sim.writing import replaced

    if not files:
        raise Mistake("--league: no files; give the file of each table's session")
    rows = league([Path(file) for file in files])
    if out is not None:
        with replaced(out) as place:
            place.write_bytes(as_csv(rows))
    screen = Screen(sys.stdout)
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in ON_SCREEN:
        table.add_column(column)
    for row in rows:
        table.add_row(*(shown(row[column]) for column in ON_SCREEN))
    screen.show(table)
    print(UNITS)


def shown(value: Any) -> str:
    """A cell of the table."""
    return f"{value:+.3f}" if isinstance(value, float) else str(value)

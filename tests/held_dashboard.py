"""`tandem dashboard` whose model is held back until a line comes on the standard input: as on a machine that is still compiling.

`python tests/held_dashboard.py [FILE]`; FILE in the place of the answers made beforehand.
"""

import sys
from pathlib import Path

from tandem.sim.dashboard import prepared, server

let_go = sys.stdin.readline
whole = server.Desk.warm


def held(desk: server.Desk) -> None:
    """The model, once it is let go."""
    let_go()
    whole(desk)


if __name__ == "__main__":
    server.Desk.warm = held
    if sys.argv[1:]:
        instead = Path(sys.argv[1])
        server.prepared = lambda parameters: prepared.prepared(parameters, instead)
    bound = server.listening(0)
    print(f"http://{server.LOOPBACK}:{bound.getsockname()[1]}/", flush=True)
    server.serve(bound)

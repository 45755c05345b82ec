"""Whether this process is a command of ours from start to end, and not a notebook's or another program's, which has habits and
threads of its own that we do not know."""

_ours: list[bool] = []


def take() -> None:
    """Say that it is: called where a command starts."""
    _ours.append(True)


def ours() -> bool:
    """Whether anybody has said so."""
    return bool(_ours)

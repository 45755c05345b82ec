"""What tests make only when it is first asked for, and then keep."""

from collections.abc import Callable, Mapping
from typing import Any


def once(makers: Mapping[str, Callable[[], Any]]) -> Callable[[str], Any]:
    """By name what its maker makes, made at most once."""
    kept: dict[str, Any] = {}

    def of(name: str) -> Any:
        if name not in kept:
            kept[name] = makers[name]()
        return kept[name]

    return of

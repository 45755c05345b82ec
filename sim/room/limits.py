"""How often somebody may ask: a bucket of tokens for each asker, and no more askers than are remembered."""

from __future__ import annotations

from collections import OrderedDict

MOST_REMEMBERED = 4096


class Limit:
    """`burst` at once, then `rate` a second. Of most askers nothing is kept for long: the longest silent are forgotten."""

    def __init__(self, rate: float, burst: float):
        self.rate, self.burst = rate, burst
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def _now(self, who: str, now: float) -> float:
        left, since = self._left.get(who, (self.burst, now))
        return min(self.burst, left + self.rate * (now - since))

    def spent(self, who: str, now: float) -> bool:
        """Whether nothing is left for `who`."""
        return self._now(who, now) < 1.0

    def take(self, who: str, now: float) -> bool:
        """Take one; False where nothing is left."""
        left = self._now(who, now)
        allowed = left >= 1.0
        self._left[who] = (left - 1.0 if allowed else left, now)
        self._left.move_to_end(who)
        while len(self._left) > MOST_REMEMBERED:
            self._left.popitem(last=False)
        return allowed

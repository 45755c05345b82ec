"""What pushed a stock one way in a stretch of weeks: the main causes, and what stands behind the first of them.

Stocks that always flow in and out (customers come and go, brands are forgotten) are explained by what changed against the 13
weeks before, where these can be looked at and the change goes that way; all others by what pushed that way.
"""

from __future__ import annotations

from dataclasses import dataclass

from tandem.sim.explain.attribution import Amounts, Ledger, largest_first, shares
from tandem.sim.texts import listed, text

WINDOW = 13
FLOWING = ("brand_awareness", "satisfaction", "revenue", "backlog")
# What would keep such a stock where it is flows in and out all the time: one cause, of what is left of the two, says more.
NET = {
    "revenue": ("churn_beyond_demand", ("usual_churn", "base_demand")),
    "brand_awareness": ("forgetting_beyond_budget", ("forgetting", "brand_budget")),
}
LINKS = 2  # how far back a chain goes

# Cause -> the stocks that it hangs on, and which way they must have moved; the first that did is what stands behind it.
UNCLEAR = (("role_clarity", -1), ("quarrels", 1))
BEHIND: dict[str, tuple[tuple[str, int], ...]] = {
    "quarrel_over_roles": UNCLEAR,
    "decision_reopened": UNCLEAR,
    "contradiction": UNCLEAR,
    "work_doubled": UNCLEAR,
    "unclear_roles": (("role_clarity", -1),),
    "orphaned_key_clients": (("role_clarity", -1),),
    "quarrel_over_matter": (("quarrels", 1),),
    "grabbing": (("trust", -1),),
    "suspicion": (("trust", -1),),
    "dissatisfaction": (("satisfaction", -1),),
    "backlog": (("backlog", 1),),
}
# The same, for causes that push as the stock behind them moves.
WITH = {"customer_base": "satisfaction", "awareness": "brand_awareness"}


@dataclass(frozen=True)
class Reasons:
    """Why a stock moved: (cause, share of all that pushed that way), the largest first; the key of the words that introduce them;
    what stands behind the first, as (key of a text, sign)."""

    causes: tuple[tuple[str, float], ...]
    key: str
    chain: tuple[tuple[str, int], ...] = ()

    def behind(self, lang: str) -> str:
        """What stands behind the main cause, in a sentence; empty where nothing is booked."""
        named = [text(key, lang, amount=sign) for key, sign in self.chain]
        return text("behind.chain", lang, n=len(named), causes=listed(named, lang)) if named else ""


def cause_words(cause: str, key: str, lang: str) -> str:
    """A cause in words, as it pushed: `key` introduces it ("causes_down", "causes_shift_up", ...)."""
    return text(_text_of(cause, key), lang, amount=1 if key.endswith("up") else -1)


def _text_of(cause: str, key: str) -> str:
    return f"shift.{cause}" if "shift" in key else f"cause.{cause}"


def reasons(ledger: Ledger, stock: str, sign: int, first: int, last: int, segment: bool = False) -> Reasons:
    """Why `stock` moved the way of `sign` in the weeks first to last (both included); `segment`: these are the whole of a move,
    not the weeks before it was seen."""
    amounts, key = _pushed(ledger, stock, sign, first, last, segment)
    causes = shares(amounts, sign)
    return Reasons(causes, key, _chain(ledger, causes[0][0], sign, stock, first, last) if causes else ())


def _pushed(ledger: Ledger, stock: str, sign: int, first: int, last: int, segment: bool) -> tuple[Amounts, str]:
    way = "up" if sign > 0 else "down"
    changed = ledger.shift(stock, first, last, WINDOW) if stock in FLOWING else {}
    if sign * sum(changed.values()) > 0.0:
        return changed, f"causes_shift_{way}"
    return _net(stock, ledger.amounts(stock, first, last)), f"causes_{'segment_' if segment else ''}{way}"


def _net(stock: str, amounts: Amounts) -> Amounts:
    """The same amounts, with what flows in and out all the time told as what is left of it. They still add up."""
    if stock not in NET:
        return amounts
    name, parts = NET[stock]
    rest = {cause: amount for cause, amount in amounts.items() if cause not in parts}
    return largest_first({**rest, name: sum(amounts.get(part, 0.0) for part in parts)}.items())


def _chain(ledger: Ledger, cause: str, sign: int, stock: str, first: int, last: int) -> tuple[tuple[str, int], ...]:
    links: list[tuple[str, int]] = []
    seen = {stock}
    while len(links) < LINKS:
        options = ((WITH[cause], sign),) if cause in WITH else BEHIND.get(cause, ())
        moved = next(((name, way) for name, way in options if name not in seen and _moved(ledger, name, way, first, last)), None)
        if moved is None:
            break
        amounts, key = _pushed(ledger, *moved, first, last, False)
        leading = shares(amounts, moved[1], 1)
        if not leading:
            break
        cause, sign = leading[0][0], moved[1]
        links.append((_text_of(cause, key), sign))
        seen.add(moved[0])
    return tuple(links)


def _moved(ledger: Ledger, stock: str, way: int, first: int, last: int) -> bool:
    return way * sum(ledger.amounts(stock, first, last).values()) > 0.0

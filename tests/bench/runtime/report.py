"""What was found, against what was aimed at; and how rounds are run."""

import statistics
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

Seen = TypeVar("Seen")


@dataclass(frozen=True)
class Plan:
    """How long to measure: so many rounds, so many seconds each."""

    rounds: int
    seconds: float


@dataclass(frozen=True)
class Finding:
    """One line of the table; without an aim (`met` is None) it is told for information."""

    what: str
    ours: str
    theirs: str = ""
    ratio: str = ""
    aim: str = ""
    met: bool | None = None


def interleaved(plan: Plan, contestants: Mapping[str, Callable[[], Seen]]) -> dict[str, list[Seen]]:
    """What each saw in each round; they take turns, A B A B, so that a slow minute is everybody's."""
    seen: dict[str, list[Seen]] = {name: [] for name in contestants}
    for _ in range(plan.rounds):
        for name, measure in contestants.items():
            seen[name].append(measure())
    return seen


def median(seen: Iterable[Seen], number: Callable[[Seen], float]) -> float:
    """The median of one number of each round."""
    return statistics.median(number(each) for each in seen)


def at_least(what: str, ours: float, theirs: float, factor: float, unit: str) -> Finding:
    """We aim at `factor` times theirs, or more."""
    ratio = ours / theirs
    return Finding(
        what, f"{ours:,.0f} {unit}", f"{theirs:,.0f} {unit}", f"{ratio:.2f}", f"≥ {factor:g}", ratio >= factor
    )


def at_most(what: str, ours: float, theirs: float, factor: float, *, aimed: bool = True) -> Finding:
    """We aim at `factor` times theirs, or less; both are seconds."""
    ratio = ours / theirs
    told = (what, ms(ours), ms(theirs), f"{ratio:.2f}")
    return Finding(*told, f"≤ {factor:g}", ratio <= factor) if aimed else Finding(*told)


def of_clients(count: int) -> str:
    """How many ask at once, in words."""
    return "1 client" if count == 1 else f"{count} clients"


def ms(seconds: float) -> str:
    """Seconds, told in milliseconds."""
    return f"{seconds * 1000:,.2f} ms"


def show(findings: Iterable[Finding]) -> None:
    """Print the table."""
    rows = [("", "ours", "theirs", "ratio", "aim", "")]
    for each in findings:
        mark = {True: "met", False: "NOT MET", None: ""}[each.met]
        rows.append((each.what, each.ours, each.theirs, each.ratio, each.aim, mark))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (
            cell.ljust(width) if not n else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join(cells).rstrip())

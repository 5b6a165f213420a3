"""What a metric and its tests are."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Control(StrEnum):
    """Who can earn a test's points."""

    PLATFORM = "platform"
    AUTHOR = "author"
    DOI = "doi"  # the authors, by depositing a release: it needs a persistent identifier
    NOBODY = "nobody"  # no vocabulary can say it yet


@dataclass(frozen=True)
class Test:
    """One practical test; `field` is the metadata field that mends it, `note` what differs from F-UJI."""

    __test__ = False  # no test of ours, whatever pytest thinks

    id: str
    asks: str
    points: float
    control: Control
    fix: str
    field: str = ""
    note: str = ""


@dataclass(frozen=True)
class Metric:
    """A metric: its tests' points add up, or (`best`) the best one counts. `before`: its ids in F-UJI 0.5."""

    id: str
    title: str
    principle: str
    tests: Sequence[Test]
    best: bool = False
    before: tuple[str, ...] = ()

    @property
    def letter(self) -> str:
        """F, A, I or R."""
        return self.principle[0]

    @property
    def software(self) -> bool:
        return self.id.startswith("FRSM")

    @property
    def points(self) -> float:
        """The most that it can earn."""
        worth = [test.points for test in self.tests]
        return max(worth) if self.best else sum(worth)

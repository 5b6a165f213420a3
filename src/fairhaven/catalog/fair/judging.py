"""Points for what the robot found, by the rubric: per test, per metric, per principle, and in all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fairhaven.catalog.fair import of_data, of_software
from fairhaven.catalog.fair.evidence import LOOKS
from fairhaven.catalog.fair.robot import Harvest
from fairhaven.catalog.fair.rubric import METRICS, Control, Metric, Test

LETTERS = ("F", "A", "I", "R")
LONGEST = 500  # characters of evidence that are kept
_LOADED = (of_data, of_software)  # importing them is what marks their functions


@dataclass(frozen=True)
class Tested:
    """A test, and what came of it."""

    test: Test
    passed: bool
    evidence: str


@dataclass(frozen=True)
class Scored:
    """A metric with its points."""

    metric: Metric
    tests: Sequence[Tested]

    @property
    def earned(self) -> float:
        worth = [each.test.points for each in self.tests if each.passed]
        return max(worth, default=0.0) if self.metric.best else sum(worth)

    def points(self, *controls: Control) -> tuple[float, float]:
        """Earned and possible points of what is in these hands."""
        kept = [each for each in self.tests if each.test.control in controls]
        if self.metric.best:
            return (self.earned, self.metric.points) if kept else (0.0, 0.0)
        return sum(each.test.points for each in kept if each.passed), sum(each.test.points for each in kept)


@dataclass(frozen=True)
class Judged:
    """All metrics with their points."""

    metrics: Sequence[Scored]

    @property
    def percentage(self) -> float:
        """The share of F-UJI's points."""
        return share(self._of(software=False))

    @property
    def software(self) -> float:
        """The share of the points for research software."""
        return share(self._of(software=True))

    @property
    def principles(self) -> Mapping[str, float]:
        """The share of F-UJI's points for each of F, A, I and R."""
        scored = self._of(software=False)
        return {letter: share([one for one in scored if one.metric.letter == letter]) for letter in LETTERS}

    def points(self, *controls: Control, software: bool = False) -> tuple[float, float]:
        """Earned and possible points of what is in these hands."""
        pairs = [each.points(*controls) for each in self._of(software=software)]
        return sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)

    def _of(self, *, software: bool) -> list[Scored]:
        return [each for each in self.metrics if each.metric.software is software]


def judge(found: Harvest) -> Judged:
    """Ask every test of every metric."""
    return Judged([Scored(metric, [_tested(test, found) for test in metric.tests]) for metric in METRICS])


def recall(kept: Mapping[str, tuple[bool, str]]) -> Judged:
    """What was judged before: whether each test passed, and its evidence."""
    return Judged(
        [
            Scored(metric, [Tested(test, *kept[test.id]) for test in metric.tests if test.id in kept])
            for metric in METRICS
            if any(test.id in kept for test in metric.tests)
        ]
    )


def share(scored: Iterable[Scored]) -> float:
    """Earned of possible points, in per cent."""
    pairs = [(each.earned, each.metric.points) for each in scored]
    possible = sum(pair[1] for pair in pairs)
    return round(100 * sum(pair[0] for pair in pairs) / possible, 1) if possible else 0.0


def _tested(test: Test, found: Harvest) -> Tested:
    passed, evidence = LOOKS[test.id](found)
    return Tested(test, passed, evidence[:LONGEST])

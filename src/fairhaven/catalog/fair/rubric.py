"""The metrics as data: what each asks, what it is worth, whose it is to mend, and how.

Two lists: F-UJI's metrics for data and metadata (`fuji`), whose share is an item's FAIR score, and those for
research software (`frsm`), told beside it. Each test says in `note` where it differs from the original's.
"""

from collections.abc import Sequence

from fairhaven.catalog.fair.frsm import FRSM
from fairhaven.catalog.fair.fuji import FUJI
from fairhaven.catalog.fair.kinds import Control, Metric, Test

__all__ = ["METRICS", "RUBRIC", "Control", "Metric", "Test", "metric"]

RUBRIC = "F-UJI 0.8, FRSM 0.7, robot 1"
METRICS: Sequence[Metric] = (*FUJI, *FRSM)


def metric(identifier: str) -> Metric | None:
    """The metric of that identifier, by its name in F-UJI 0.5 too."""
    wanted = identifier.strip().lower()
    named = ((each, {each.id, *each.before}) for each in METRICS)
    return next((each for each, names in named if wanted in {name.lower() for name in names}), None)

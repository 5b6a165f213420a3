"""How FAIR an item is, found out as a robot does: from its public address, knowing nothing else.

`rubric` has the metrics as data, `robot` fetches, `judging` scores. It has no database: service and pages
of the catalog keep and show what came of it.
"""

from fairhaven.catalog.fair.judging import Judged, Scored, judge, recall
from fairhaven.catalog.fair.robot import visit
from fairhaven.catalog.fair.rubric import METRICS, RUBRIC, Control, Metric, Test, metric

__all__ = [
    "METRICS",
    "RUBRIC",
    "Control",
    "Judged",
    "Metric",
    "Scored",
    "Test",
    "judge",
    "metric",
    "recall",
    "visit",
]

"""The page on the FAIR assessment has every metric with its points, and every difference from theirs."""

from pathlib import Path

from fairhaven.catalog.fair import METRICS

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "fair-assessment.md"


def test_the_page_tells_every_metric_as_the_rubric_has_it() -> None:
    text = PAGE.read_text("utf-8")
    rows = {
        line.split("|")[1].split()[0].rstrip(":"): line
        for line in text.splitlines()
        if line.startswith("| F")
    }
    for metric in METRICS:
        row = rows[metric.id]
        assert f"| {metric.principle} | {metric.points:g} |" in row, metric.id
        for test in metric.tests:
            assert f"{test.asks} ({test.points:g})" in row, test.id
            assert test.note in text, test.id

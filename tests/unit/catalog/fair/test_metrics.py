"""Every test of the rubric passes on a page that has what it looks for, and fails on one that has it not."""

import json
from collections.abc import Callable

import pytest
from tests.unit.catalog.fair import site as sites
from tests.unit.catalog.fair.site import Site

from fairhaven.catalog import fair
from fairhaven.catalog.fair import METRICS, Control
from fairhaven.catalog.fair.asking import Answer
from fairhaven.catalog.fair.evidence import LOOKS
from fairhaven.catalog.fair.judging import Judged
from fairhaven.catalog.fair.robot import Harvest

TESTS = {test.id: test for metric in METRICS for test in metric.tests}
UNSPEAKABLE = {test.id for test in TESTS.values() if test.control is Control.NOBODY}
# Whoever begins at an address of the web has these.
OF_ADDRESSES = {"FsF-F1-01MD-1", "FsF-A1.1-01MD-1", "FsF-A1.2-01MD-1"}


def failed(judged: Judged) -> set[str]:
    return {each.test.id for metric in judged.metrics for each in metric.tests if not each.passed}


def test_the_rubric_has_the_metrics_and_points_of_its_sources() -> None:
    data, software = ([each for each in METRICS if each.software is which] for which in (False, True))
    assert (len(data), sum(each.points for each in data)) == (17, 26)
    assert (len(software), sum(each.points for each in software)) == (17, 45)
    assert set(TESTS) == set(LOOKS)
    assert all(test.asks and test.fix for test in TESTS.values())
    found = fair.metric("fsf-r1-01md")
    assert found is not None and found.id == "FsF-R1-01M"
    assert fair.metric("FsF-F9-01") is None


async def test_an_item_that_has_everything_passes_everything() -> None:
    with sites.good() as site:
        judged = fair.judge(await site.visited())
    assert failed(judged) == UNSPEAKABLE
    assert (judged.percentage, set(judged.principles.values())) == (100.0, {100.0})
    assert judged.points(Control.DOI) == (1, 1)


async def test_a_page_that_says_nothing_fails_everything() -> None:
    with sites.serving(Site()) as site:
        site.page("/id/module/plankton", sites.html(None), "text/html")
        judged = fair.judge(await site.visited())
    assert failed(judged) == set(TESTS) - OF_ADDRESSES
    assert judged.percentage == pytest.approx(100 * 3 / 26, abs=0.1)


def test_what_is_no_address_fails_what_every_page_passes() -> None:
    nothing = fair.judge(Harvest("plankton 3", Answer("plankton 3", "plankton 3", problem="It is none.")))
    assert failed(nothing) == set(TESTS)


def _without(path: str) -> Callable[[Site], None]:
    return lambda site: site.answers.pop(path)


def _said(**changes: object) -> Callable[[Site], None]:
    """The item with other words in all of its JSON-LD; None takes a word away."""

    def spoil(site: Site) -> None:
        def changed(known: dict[str, object]) -> dict[str, object]:
            return {name: value for name, value in {**known, **changes}.items() if value is not None}

        inside = json.dumps(changed(sites.embedded(site)))
        status, headers, _ = site.answers["/catalog/plankton"]
        site.answers["/catalog/plankton"] = (status, headers, sites.html(json.loads(inside)).encode())
        site.answers["/id/module/plankton"]["application/ld+json"] = (
            200,
            {"Content-Type": "application/ld+json"},
            inside.encode(),
        )
        site.page("/codemeta.json", json.dumps(changed(sites.codemeta(site))), "application/ld+json")

    return spoil


def _another_size(site: Site) -> None:
    site.page("/files/README.md", "# Plankton sorter\n\nTo install it, run pip. And more.\n", "text/markdown")
    site.page("/files/model.py", "100\n", "text/x-python")
    site.answers.pop("/openapi.json")


SPOILT = {
    "a file of another size": (_another_size, {"FsF-R1-01M-2", "FRSM-11-I1-2", "FRSM-11-I1-3"}),
    "an identifier that nobody keeps": (_without("/ark:/12345/plankton"), {"FsF-F1-02MD-2"}),
    "no release": (_without("/id/module/plankton@1.0"), {"FRSM-03-F1.2-1", "FRSM-03-F1.2-2"}),
    "no citation": (_without("/citation.cff"), {"FRSM-07-F3-1", "FRSM-17-R1.2-1"}),
    "no repository": (_without("/repository"), {"FRSM-09-A1-1"}),
    "not listed": (_without("/sitemap.xml"), {"FRSM-08-F4-2"}),
    "no keywords": (_said(keywords=None), {"FsF-F2-01M-3", "FRSM-04-F2-2"}),
    "no licence": (
        _said(license=None),
        {"FsF-R1.1-01M-1", "FRSM-15-R1.1-3", "FRSM-16-R1.1-1", "FRSM-16-R1.1-2"},
    ),
    "a licence in words": (_said(license="Apache"), {"FRSM-15-R1.1-3", "FRSM-16-R1.1-2"}),
    "nothing related": (_said(citation=None), {"FRSM-12-I2-1"}),
    "another title than the README's": (
        lambda site: site.page("/files/README.md", "# What\n\nTo install it, run: pip\n!", "text/markdown"),
        {"FRSM-04-F2-1"},
    ),
}


@pytest.mark.parametrize("what", SPOILT)
async def test_what_is_missing_fails_its_tests_and_no_others(what: str) -> None:
    spoil, missed = SPOILT[what]
    with sites.good(spoil) as site:
        judged = fair.judge(await site.visited())
    assert failed(judged) == UNSPEAKABLE | missed

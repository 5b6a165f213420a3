"""From a module's score to what mends it: the robot's findings, the metadata editor, the badge."""

from typing import Any

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import expect

from fairhaven.core.testing.whole import until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def assessed(furnished: Any) -> Any:
    """The house, once the robot was at its module."""
    furnished.built("coins")
    until(lambda: furnished.ask("/modules/coins/assessments")["latest"], 60)
    return furnished


def test_a_failed_test_leads_to_the_field_that_mends_it(assessed: Any, album: Any) -> None:
    visit = assessed.visit("/catalog/coins")
    page = visit.page
    page.get_by_role("link", name="FAIR", exact=True).click()
    expect(page.locator(".score-number")).to_contain_text("%")
    for word in ("Findable", "Accessible", "Interoperable", "Reusable"):
        expect(page.locator(".principles")).to_contain_text(word)
    album.take(page, "fair")
    assert visit.faults() == []  # it opened what was folded
    mend = page.get_by_role("listitem").filter(has_text="Give the ORCID").get_by_role("link", name="Mend it")
    mend.last.click()
    page.wait_for_url("**/metadata/edit#part-authors")
    expect(page.locator("#part-authors")).to_be_visible()
    visit.page.context.close()


def test_the_robot_is_sent_and_the_history_grows(assessed: Any) -> None:
    before = len(assessed.ask("/modules/coins/assessments")["history"])
    visit = assessed.visit("/catalog/coins?tab=fair")
    visit.page.get_by_role("button", name="Send the robot now").click()
    expect(visit.page.locator("#notices")).to_contain_text("on its way")
    until(lambda: len(assessed.ask("/modules/coins/assessments")["history"]) > before, 60)
    visit.page.reload()
    expect(visit.page.locator(".history svg")).to_be_visible()
    assert visit.faults() == []
    visit.page.context.close()


def test_whoever_does_not_sign_in_reads_it_and_gets_no_buttons(assessed: Any) -> None:
    visit = assessed.visit("/catalog/coins?tab=fair", signed_in=False)
    expect(visit.page.locator(".score-number")).to_contain_text("%")
    expect(visit.page.get_by_role("button", name="Send the robot now")).to_have_count(0)
    assert visit.page.request.get("/catalog/coins/badges/fair.svg").text().startswith("<svg")
    visit.page.context.close()

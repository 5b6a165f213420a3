"""From the sign-in link to answers of three models, in Chromium, as a person does it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="browser tests need playwright")

from playwright.sync_api import Page, expect  # noqa: E402

EXAMPLES = Path(__file__).parents[2] / "examples" / "modules"
BUILD_MS, START_MS, ANSWER_MS = 120_000, 60_000, 30_000
STAGES = ["checkout", "metadata", "environment", "tests", "probe", "publish"]

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("whole")]


def test_a_person_signs_in_registers_watches_the_build_tries_stops_and_leaves(
    bare: object, house: Any, album: Any
) -> None:
    page = house.context(signed_in=False).new_page()
    page.goto("/")
    album.take(page, "01-before-signing-in")
    page.goto(house.link())
    album.take(page, "02-sign-in-link")
    page.locator("main").get_by_role("button", name="Sign in").click()
    expect(page.locator("#notices")).to_contain_text("Welcome")
    album.take(page, "03-home")
    _register_with_a_slip_first(page, album)
    _watch_the_build(page, album)
    _try_digits(page, album)
    _stop(page, album)
    page.locator("header .menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    expect(page.locator("#notices")).to_contain_text("signed out")
    album.take(page, "15-signed-out")
    page.context.close()


def test_coins_shows_its_image_beside_the_picture_it_was_given(furnished: Any, album: Any) -> None:
    page = _trial(furnished, "coins")
    album.take(page, "20-coins")
    page.locator("input[type=file]").first.set_input_files(EXAMPLES / "coins/samples/coins-24.png")
    page.get_by_role("button", name="Predict").click()
    answer = page.locator("#answer")
    expect(answer.locator(".compare img")).to_have_count(2, timeout=ANSWER_MS)
    for picture in answer.locator("img").all():
        expect(picture).not_to_have_js_property("naturalWidth", 0)
    album.take(page, "21-coins-answer")
    page.get_by_label("One over the other").check()
    page.locator(".compare input[type=range]").fill("30")
    album.take(page, "22-coins-compared")
    page.context.close()


def test_penguins_takes_numbers_and_choices_and_says_what_is_out_of_range(
    furnished: Any, album: Any, workshop: Callable[..., Path]
) -> None:
    furnished.register(workshop("penguins"))
    page = _trial(furnished, "penguins")
    album.take(page, "30-penguins")
    assert page.locator("main input[type=number][min][max]").count() >= 4
    assert page.locator("main select").count() >= 2
    page.get_by_role("button", name="Predict").click()
    verdict = page.locator("#answer .verdict")
    expect(verdict).to_contain_text(re.compile("Adelie|Chinstrap|Gentoo"), timeout=ANSWER_MS)
    album.take(page, "31-penguins-answer")
    page.locator("main form.form").evaluate("(form) => { form.noValidate = true; }")
    page.locator("main input[type=number]").first.fill("-5")
    page.get_by_role("button", name="Predict").click()
    expect(page.locator(".error-summary li")).to_have_count(1, timeout=ANSWER_MS)
    album.take(page, "32-penguins-out-of-range")
    page.context.close()


def _register_with_a_slip_first(page: Page, album: Any) -> None:
    page.locator("main").get_by_role("link", name="Register a module").first.click()
    album.take(page, "04-register")
    page.get_by_label("Repository").fill(str(EXAMPLES / "nothing-here"))
    page.get_by_role("button", name="Register").click()
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator("#field-url")).to_have_attribute("aria-invalid", "true")
    album.take(page, "05-register-error")
    page.get_by_label("Repository").fill(str(EXAMPLES / "digits"))
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Handwritten digits")
    album.take(page, "06-registered")


def _watch_the_build(page: Page, album: Any) -> None:
    page.get_by_role("link", name="Look at its builds").click()
    page.get_by_role("rowheader").get_by_role("link", name="digits").click()
    expect(page.locator("#stages [data-state=running]")).to_be_visible()
    page.evaluate("window.stayed = true")
    environment = page.locator("#stage-environment")
    expect(environment.locator(".log-lines .line").first).to_be_visible(timeout=BUILD_MS)
    album.take(page, "07-build-runs")
    expect(page.locator("#status .state").first).to_have_attribute(
        "data-state", "succeeded", timeout=BUILD_MS
    )
    assert [name.lower() for name in page.locator("#stages .stage-name").all_inner_texts()] == STAGES
    assert page.evaluate("window.stayed"), "the page was loaded again instead of living on"
    album.take(page, "08-build-ended")
    page.get_by_role("definition").get_by_role("link", name="digits").click()
    expect(page.get_by_role("button", name="Try")).to_be_visible()
    album.take(page, "09-module")


def _try_digits(page: Page, album: Any) -> None:
    page.get_by_role("button", name="Try").click()
    page.wait_for_url("**/try")
    album.take(page, "10-trial-starts")
    expect(page.get_by_role("button", name="Predict")).to_be_visible(timeout=START_MS)
    album.take(page, "11-trial-runs")
    page.locator("[data-drop]").evaluate(DROP, (EXAMPLES / "digits/samples/digit-3.png").read_bytes().hex())
    expect(page.locator(".drop-files li")).to_contain_text("digit-3.png")
    page.get_by_role("button", name="Predict").click()
    expect(page.locator("#answer .verdict strong")).to_have_text("3", timeout=ANSWER_MS)
    assert page.locator("#answer .bars").first.locator("tr").count() == 10
    widths = [float(bar.get_attribute("width") or 0) for bar in page.locator("#answer .bars rect").all()]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] > 50
    album.take(page, "12-answer")


def _stop(page: Page, album: Any) -> None:
    page.get_by_role("link", name="Workload and log").click()
    expect(page.locator("#log-lines .line").first).to_be_visible()
    album.take(page, "13-workload")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#status .state").first).to_have_attribute("data-state", "stopped", timeout=START_MS)
    expect(page.get_by_role("button", name="Delete")).to_be_visible()
    album.take(page, "14-stopped")


def _trial(house: Any, module: str) -> Page:
    assert house.built(module)["state"] == "succeeded"
    page: Page = house.context().new_page()
    page.goto(f"/catalog/{module}")
    page.get_by_role("button", name="Try").click()
    expect(page.get_by_role("button", name="Predict")).to_be_visible(timeout=START_MS)
    return page


DROP = """(box, hex) => {
  const bytes = Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], 'digit-3.png', { type: 'image/png' }));
  box.dispatchEvent(new DragEvent('drop', { dataTransfer: carried, bubbles: true, cancelable: true }));
}"""

"""The runtime's own page in a real browser: forms, answers as they come, errors beside fields, trainings."""

import json
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="browser tests need playwright")

from playwright.sync_api import Browser, Page, expect  # noqa: E402
from tests.contract.runtime.conftest import (  # noqa: E402
    gate,
    install,
    make_environment,
    module_python,
    serve,
    shared,
    wait_until,
)

from fairhaven.core.testing.browser import serious  # noqa: E402

__all__ = ["gate", "install", "make_environment", "module_python", "serve", "shared", "wait_until"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("whole")]

DIGIT = Path(__file__).parents[2] / "examples" / "modules" / "digits" / "samples" / "digit-3.png"
NARROW = {"width": 360, "height": 740}
KIB = 1024
TABBABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
DROP = """([selector, name, type, content]) => {
  const data = new DataTransfer();
  data.items.add(new File([Uint8Array.from(content)], name, { type }));
  const box = document.querySelector(selector);
  for (const kind of ["dragover", "drop"]) {
    box.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
}"""

Shared = Callable[[str], Any]
Open = Callable[..., Page]


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Open]:
    """Open the page of a server; every complaint of the browser fails the test at its end."""
    opened: list[Page] = []
    complaints: list[str] = []

    def visit(server: Any, path: str = "/ui", **options: Any) -> Page:
        page = chromium.new_context(base_url=server.url, reduced_motion="reduce", **options).new_page()
        page.set_default_timeout(20_000)
        opened.append(page)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(path)
        return page

    yield visit
    for page in opened:
        page.context.close()
    # Chromium writes down every answer of 400 and above; what the page does about it is tested.
    assert [text for text in complaints if not text.startswith("Failed to load resource")] == []


def press(page: Page, name: str = "Predict") -> None:
    page.get_by_role("button", name=name, exact=True).click()


def drop(page: Page, key: str, name: str, kind: str, content: bytes) -> None:
    page.evaluate(DROP, [f"[data-key={key}] [data-drop]", name, kind, list(content)])


def asked(page: Page, label: str) -> Any:
    """A field of the form for predictions."""
    return page.locator("#predict").get_by_label(label)


def ask(page: Page, kind: str) -> None:
    page.get_by_label("Kind").fill(kind)
    press(page)


def test_a_dropped_picture_is_shown_asked_about_and_answered(visit: Open, shared: Shared) -> None:
    page = visit(shared("everything"))
    drop(page, "image", "digit-3.png", "image/png", DIGIT.read_bytes())
    chosen = page.locator("[data-key=image] .drop-files li")
    expect(chosen).to_contain_text("digit-3.png")
    expect(chosen).to_contain_text("8.1 KiB")
    expect(chosen.locator("img")).not_to_have_js_property("naturalWidth", 0)
    press(page)
    expect(page.get_by_role("heading", name="Answer")).to_be_visible()
    tree = page.locator(".ask [data-result] .tree").first
    expect(tree).to_contain_text("digit-3.png")
    expect(tree).to_contain_text(str(DIGIT.stat().st_size))
    page.get_by_role("button", name="Remove").click()
    expect(page.locator(".drop-files li")).to_have_count(0)


def test_the_examples_modules_answer_is_drawn_as_bars(visit: Open, shared: Shared) -> None:
    page = visit(shared("looks"))
    page.locator("[data-key=image] input").set_input_files(DIGIT)
    ask(page, "bars")
    expect(page.locator(".verdict")).to_have_text("dog 70.0 %")
    expect(page.locator(".bars th")).to_have_text(["dog", "owl", "cat"])
    expect(page.get_by_alt_text("Input")).not_to_have_js_property("naturalWidth", 0)
    expect(page.locator(".ask [data-result]")).to_contain_text("application/json")


def test_records_are_a_table_and_anything_else_is_a_tree(visit: Open, shared: Shared) -> None:
    page = visit(shared("looks"))
    ask(page, "table")
    expect(page.locator(".ask [data-result] td")).to_have_text(["a", "1.5", "<b>b</b>", ""])
    ask(page, "tree")
    expect(page.locator(".ask [data-result] .tree")).to_contain_text('"<i>no</i>"')
    page.locator(".ask [data-result] .tree summary").nth(2).click()
    expect(page.locator(".ask [data-result] .tree")).to_contain_text('"two"')


def test_a_picture_is_shown_as_one_beside_what_was_asked(visit: Open, shared: Shared) -> None:
    page = visit(shared("looks"))
    ask(page, "image")
    expect(page.get_by_alt_text("Result")).to_have_js_property("naturalWidth", 4)
    page.locator("[data-key=image] input").set_input_files(DIGIT)
    press(page)
    expect(page.locator(".compare img")).to_have_count(2)
    page.get_by_label("One over the other").check()
    page.get_by_label("Slide").fill("25")
    assert page.locator(".compare figure").nth(1).evaluate("one => one.style.clipPath").endswith("75%)")
    with page.expect_download() as download:
        page.get_by_text("Raw answer").click()
        page.locator(".ask [data-result] .raw .download").click()
    assert download.value.suggested_filename == "answer.png"
    assert download.value.path().read_bytes().startswith(b"\x89PNG")


def test_unknown_bytes_are_offered_for_keeping(visit: Open, shared: Shared) -> None:
    page = visit(shared("looks"))
    ask(page, "bytes")
    expect(page.locator(".ask [data-result] > .download")).to_contain_text("application/octet-stream · 2 B")


def test_a_wrong_value_is_told_beside_its_field_and_above(visit: Open, shared: Shared) -> None:
    page = visit(shared("everything"))
    page.get_by_label("Numbers").fill("1\nmany")
    page.get_by_label("Name").fill("x")
    press(page)
    expect(page.locator(".error-summary h2")).to_have_text("2 things need your attention")
    expect(page.locator(".error-summary")).to_be_focused()
    beside = page.locator("[data-key=numbers] .field-error")
    expect(beside).to_have_text("No. 2: Not a valid number.")
    expect(page.get_by_label("Numbers")).to_have_attribute("aria-invalid", "true")
    assert page.get_by_label("Numbers").get_attribute("aria-describedby") in (
        f"{beside.get_attribute('id')} {page.get_by_label('Numbers').get_attribute('id')}-help",
    )
    page.locator(".error-summary a").first.click()
    page.get_by_label("Name").fill("")
    page.get_by_label("Numbers").fill("1")
    press(page)
    expect(page.locator(".ask [data-result] .tree").first).to_be_visible()
    expect(page.locator(".error-summary, .field-error, [aria-invalid]")).to_have_count(0)


def test_what_the_browser_knows_to_be_wrong_is_not_sent(visit: Open, shared: Shared) -> None:
    page = visit(shared("kinds"))
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    page.get_by_text("More arguments").click()
    page.get_by_label("Options").fill("{")
    press(page)
    expect(page.locator("[data-key=word] .field-error")).to_be_visible()
    expect(page.locator("[data-key=options] .field-error")).to_contain_text("This is no JSON")
    expect(page.locator("[data-key=origin] [data-key=x] .field-error")).to_be_visible()
    assert not [url for url in urls if "predict" in url]


def test_every_kind_of_value_arrives_as_it_is(visit: Open, shared: Shared) -> None:
    page = visit(shared("kinds"))
    page.get_by_text("More arguments").click()
    page.get_by_label("Word").fill("hello")
    page.locator("[data-key=origin] [data-key=x] input").fill("1.5")
    page.get_by_label("Text").fill("")
    page.get_by_label("Limit").fill("")
    page.get_by_label("On", exact=True).uncheck()
    page.get_by_label("Maybe").select_option("No")
    page.get_by_label("Level").select_option("3")
    page.get_by_label("Numbers").fill("1\n2.5\n")
    page.get_by_label("left").uncheck()
    page.get_by_label("Pair").fill('[1, "one"]')
    page.get_by_label("Give this").check()
    page.locator("[data-key=point] [data-key=x] input").fill("2")
    page.get_by_label("Asked").fill("why?")
    with page.expect_request(lambda sent: sent.url.endswith("/predict/?asked=why%3F")):
        press(page)
    raw = page.locator(".ask .raw code")
    raw.wait_for(state="attached")
    assert json.loads(raw.text_content() or "")["predictions"] == {
        "word": "hello", "origin": {"x": 1.5, "y": 0.0}, "text": "", "code": "AB-1", "count": 3,
        "seed": None, "limit": None, "ratio": 0.5, "on": False, "off": False, "maybe": False, "pick": "b",
        "level": 3, "names": ["Ada", "Grace"], "numbers": [1.0, 2.5], "sides": [], "joined": [1, 2],
        "pair": [1, "one"], "options": {"a": [1]}, "point": {"x": 2.0, "y": 0.0}, "anything": 0.5,
        "asked": "why?",
    }  # fmt: skip


def test_pieces_are_added_as_they_come(visit: Open, shared: Shared, gate: Any, wait_until: Any) -> None:
    page = visit(shared("looks"))
    asked(page, "Path").fill(str(gate.path))
    ask(page, "words")
    expect(page.locator(".pieces")).to_have_text("one two ")
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    wait_until(gate.reached)
    gate.open("three")
    expect(page.locator(".pieces")).to_have_text("one two three")
    expect(page.get_by_role("button", name="Cancel")).to_be_hidden()
    ask(page, "numbers")
    expect(page.locator(".pieces li")).to_have_text(['{"n":1}', '{"n":2}'])
    page.get_by_text("curl", exact=True).first.click()
    expect(page.locator(".examples pre").first).to_contain_text(
        "curl -X POST -N -H 'Accept: text/event-stream'"
    )


def test_an_error_after_some_pieces_keeps_them(visit: Open, shared: Shared) -> None:
    page = visit(shared("streaming"))
    page.get_by_label("Fail at").fill("2")
    press(page)
    expect(page.locator(".notice")).to_contain_text("the well ran dry")
    expect(page.locator(".pieces li")).to_have_count(2)


def test_a_question_that_takes_long_shows_its_time_and_can_be_cancelled(
    visit: Open, shared: Shared, gate: Any, wait_until: Any
) -> None:
    server = shared("looks")
    page = visit(server)
    asked(page, "Path").fill(str(gate.path))
    ask(page, "wait")
    wait_until(gate.reached)
    expect(page.get_by_role("button", name="Predict")).to_be_disabled()
    expect(page.locator("#predict [data-elapsed]")).to_contain_text("1.", timeout=5000)
    press(page, "Cancel")
    expect(page.locator(".notice")).to_contain_text("Cancelled after")
    expect(page.get_by_role("button", name="Predict")).to_be_enabled()
    gate.open()
    ask(page, "bars")
    expect(page.locator(".verdict")).to_be_visible()


def test_the_modules_own_error_is_told_in_its_words(visit: Open, shared: Shared) -> None:
    page = visit(shared("everything"))
    asked(page, "Mode").fill("raise")
    press(page)
    notice = page.locator(".ask [data-result] .notice")
    expect(notice.locator("strong")).to_have_text("RuntimeError")
    expect(notice).to_contain_text("the weights do not fit the input")


def test_the_shown_command_asks_the_same(visit: Open, shared: Shared, tmp_path: Path) -> None:
    page = visit(shared("everything"))
    asked(page, "Data").set_input_files({"name": "a;b's.txt", "mimeType": "text/plain", "buffer": b"12345"})
    asked(page, "Mode").fill("echo")
    page.get_by_text("More arguments").click()
    page.get_by_label("Colour").fill("it's @home; $PATH")
    page.get_by_text("curl", exact=True).first.click()
    command = page.locator(".examples code").first.text_content() or ""
    (tmp_path / "a;b's.txt").write_bytes(b"12345")
    words = shlex.split(command.replace("\\\n", ""))
    told = subprocess.run([*words, "-s"], cwd=tmp_path, capture_output=True, check=True, timeout=20).stdout
    given = json.loads(told)["predictions"]
    assert given["data"]["file"] == "a;b's.txt"
    assert (given["data"]["size"], given["colour"], given["count"]) == (5, "it's @home; $path", 3)


def test_what_is_shown_can_be_copied(visit: Open, shared: Shared) -> None:
    page = visit(shared("looks"))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_label("Kind").fill("table")
    page.get_by_text("Python", exact=True).first.click()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert 'json={"kind": "table"}' in page.evaluate("navigator.clipboard.readText()")


def test_trainings_are_started_watched_cancelled_and_tried_again(
    visit: Open, serve: Any, gate: Any, wait_until: Any
) -> None:
    page = visit(serve("looks").ready())
    rows = page.locator("[data-trainings] tbody tr")
    page.get_by_text("Train anew").click()
    page.locator("#train [data-key=path] input").fill(str(gate.path))
    press(page, "Train")
    expect(rows).to_have_attribute("data-status", "running")
    expect(rows.locator("time")).to_contain_text("so far")
    wait_until(gate.reached)
    gate.open("learnt")
    expect(rows).to_have_attribute("data-status", "done")
    rows.get_by_text("Result").click()
    expect(rows).to_contain_text('"learnt"')
    page.locator("#train [data-key=path] input").fill("")
    page.get_by_label("Fail").check()
    press(page, "Train")
    expect(rows.first).to_have_attribute("data-status", "error")
    expect(rows.first).to_contain_text("no data to learn from")
    rows.first.get_by_role("button", name="Try again").click()
    expect(rows).to_have_count(3)
    expect(rows.first).to_have_attribute("data-status", "error")
    rows.first.get_by_role("button", name="Remove").click()
    expect(rows).to_have_count(2)


def test_a_wrong_value_of_a_training_is_told_beside_its_field(visit: Open, shared: Shared) -> None:
    page = visit(shared("everything"))
    page.get_by_text("Train anew").click()
    page.locator("#train").evaluate(
        "form => { form.querySelector('[data-key=epochs] input').type = 'text'; }"
    )
    page.get_by_label("Epochs").fill("many")
    press(page, "Train")
    expect(page.locator("#train [data-key=epochs] .field-error")).to_have_text("Not a valid integer.")


def test_a_page_opened_too_early_goes_on_by_itself(visit: Open, serve: Any, wait_until: Any) -> None:
    server = serve("late")
    page = visit(server)
    expect(page.get_by_role("heading", level=2)).to_have_text("The module did not load")
    expect(page.locator("[data-reason]")).to_contain_text("not yet")
    Path(server.folder / "work" / "now").touch()
    expect(page.get_by_role("button", name="Predict")).to_be_visible()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_axe_finds_nothing_serious(visit: Open, shared: Shared, scheme: str, width: int) -> None:
    size = {"width": width, "height": 900}
    page = visit(shared("kinds"), viewport=size, color_scheme=scheme)
    press(page)
    expect(page.locator(".error-summary")).to_be_visible()
    assert serious(page) == []
    page = visit(shared("looks"), viewport=size, color_scheme=scheme)
    page.locator("[data-key=image] input").set_input_files(DIGIT)
    for kind, shown in (
        ("bars", ".bars"),
        ("table", "td"),
        ("tree", ".tree"),
        ("image", ".compare"),
        ("nope", ".notice"),
    ):
        ask(page, kind)
        expect(page.locator(f".ask [data-result] {shown}").first).to_be_visible()
        assert serious(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_training_list_is_sound_on_a_phone(visit: Open, serve: Any) -> None:
    page = visit(serve("looks").ready(), viewport=NARROW)
    page.get_by_text("Train anew").click()
    page.get_by_label("Fail").check()
    press(page, "Train")
    expect(page.locator("[data-trainings] tr[data-status=error]")).to_be_visible()
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_everything_is_reached_by_keys_and_focus_is_seen(visit: Open, shared: Shared) -> None:
    page = visit(shared("kinds"))
    page.get_by_text("More arguments").click()
    wanted = page.evaluate(
        """(selector) => {
          const seen = new Set(), unseen = new Set();
          document.addEventListener("focusin", ({ target }) => {
            seen.add(target);
            if (getComputedStyle(target).outlineStyle === "none") unseen.add(target);
          });
          const found = [...document.querySelectorAll(selector)];
          const all = found.filter((one) => one.checkVisibility() && !one.disabled);
          window.missed = () => all.filter((one) => !seen.has(one)).map((one) => one.outerHTML);
          window.unseen = () => [...unseen].map((one) => one.outerHTML);
          document.activeElement.blur();
          return all.length;
        }""",
        TABBABLE,
    )
    for _ in range(wanted + 20):
        page.keyboard.press("Tab")
    assert page.evaluate("window.missed()") == []
    assert page.evaluate("window.unseen()") == []


def test_the_page_is_light_and_stays_at_home(visit: Open, shared: Shared) -> None:
    page = visit(shared("everything"), "/healthz")
    requests: list[Any] = []
    page.on("request", lambda request: requests.append(request))
    page.goto("/ui", wait_until="networkidle")
    assert [one.url for one in requests if not one.url.startswith(shared("everything").url)] == []
    weight = sum(one.sizes()["responseBodySize"] for one in requests)
    assert weight <= 100 * KIB, f"{weight / KIB:.0f} KiB"


def test_what_an_author_writes_never_runs(visit: Open, shared: Shared) -> None:
    page = visit(shared("hostile"))
    press(page)
    expect(page.locator(".ask [data-result] .tree").first).to_be_visible()
    page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    assert page.evaluate("window.hit") is None


def test_it_asks_without_javascript(visit: Open, shared: Shared) -> None:
    page = visit(shared("everything"), java_script_enabled=False)
    assert page.locator(".js-only:visible").count() == 0
    page.get_by_label("Count").fill("7")
    page.get_by_label("Flag").check()
    asked(page, "Data").set_input_files(DIGIT)
    press(page)
    given = json.loads(page.locator("pre").inner_text())["predictions"]
    assert (given["count"], given["flag"], given["data"]["file"]) == (7, True, "digit-3.png")


def test_it_works_below_a_base_path(visit: Open, serve: Any) -> None:
    page = visit(serve("looks", options=("--base-path", "/deep/down")).ready(), "/deep/down/ui/")
    ask(page, "image")
    expect(page.get_by_alt_text("Result")).to_have_js_property("naturalWidth", 4)
    assert page.locator(".icon use").first.evaluate("one => one.getBBox().width") > 0

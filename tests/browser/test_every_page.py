"""Every page of the application: sound, light, quiet, at home, of use without JavaScript or mouse.

The list is checked against the application's routes: a new page without a visit here fails the test.
"""

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="browser tests need playwright")

from fastapi.responses import HTMLResponse  # noqa: E402
from playwright.sync_api import Page, expect  # noqa: E402

from fairhaven import domains  # noqa: E402

SAMPLE = Path(__file__).parents[2] / "examples" / "modules" / "coins" / "samples" / "coins-24.png"
START_MS, ANSWER_MS = 60_000, 30_000
# Answers to scripts and downloads, of routers that otherwise hold pages.
NOT_PAGES = re.compile(r"/events$|/stream$|\.txt$")

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("whole")]


@dataclass(frozen=True)
class Stop:
    """One page to visit: `path` with {names} filled in; `act` brings it into the state to look at."""

    route: str
    path: str
    signed_in: bool = True
    act: Callable[[Page], None] | None = None

    def __str__(self) -> str:
        who = "" if self.signed_in else " as a stranger"
        return f"{self.path}{who}{' ' + self.act.__name__.strip('_') if self.act else ''}"


def _wrong_address(page: Page) -> None:
    page.get_by_label("Repository").fill("/there/is/nothing")
    page.get_by_role("button", name="Register").click()
    expect(page.locator(".error-summary")).to_be_visible()


def _a_source_with_errors(page: Page) -> None:
    """A module whose metadata has no title."""
    folder = Path(tempfile.mkdtemp(prefix="untitled-"))
    text = (SAMPLE.parents[1] / "ai4-metadata.yml").read_text()
    (folder / "ai4-metadata.yml").write_text(re.sub(r"^title: .*$", "title: ''", text, flags=re.MULTILINE))
    page.get_by_label("Repository").fill(str(folder))
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_label("Register it all the same")).to_be_visible()


def _a_module_with_errors(page: Page) -> None:
    _a_source_with_errors(page)
    page.get_by_label("Register it all the same").check()
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_text("Only those who can mend it see this page.")).to_be_visible()


def _listed_only(page: Page) -> None:
    """And built again: it is the module of the other stops."""
    for trust, words in (("listed", "Listed only."), ("built", "")):
        page.get_by_label("Trust").select_option(trust)
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#notices")).to_contain_text("Saved.")
        if words:
            expect(page.get_by_text(words)).to_be_visible()


def _a_list_looked_at(page: Page) -> None:
    """A hub beside one module, which names another that is not there."""
    root = Path(tempfile.mkdtemp(prefix="lists-"))
    module = root / "tide-gauges"
    shutil.copytree(SAMPLE.parents[1], module, ignore=shutil.ignore_patterns("samples", "tests"))
    (root / "hub").mkdir()
    lines = [
        f'[submodule "{name}"]\n\tpath = {name}\n\turl = ../{name}\n' for name in ("tide-gauges", "lost")
    ]
    (root / "hub" / ".gitmodules").write_text("".join(lines))
    page.get_by_label("Address").fill(f"gitmodules+{root / 'hub'}")
    page.get_by_text("Advanced").click()
    page.get_by_label("Trust").select_option("listed")
    page.get_by_role("button", name="Look at the list").click()
    expect(page.locator("#preview, main table").first).to_contain_text("tide-gauges")


def _a_list_followed(page: Page) -> None:
    _a_list_looked_at(page)
    page.get_by_role("button", name="Follow this list").click()
    expect(page.locator("#status")).to_contain_text("up to date", timeout=START_MS)
    expect(page.locator("#status")).to_contain_text("There is no folder")


def _a_list_of_no_kind(page: Page) -> None:
    page.get_by_label("Address").fill("https://example.org/somewhere")
    page.get_by_role("button", name="Look at the list").click()
    expect(page.locator(".error-summary")).to_be_visible()


def _a_base_that_is_none(page: Page) -> None:
    page.get_by_label("Name", exact=True).fill("bird-songs")
    page.get_by_label("Base").fill("there-is-no-such-module")
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".error-summary")).to_be_visible()


def _a_tool_planned(page: Page) -> None:
    page.get_by_label("Administrator", exact=True).fill("flare-admin")
    page.get_by_label("Passphrase").fill("flare-key")
    page.get_by_role("button", name="Show what would run").click()
    expect(page.locator("#result")).to_contain_text("nvflare.dashboard.wsgi")


def _a_wrong_password(page: Page) -> None:
    page.get_by_label("Name", exact=True).fill("grace")
    page.get_by_label("Password", exact=True).fill("a wrong password")
    page.locator("main").get_by_role("button", name="Sign in").click()
    expect(page.locator(".error-summary")).to_be_visible()


def _claims_tried(page: Page) -> None:
    roles = '["access:default:developer", "access:nowhere:member", "offline_access"]'
    page.get_by_label("Claims", exact=True).fill(f'{{"realm_access": {{"roles": {roles}}}}}')
    page.get_by_role("button", name="See what they would give").click()
    expect(page.locator("#given")).to_contain_text("There is no project nowhere.")


def _claims_that_are_none(page: Page) -> None:
    page.get_by_label("Claims", exact=True).fill("groups: astro")
    page.get_by_role("button", name="See what they would give").click()
    expect(page.locator(".error-summary")).to_be_visible()


def _a_new_account(page: Page) -> None:
    page.get_by_label("Name to sign in").fill("grace")
    page.get_by_label("Called").fill("Grace Hopper")
    page.get_by_role("button", name="Add").click()
    expect(page.locator("main")).to_contain_text("/sign-in/password/")


def _a_link_followed(page: Page) -> None:
    page.get_by_label("Name to sign in").fill("ida")
    page.get_by_label("Called").fill("Ida Rhodes")
    page.get_by_role("button", name="Add").click()
    page.goto(page.locator("main pre", has_text="/sign-in/password/").inner_text().strip())
    page.get_by_label("New password").fill("short")
    page.get_by_label("Once more").fill("short")
    page.get_by_role("button", name="Set the password").click()
    expect(page.locator(".error-summary")).to_be_visible()


def _a_name_that_is_none(page: Page) -> None:
    page.get_by_label("Name to sign in").fill("a name")
    page.get_by_label("Called").fill("Somebody")
    page.get_by_role("button", name="Add").click()
    expect(page.locator(".error-summary")).to_be_visible()


def _a_new_token(page: Page) -> None:
    page.get_by_label("Name").fill("notebook")
    page.get_by_role("button", name="Create token").click()
    expect(page.locator("main table")).to_contain_text("notebook")


def _a_new_secret(page: Page) -> None:
    page.get_by_label("Name").fill("my-token")
    page.get_by_label("Value", exact=True).fill("correct horse battery staple")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("main table")).to_contain_text("my-token")


def _a_new_limit(page: Page) -> None:
    page.get_by_label("Most").fill("100")
    page.get_by_role("button", name="Set the limit").click()
    expect(page.locator("main table").first).to_contain_text("100")


def _a_short_name_that_is_taken(page: Page) -> None:
    page.get_by_label("Name", exact=True).fill("Another")
    page.get_by_label("Short name").fill("default")
    page.get_by_role("button", name="Make the project").click()
    expect(page.locator(".error-summary")).to_be_visible()


def _a_new_invitation(page: Page) -> None:
    page.get_by_label("E-mail address").fill("ada@example.org")
    page.get_by_role("button", name="Make an invitation").click()
    expect(page.locator("main pre").first).to_contain_text("/invitations/")


def _an_accent_that_cannot_be_read(page: Page) -> None:
    page.get_by_label("Accent on light pages").fill("#ffcc00")
    page.get_by_role("button", name="Change the look").click()
    expect(page.locator(".error-summary")).to_contain_text("4.5 : 1 is needed")


def _a_wrong_name(page: Page) -> None:
    page.get_by_label("Name").fill("my token")
    page.get_by_label("Value", exact=True).fill("correct horse battery staple")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator(".error-summary")).to_be_visible()


def _a_wrong_variable(page: Page) -> None:
    page.get_by_label("Variable for my-token").fill("1ST")
    page.get_by_role("button", name="Start").click()
    expect(page.locator(".error-summary")).to_be_visible()


def _a_new_notice(page: Page) -> None:
    page.get_by_label("Words").fill("Maintenance on Monday: https://status.example.org.")
    page.get_by_label("Severity").select_option("warning")
    page.get_by_role("button", name="Post").click()
    expect(page.locator("main table")).to_contain_text("Maintenance")
    expect(page.locator(".banners").get_by_role("link")).to_be_visible()
    page.get_by_role("button", name="Put this notice away").first.click()
    expect(page.locator(".banners .notice")).to_have_count(0)
    page.get_by_role("button", name="Withdraw").first.click()
    expect(page.locator("main table")).to_contain_text("withdrawn")


def _a_notice_without_words(page: Page) -> None:
    page.get_by_label("Words").evaluate("(field) => { field.required = false; }")
    page.get_by_role("button", name="Post").click()
    expect(page.locator(".error-summary")).to_be_visible()


def _a_search_is_kept(page: Page) -> None:
    page.get_by_label("Name", exact=True).fill("Coins")
    page.get_by_role("button", name="Keep it").click()
    expect(page.locator("main table")).to_contain_text("Words: coins")


def _without_a_file(page: Page) -> None:
    page.locator("input[type=file]").evaluate("(field) => { field.required = false; }")
    page.get_by_role("button", name="Predict").click()
    expect(page.locator(".error-summary")).to_be_visible(timeout=ANSWER_MS)


def _with_an_answer(page: Page) -> None:
    page.locator("input[type=file]").first.set_input_files(SAMPLE)
    page.get_by_role("button", name="Predict").click()
    expect(page.locator("#answer .compare")).to_be_visible(timeout=ANSWER_MS)


STOPS = [
    Stop("/", "/", signed_in=False),
    Stop("/", "/"),
    Stop("/sign-in", "/sign-in", signed_in=False),
    Stop("/sign-in/{secret}", "/sign-in/a-made-up-secret", signed_in=False),
    Stop("/sign-in", "/sign-in", signed_in=False, act=_a_wrong_password),
    Stop("/sign-in/password/{secret}", "/sign-in/password/a-made-up-secret", signed_in=False),
    Stop("/sign-in/password/{secret}", "/local-accounts", act=_a_link_followed),
    Stop("/account/identities", "/account/identities"),
    Stop("/account/password", "/account/password"),
    Stop("/issuers", "/issuers"),
    Stop("/issuers/{name}", "/issuers/home"),
    Stop("/issuers/{name}", "/issuers/home", act=_claims_tried),
    Stop("/issuers/{name}", "/issuers/home", act=_claims_that_are_none),
    Stop("/local-accounts", "/local-accounts", act=_a_new_account),
    Stop("/local-accounts", "/local-accounts", act=_a_name_that_is_none),
    Stop("/account/tokens", "/account/tokens", act=_a_new_token),
    Stop("/account/sessions", "/account/sessions"),
    Stop("/account/secrets", "/account/secrets", act=_a_new_secret),
    Stop("/account/secrets", "/account/secrets", act=_a_wrong_name),
    Stop("/projects", "/projects"),
    Stop("/projects/new", "/projects/new"),
    Stop("/projects/new", "/projects/new", act=_a_short_name_that_is_taken),
    Stop("/projects/{project_id}", "/projects/{project}"),
    Stop("/projects/{project_id}/members", "/projects/{project}/members"),
    Stop("/projects/{project_id}/members", "/projects/{project}/members", act=_a_new_invitation),
    Stop("/projects/{project_id}/service-accounts", "/projects/{project}/service-accounts"),
    Stop(
        "/projects/{project_id}/service-accounts/{account_id}",
        "/projects/{project}/service-accounts/{account}",
    ),
    Stop(
        "/projects/{project_id}/service-accounts/{account_id}",
        "/projects/{project}/service-accounts/{account}",
        act=_a_new_token,
    ),
    Stop("/projects/{project_id}/brand", "/projects/{project}/brand"),
    Stop("/projects/{project_id}/brand", "/projects/{project}/brand", act=_an_accent_that_cannot_be_read),
    Stop("/invitations/{secret}", "/invitations/a-made-up-secret"),
    Stop("/terms", "/terms"),
    Stop("/projects/{project_id}/quotas", "/projects/{project}/quotas"),
    Stop("/projects/{project_id}/quotas", "/projects/{project}/quotas", act=_a_new_limit),
    Stop("/projects/{project_id}/secrets", "/projects/{project}/secrets", act=_a_new_secret),
    Stop("/audit", "/audit"),
    Stop("/audit", "/audit?text=nothing-fits-this"),
    Stop("/audit", "/audit?kind=module&text=coins"),
    Stop("/audit", "/audit?thing=nothing"),
    Stop("/audit/{entry_id}", "/audit/{entry}"),
    Stop("/audit/verification", "/audit/verification"),
    Stop("/account/data", "/account/data"),
    Stop("/administration", "/administration"),
    Stop("/people", "/people"),
    Stop("/notices", "/notices"),
    Stop("/notices", "/notices", act=_a_new_notice),
    Stop("/notices", "/notices", act=_a_notice_without_words),
    Stop("/device", "/device"),
    Stop("/device", "/device", signed_in=False),
    Stop("/catalog", "/catalog"),
    Stop("/catalog", "/catalog?q=nothing-fits-this"),
    Stop("/catalog", "/catalog?q=cions&has=release&more=tags"),
    Stop("/searches", "/searches?query=q%3Dcoins%26tasks%3DClassification", act=_a_search_is_kept),
    Stop("/searches", "/searches?query=", act=None),
    Stop("/feeds", "/feeds"),
    Stop("/feeds/new", "/feeds/new"),
    Stop("/feeds/new", "/feeds/new", act=_a_list_of_no_kind),
    Stop("/feeds/new", "/feeds/new", act=_a_list_looked_at),
    Stop("/feeds/{feed_id}", "/feeds/new", act=_a_list_followed),
    Stop("/feeds", "/feeds?again", act=None),
    Stop("/catalog/new", "/catalog/new"),
    Stop("/catalog/new", "/catalog/new", act=_wrong_address),
    Stop("/catalog/new", "/catalog/new", act=_a_source_with_errors),
    Stop("/catalog/start", "/catalog/start"),
    Stop("/catalog/start", "/catalog/start?template=child", act=_a_base_that_is_none),
    Stop("/tools", "/tools"),
    Stop("/tools", "/tools?q=nothing-fits-this", signed_in=False),
    Stop("/tools/{name}", "/tools/nvflare", act=_a_tool_planned),
    Stop("/tools/{name}", "/tools/codespace?module=coins"),
    Stop("/tools/{name}", "/tools/mlflow-ui", signed_in=False),
    Stop("/catalog/{name}", "/catalog/new", act=_a_module_with_errors),
    Stop("/catalog/{name}", "/catalog/coins?tab=source", act=_listed_only),
    Stop("/catalog/{name}", "/catalog/coins"),
    Stop("/catalog/{name}", "/catalog/coins", signed_in=False),
    Stop("/catalog/{name}", "/catalog/broken"),
    Stop("/catalog/{name}", "/catalog/coins?tab=run"),
    Stop("/catalog/{name}", "/catalog/coins?tab=readme"),
    Stop("/catalog/{name}", "/catalog/coins?tab=releases"),
    Stop("/catalog/{name}", "/catalog/coins?tab=metadata"),
    Stop("/catalog/{name}", "/catalog/coins?tab=source"),
    Stop("/catalog/{name}", "/catalog/coins?tab=cite"),
    Stop("/catalog/{name}", "/catalog/coins?tab=fair"),
    Stop("/catalog/{name}/metadata/edit", "/catalog/coins/metadata/edit"),
    # Deposits that are there have a journey of their own: test_deposits.py.
    Stop("/catalog/{name}/deposits", "/catalog/coins/deposits"),
    Stop("/catalog/{name}/deposits/{deposit_id}/proposal", "/catalog/coins/deposits/{release}/proposal"),
    Stop("/catalog/{name}", "/catalog/there-is-no-such-module"),
    Stop("/builds", "/builds"),
    Stop("/builds", "/builds?state=interrupted"),
    Stop("/builds/{build_id}", "/builds/{succeeded}"),
    Stop("/builds/{build_id}", "/builds/{failed}"),
    Stop("/workloads", "/workloads"),
    Stop("/workloads", "/workloads", signed_in=False),
    Stop("/workloads/new", "/workloads/new?release={release}"),
    Stop("/workloads/new", "/workloads/new?release={release}", act=_a_wrong_variable),
    Stop("/workloads/{workload_id}", "/workloads/{running}"),
    Stop("/workloads/{workload_id}", "/workloads/{stopped}"),
    Stop("/workloads/{workload_id}/try", "/workloads/{running}/try", act=_with_an_answer),
    Stop("/workloads/{workload_id}/try", "/workloads/{running}/try", act=_without_a_file),
    Stop("/workloads/{workload_id}/try", "/workloads/{stopped}/try"),
    Stop("/api/docs", "/api/docs", signed_in=False),
    Stop("/patterns", "/patterns"),
    Stop("/patterns/problem", "/patterns/problem"),
    Stop("", "/there-is-nothing-here"),
]


@pytest.fixture(scope="module")
def names(furnished: Any) -> Iterator[dict[str, str]]:
    """What the {names} in paths stand for: builds and workloads in each state."""
    failed, succeeded = furnished.built("broken"), furnished.built("coins")
    assert (failed["state"], succeeded["state"]) == ("failed", "succeeded")
    context = furnished.context()
    stopped = _start(context.new_page(), "Start a service")
    page = context.new_page()
    page.goto(f"/workloads/{stopped}")
    page.get_by_role("button", name="Stop").click()
    running = _start(context.new_page(), "Try")
    expect(page.locator("#status .state").first).to_have_attribute("data-state", "stopped", timeout=START_MS)
    page.goto(f"/workloads/{running}/try")
    expect(page.get_by_role("button", name="Predict")).to_be_visible(timeout=START_MS)
    page.goto("/audit")
    entry = page.locator("main table tbody a").first.get_attribute("href") or ""
    page.goto(f"/projects/{succeeded['project_id']}/service-accounts")
    page.get_by_label("Name").fill("Data portal")
    page.get_by_role("button", name="Make it").click()
    page.wait_for_url(re.compile(r"/service-accounts/[0-9a-f-]{36}"))
    account = page.url.rpartition("/")[2]
    context.close()
    yield {
        "entry": entry.rpartition("/")[2],
        "failed": failed["id"],
        "succeeded": succeeded["id"],
        "stopped": stopped,
        "running": running,
        "release": succeeded["release_id"],
        "project": succeeded["project_id"],
        "account": account,
    }


def test_every_page_of_the_application_is_visited() -> None:
    routes = {
        route.path
        for router in domains.ROUTERS
        for route in router.routes
        if "GET" in route.methods and _answers_html(route) and not NOT_PAGES.search(route.path)
    }
    assert routes == {stop.route for stop in STOPS if stop.route}


def test_an_empty_installation_has_sound_pages_that_say_how_to_begin(bare: dict[str, list[str]]) -> None:
    assert {path: faults for path, faults in bare.items() if faults} == {}


@pytest.mark.parametrize("stop", STOPS, ids=str)
def test_a_page_is_sound(stop: Stop, furnished: Any, names: dict[str, str], album: Any) -> None:
    visit = furnished.visit(stop.path.format(**names), signed_in=stop.signed_in)
    album.note(str(stop), visit.weight())
    faults = visit.too_heavy()
    if stop.act:
        stop.act(visit.page)
    if album.whole:
        album.take(visit.page, "page-" + re.sub(r"[^a-z0-9]+", "-", str(stop)).strip("-"))
    faults += visit.faults()
    visit.page.context.close()
    assert not faults, "\n".join(faults)


def test_every_page_reads_without_javascript(furnished: Any, names: dict[str, str]) -> None:
    for signed_in in (False, True):
        with furnished.context(signed_in=signed_in, java_script_enabled=False) as context:
            page = context.new_page()
            for path in sorted({stop.path for stop in STOPS if stop.signed_in == signed_in}):
                page.goto(path.format(**names))
                assert page.get_by_role("heading", level=1).inner_text(), path
                assert page.locator("main").inner_text().count("\n") >= 2, path
                assert page.locator(".js-only:visible").count() == 0, path


def test_a_person_without_javascript_registers_tries_stops_and_signs_out(
    furnished: Any, names: dict[str, str], workshop: Callable[..., Path]
) -> None:
    furnished.kept.clear()  # this journey ends the session that the others share
    page = furnished.context(java_script_enabled=False).new_page()
    page.goto("/catalog/new")
    page.get_by_label("Repository").fill("/there/is/nothing")
    page.get_by_role("button", name="Register").click()
    assert "Repository" in page.locator(".error-summary").inner_text()
    folder = workshop("unbuildable", "coins", needs="fairhaven-no-such-package")
    page.get_by_label("Repository").fill(str(folder))
    page.get_by_role("button", name="Register").click()
    assert page.url.endswith("/catalog/unbuildable")
    page.goto(f"/workloads/{names['running']}/try")
    page.locator("input[type=file]").first.set_input_files(SAMPLE)
    page.get_by_role("button", name="Predict").click()
    expect(page.locator("#answer img")).to_have_count(2)
    page.get_by_role("link", name="Workload and log").click()
    page.get_by_role("button", name="Stop").click()
    assert "asked to end" in page.locator("#notices").inner_text()
    page.locator("header .menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    assert "signed out" in page.locator("#notices").inner_text()
    page.goto("/workloads")
    assert page.get_by_role("heading", level=1).inner_text() == "Sign in first"
    furnished.kept.clear()
    page.context.close()


@pytest.mark.parametrize("path", ["/catalog", "/catalog/new", "/catalog/coins", "/builds/{failed}"])
def test_keys_reach_everything_and_focus_is_seen(path: str, furnished: Any, names: dict[str, str]) -> None:
    page = furnished.visit(path.format(**names)).page
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.evaluate("document.activeElement.blur(); getSelection().removeAllRanges()")
    page.locator(".skip").focus()
    wanted = page.evaluate(NUMBERED)
    for _ in range(wanted + 5):
        page.keyboard.press("Tab")
    assert page.evaluate("window.missed()") == []
    assert page.evaluate("window.unseen") == []
    page.context.close()


def _answers_html(route: Any) -> bool:
    kind = getattr(route.response_class, "value", route.response_class)  # defaults are wrapped
    return kind is HTMLResponse


def _start(page: Page, button: str) -> str:
    """Press a button of the module's page, and the one of the form it may lead to; the workload's id."""
    page.goto("/catalog/coins")
    page.get_by_role("button", name=button).or_(page.get_by_role("link", name=button)).click()
    page.wait_for_url(re.compile(r"/workloads/"))
    if "/workloads/new" in page.url:
        page.get_by_role("button", name="Start").click()
    page.wait_for_url(re.compile(r"/workloads/[0-9a-f-]{36}"))
    found = re.search(r"/workloads/([0-9a-f-]{36})", page.url)
    assert found is not None
    return found.group(1)


NUMBERED = """() => {
  const able = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  const wanted = [...document.querySelectorAll(able)].filter((one) => one.checkVisibility() && !one.disabled);
  const reached = new Set([document.activeElement]);
  window.unseen = [];
  document.addEventListener('focusin', ({ target }) => {
    const style = getComputedStyle(target);
    reached.add(target);
    if (style.outlineStyle === 'none') window.unseen.push(target.outerHTML);
  });
  window.missed = () => wanted.filter((one) => !reached.has(one)).map((one) => one.outerHTML);
  return wanted.length;
}"""

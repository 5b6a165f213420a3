"""Two communities at two host names of one running installation: each sees its own house."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="browser tests need playwright")

from playwright.sync_api import Page, expect  # noqa: E402

from fairhaven.client.fairhaven import Fairhaven  # noqa: E402
from fairhaven.projects.schemas import BrandLink, BrandSpec  # noqa: E402

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("whole")]

WAVE = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 32"><defs><linearGradient id="a"
x2="0" y2="1"><stop stop-color="#26c6da"/><stop offset="1" stop-color="#00695c"/></linearGradient></defs>
<rect width="48" height="32" rx="6" fill="url(#a)"/><path d="M4 20q5-8 10 0t10 0 10 0 10 0" fill="none"
stroke="#fff" stroke-width="3" stroke-linecap="round"/></svg>"""
CELL = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="15"
fill="#7b1fa2"/><circle cx="12" cy="14" r="6" fill="#f8bbd0"/><circle cx="12" cy="14" r="2.5" fill="#7b1fa2"/>
<circle cx="23" cy="20" r="3" fill="#f8bbd0"/></svg>"""
IMAGINE = BrandSpec(
    name="iMagine",
    accent_light="#00695c",
    accent_dark="#4db6ac",
    links=[BrandLink(label="iMagine project", url="https://www.imagine-ai.eu/")],
    acknowledgement="iMagine receives funding from the European Union, grant 101058625.",
    terms="## In short\n\nUse what you find here **for science**, and say where you found it.",
)
AI4LIFE = BrandSpec(
    name="AI4Life",
    accent_light="#7b1fa2",
    links=[BrandLink(label="AI4Life", url="https://ai4life.eurobioimaging.eu/")],
    acknowledgement="AI4Life receives funding from the European Union, grant 101057970.",
)


@pytest.fixture(scope="module")
def communities(furnished: Any) -> Iterator[dict[str, UUID]]:
    """Two projects with a look and a host name; names below `localhost` lead to this machine everywhere."""
    found = {}
    with Fairhaven(furnished.url, furnished.platform.token()) as platform:
        for slug, spec, logo in (("imagine", IMAGINE, WAVE), ("ai4life", AI4LIFE, CELL)):
            made = platform.projects.create(slug, spec.name)
            platform.projects.set_brand(made.id, spec)
            platform.projects.set_logo(made.id, logo)
            platform.projects.set_hosts(made.id, [f"{slug}.localhost"])
            found[slug] = made.id
        platform.projects.show(found["ai4life"], names=["coins"])
        yield found
        for project_id in found.values():
            platform.projects.set_hosts(project_id, [])


def at(house: Any, slug: str) -> str:
    return str(house.url).replace("127.0.0.1", f"{slug}.localhost")


def open_at(house: Any, slug: str, path: str = "/", **options: Any) -> Any:
    return house.visit(path, signed_in=False, home=at(house, slug), **options)


def worn(page: Page) -> dict[str, Any]:
    """What tells one house from another, as the browser shows it."""
    found: dict[str, Any] = page.evaluate(
        """() => ({
          title: document.title,
          door: document.querySelector('.brand').innerText.trim(),
          logo: document.querySelector('.brand img.logo')?.naturalWidth ?? 0,
          button: getComputedStyle(document.querySelector('.button.primary')).backgroundColor,
        })"""
    )
    return found


def test_each_host_name_is_a_house_of_its_own(furnished: Any, communities: Any, album: Any) -> None:
    seen = {}
    for slug in ("imagine", "ai4life"):
        visit = open_at(furnished, slug)
        expect(visit.page.locator("footer")).to_contain_text("European Union")
        seen[slug] = worn(visit.page)
        assert visit.too_heavy() == []
        assert visit.faults() == []
        album.take(visit.page, f"30-{slug}")
        visit.page.context.close()
    visit = furnished.visit("/", signed_in=False)
    seen["own"] = worn(visit.page)
    visit.page.context.close()
    assert [each["door"] for each in seen.values()] == ["iMagine", "AI4Life", "Fairhaven"]
    assert [each["title"] for each in seen.values()] == [
        "iMagine · iMagine",
        "AI4Life · AI4Life",
        "Fairhaven · Fairhaven",
    ]
    assert [bool(each["logo"]) for each in seen.values()] == [True, True, False]
    assert [each["button"] for each in seen.values()] == [
        "rgb(0, 105, 92)",
        "rgb(123, 31, 162)",
        "rgb(11, 93, 133)",
    ]


def test_dark_pages_have_the_other_accent_and_one_is_made_where_none_was_given(
    furnished: Any, communities: Any
) -> None:
    dark = {}
    for slug in ("imagine", "ai4life"):
        visit = open_at(furnished, slug, color_scheme="dark")
        dark[slug] = worn(visit.page)["button"]
        visit.page.context.close()
    assert dark["imagine"] == "rgb(77, 182, 172)"
    assert dark["ai4life"] not in ("rgb(123, 31, 162)", "rgb(116, 189, 230)")


def test_a_change_is_there_at_the_next_look(furnished: Any, communities: Any) -> None:
    with Fairhaven(furnished.url, furnished.platform.token()) as platform:
        page = open_at(furnished, "ai4life").page
        for name, accent in (("AI4Life 2", "#b71c1c"), ("AI4Life", "#7b1fa2")):
            platform.projects.set_brand(
                communities["ai4life"], AI4LIFE.model_copy(update={"name": name, "accent_light": accent})
            )
            # The process hears of it a moment later: look until it has.
            assert _reloaded(page, name)
        assert worn(page)["button"] == "rgb(123, 31, 162)"
        page.context.close()


def _reloaded(page: Page, name: str) -> bool:
    for _ in range(50):
        page.reload()
        if page.locator(".brand").inner_text().strip() == name:
            return True
    return False


def test_a_project_shows_first_what_it_chose(furnished: Any, communities: Any, album: Any) -> None:
    page = open_at(furnished, "ai4life", "/catalog").page
    expect(page.locator("main .item")).to_have_count(1)
    album.take(page, "31-ai4life-catalog")
    page.get_by_role("link", name="Show all modules").click()
    expect(page.locator("main .item").nth(1)).to_be_visible()
    page.get_by_role("link", name="Only those that AI4Life chose").click()
    expect(page.locator("main .item")).to_have_count(1)
    page.context.close()


def test_who_signs_in_stays_at_the_host_and_accepts_its_terms_once(
    furnished: Any, communities: Any, album: Any
) -> None:
    visit = open_at(furnished, "imagine", furnished.link().removeprefix(furnished.url))
    page = visit.page
    page.locator("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Terms of iMagine")
    assert page.url.startswith(at(furnished, "imagine"))
    album.take(page, "32-imagine-terms")
    assert visit.faults() == []
    page.goto("/workloads")
    expect(page.get_by_role("heading", level=1)).to_have_text("Terms of iMagine")
    page.get_by_role("button", name="I accept").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Workloads")
    page.goto("/")
    expect(page.locator(".brand")).to_have_text("iMagine")
    album.take(page, "33-imagine-signed-in")
    other = page.context.new_page()
    other.goto(at(furnished, "ai4life"))
    expect(other.locator("header").get_by_role("link", name="Sign in")).to_be_visible()
    page.context.close()


def test_a_manager_sets_the_look_in_the_browser(furnished: Any, communities: Any, album: Any) -> None:
    visit = furnished.visit(f"/projects/{communities['imagine']}/brand")
    page = visit.page
    album.take(page, "34-look")
    page.get_by_label("Accent on light pages").fill("#80cbc4")
    page.get_by_role("button", name="Change the look").click()
    expect(page.locator(".error-summary")).to_contain_text("4.5 : 1 is needed")
    album.take(page, "35-look-refused")
    suggestion = page.locator(".field-error").inner_text().rpartition("Nearest: ")[2].strip(". ")
    page.get_by_label("Accent on light pages").fill(suggestion)
    page.get_by_role("button", name="Change the look").click()
    expect(page.locator("#notices")).to_contain_text("It is changed")
    page.get_by_label("Accent on light pages").fill("#00695c")
    page.get_by_role("button", name="Change the look").click()
    page.get_by_label("Picture").set_input_files(
        {
            "name": "bad.svg",
            "mimeType": "image/svg+xml",
            "buffer": b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        }
    )
    page.get_by_role("button", name="Set the logo").click()
    expect(page.locator("#notices")).to_contain_text("a logo only draws")
    page.context.close()


def test_an_invitation_is_made_sent_on_and_accepted(furnished: Any, communities: Any, album: Any) -> None:
    page = furnished.visit(f"/projects/{communities['ai4life']}/members").page
    page.get_by_label("Level", exact=True).select_option("developer")
    page.get_by_role("button", name="Make an invitation").click()
    link = page.locator("main pre code").first.inner_text()
    assert link.startswith(f"{at(furnished, 'ai4life')}/invitations/")
    album.take(page, "36-members")
    page.goto(link.replace(at(furnished, "ai4life"), furnished.url))
    album.take(page, "37-invitation")
    page.get_by_role("button", name="Join").click()
    expect(page.locator("#notices")).to_contain_text("Welcome to AI4Life")
    page.context.close()
    stranger = open_at(furnished, "ai4life", link)
    expect(stranger.page.get_by_role("link", name="Sign in").last).to_be_visible()
    assert stranger.faults() == []
    stranger.page.context.close()

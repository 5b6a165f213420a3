"""Finding modules: facets, orders, languages, misspelt words, likeness; and that nothing private is told."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from fairhaven.catalog import service
from fairhaven.catalog.models import ModuleRow
from fairhaven.catalog.schemas import Sort, Visibility
from fairhaven.core.errors import NotFound
from fairhaven.core.platform import Platform
from fairhaven.core.policy import ANONYMOUS, Actor, Role
from fairhaven.core.testing import make
from fairhaven.projects import service as projects
from fairhaven.projects.schemas import NewProject

Add = Callable[..., Awaitable[UUID]]
HTML = {"Accept": "text/html"}
SECRET, MISSPELT = "zugzwang", "zugswang"


@pytest.fixture
def add(platform: Platform, project_id: UUID) -> Add:
    """Make a module's row as `register` would, without its repository."""

    async def add(name: str, *, project: UUID | None = None, **given: Any) -> UUID:
        usual = {
            "project_id": project or project_id,
            "visibility": Visibility.PUBLIC,
            "source": f"https://git.example.org/{name}",
            "source_key": f"https://git.example.org/{name}#",
            "commit": "0" * 40,
            "title": name,
            "summary": "",
            "description": "",
            "license": None,
            "valid": True,
            "hook_number": 1,
            "content": {},
            "problems": [],
            **{each: [] for each in ("tags", "libraries", "tasks", "categories", "data_type")},
        }
        async with platform.transaction() as session:
            row = ModuleRow(name=name, **{**usual, **given})
            service.index(row)
            session.add(row)
            await session.flush()
            return row.id

    return add


@pytest.fixture
async def elsewhere(platform: Platform, ada: Actor) -> UUID:
    async with platform.transaction(ada) as session:
        return (await projects.create(session, ada, NewProject(slug="birds", name="Birds of the coast"))).id


async def names(platform: Platform, actor: Actor, q: str = "", **given: Any) -> list[str]:
    async with platform.transaction() as session:
        return [each.name for each in (await service.search(session, actor, q=q, **given)).items]


async def counts(platform: Platform, actor: Actor, facet: str, **given: Any) -> dict[str, int]:
    async with platform.transaction() as session:
        found = await service.facets(session, actor, **given)
    return {each.value: each.count for each in found.groups[facet]}


async def test_modules_are_found_by_licence_project_score_and_what_they_have(
    platform: Platform, add: Add, elsewhere: UUID
) -> None:
    await add("gull", license="MIT", fair_score=92, content={"doi": "10.5281/zenodo.1"})
    await add("tern", license="Apache-2.0", fair_score=74, project=elsewhere, served=True)
    await add(
        "crow", content={"links": {"dataset": "https://example.org/d", "weights": "https://example.org/w"}}
    )
    wanted: dict[str, dict[str, Sequence[str]]] = {
        "gull": {"license": ["MIT"], "has": ["doi"], "fair": ["90-100"]},
        "tern": {"project": ["birds"], "has": ["service"], "fair": ["50-74"]},
        "crow": {"has": ["dataset"], "fair": ["unknown"]},
    }
    for name, facets in wanted.items():
        assert await names(platform, ANONYMOUS, facets=facets) == [name]
    assert await counts(platform, ANONYMOUS, "license") == {"Apache-2.0": 1, "MIT": 1}
    assert await counts(platform, ANONYMOUS, "has", chosen={"project": ["default"]}) == {
        "doi": 1, "dataset": 1, "weights": 1,
    }  # fmt: skip
    async with platform.transaction() as session:
        told = await service.facets(session, ANONYMOUS)
    assert [each.value for each in told.groups["fair"]] == ["90-100", "50-74", "unknown"]
    assert {each.value: each.label for each in told.groups["project"]}["birds"] == "Birds of the coast"


async def test_a_release_and_a_public_service_are_found_at_once(platform: Platform, add: Add) -> None:
    module_id = await add("gull")
    async with platform.transaction() as session:
        await service.note_served(session, module_id, True)
    assert await names(platform, ANONYMOUS, facets={"has": ["service"]}) == ["gull"]
    async with platform.transaction() as session:
        await service.note_served(session, module_id, False)
    assert await names(platform, ANONYMOUS, facets={"has": ["service"]}) == []


async def test_a_facet_with_many_values_tells_how_many_more_there_are(platform: Platform, add: Add) -> None:
    await add("gull", tags=[f"tag-{number}" for number in range(12)])
    async with platform.transaction() as session:
        told = await service.facets(session, ANONYMOUS)
        more = await service.facets(session, ANONYMOUS, more=["tags"])
    assert (len(told.groups["tags"]), told.more) == (8, {"tags": 4})
    assert (len(more.groups["tags"]), more.more) == (12, {})


ASKED = {
    "zurich": {"zuerich"}, "Zürich": {"zuerich"}, "malmo": {"malmo"}, "scikit-learn": {"malmo"},
    "clasificación": {"spanish"}, "clasificacion de aves": {"spanish"}, "aves -gaviotas": set(),
    "птицы": {"russian"}, "птиц": {"russian"}, "will": {"will"}, "the": set(), "!!": set(),
    "birds": {"english"}, "bird -recording": set(), '"recordings of birds"': {"english"},
    '"birds of recordings"': set(), "gaviotas or zurich": {"spanish", "zuerich"}, "generati": {"generation"},
}  # fmt: skip


async def test_words_of_any_language_are_found(platform: Platform, add: Add) -> None:
    await add("zuerich", title="Lake temperatures of Zürich")
    await add("malmo", title="Malmö harbour", libraries=["scikit-learn"])
    await add("spanish", title="Clasificación de aves", summary="Gaviotas")
    await add("english", title="Sounds", description="Recordings of birds, by the sea.")
    await add("will", title="WILL", summary="Forecasts")
    await add("russian", title="Птицы")
    await add("generation", title="Image generation")
    assert {q: set(await names(platform, ANONYMOUS, q)) for q in ASKED} == ASKED


async def test_a_misspelt_word_is_searched_for_as_it_was_meant(platform: Platform, add: Add) -> None:
    await add("gull", title="Seagull classifier", tags=["bird"])
    await add("tern", title="Tern detector", summary="Classifier of coasts")
    await service.learn(platform)
    async with platform.transaction() as session:

        async def ask(q: str, **given: Any) -> Any:
            return await service.search(session, ANONYMOUS, q=q, **given)

        found = await ask("seegull clasifier")
        assert (found.corrected, [each.name for each in found.items]) == ("seagull classifier", ["gull"])
        meant = {
            "detetcor": "detector", "seagll -tern": "seagull -tern", "clasif": "classifier",
            "Sagull": "seagull", "dete tern": None, "xylophone": None, "gu": None, '"seegull"': None,
        }  # fmt: skip
        assert {q: (await ask(q)).corrected for q in meant} == meant
        assert not (await ask("seegull", exact=True)).items


async def test_where_little_fits_what_may_have_been_meant_is_offered(platform: Platform, add: Add) -> None:
    await add("arms", title="Coast", description="Seegull")
    for number in range(3):
        await add(f"gull-{number}", title="Seagull")
    await service.learn(platform)
    async with platform.transaction() as session:
        for q, offered in (("seegull", "seagull"), ("coast", None)):
            found = await service.search(session, ANONYMOUS, q=q)
            assert (found.corrected, found.suggested) == (None, offered)
            assert [each.name for each in found.items] == ["arms"]


async def test_every_page_of_what_was_meant_is_reached(platform: Platform, add: Add) -> None:
    for number in range(5):
        await add(f"gull-{number}", title="Seagull")
    await service.learn(platform)
    seen, cursor = [], None
    async with platform.transaction() as session:
        while True:
            page = await service.search(session, ANONYMOUS, q="seegull", limit=2, cursor=cursor)
            seen += [each.name for each in page.items]
            if (cursor := page.next) is None:
                break
    assert sorted(seen) == [f"gull-{number}" for number in range(5)]


async def test_nothing_of_a_private_module_is_told_to_strangers(
    platform: Platform, add: Add, elsewhere: UUID
) -> None:
    private = {"project": elsewhere, "visibility": Visibility.PROJECT}
    await add("gull", title="Gulls of the coast", tags=["bird"], tasks=["Classification"])
    await add("hidden", title=f"{SECRET} of gulls on the coast", tags=[SECRET], license=SECRET, **private)
    await add("broken", title=f"{SECRET}en", hidden=True)
    for number in range(6):
        await add(f"filler-{number}", title=f"Ships {number}", tags=["ship"])
    await service.learn(platform)
    insider = await make.person(platform, "Ida", elsewhere, Role.VIEWER)
    async with platform.transaction() as session:
        for stranger in (ANONYMOUS, await make.person(platform, "Bob")):
            told = await service.facets(
                session, stranger, SECRET, {"project": ["birds"], "license": [SECRET]}
            )
            assert told.total == 0
            assert "Birds of the coast" not in told.model_dump_json()
            everything = await service.facets(session, stranger)
            assert SECRET not in everything.model_dump_json()
            near = await service.search(session, stranger, q=MISSPELT)
            assert (near.corrected, near.suggested, list(near.items)) == (None, None, [])
            alike = await service.similar(session, stranger, "gull", 20)
            assert SECRET not in alike.model_dump_json()
            with pytest.raises(NotFound):
                await service.similar(session, stranger, "hidden")
        assert (await service.search(session, insider, q=MISSPELT)).corrected == SECRET
        assert "hidden" in {each.name for each in (await service.similar(session, insider, "gull")).items}


async def test_words_that_were_public_once_are_not_offered(platform: Platform, add: Add) -> None:
    await add("gull", title=SECRET)
    await service.learn(platform)
    async with platform.transaction() as session:
        assert (await service.search(session, ANONYMOUS, q=MISSPELT)).corrected == SECRET
        await session.execute(text("update modules set visibility = 'project'"))
    assert await names(platform, ANONYMOUS, MISSPELT) == []
    async with platform.transaction() as session:
        assert (await service.search(session, ANONYMOUS, q=MISSPELT)).corrected is None


@pytest.mark.parametrize("extension", [True, False], ids=["pgvector", "words"])
async def test_like_modules_are_found_with_and_without_the_extension(
    platform: Platform, add: Add, extension: bool
) -> None:
    if not extension:
        async with platform.transaction() as session:
            await session.execute(text("DROP TABLE module_vectors"))
    await add("gull", title="Bird sounds", tags=["audio"], description="Recordings of gulls at the coast.")
    await add("tern", title="Bird calls", tags=["audio"], description="Recordings of terns at the coast.")
    await add("tumour", title="Tumour segmentation", tags=["medical"], description="Slices of the brain.")
    await add("retina", title="Retina segmentation", tags=["medical"], description="Pictures of the eye.")
    for number in range(3):
        await add(
            f"ship-{number}", title=f"Ship {number}", tags=["harbour"], description="Vessels and cranes."
        )
    await service.learn(platform)
    async with platform.transaction() as session:
        for name, like in (("gull", "tern"), ("tumour", "retina")):
            found = await service.similar(session, ANONYMOUS, name)
            assert found.by == ("meaning" if extension else "words")
            assert found.items[0].name == like
            assert name not in {each.name for each in found.items}
        assert "audio" in (await service.similar(session, ANONYMOUS, "gull")).items[0].shared


async def test_a_changed_module_moves_and_older_rules_are_applied_anew(platform: Platform, add: Add) -> None:
    for number in range(6):
        await add(f"ship-{number}", title="Ship harbour", description="Vessels and cranes.")
    moved = await add("gull", title="Bird sounds", description="Recordings at the coast.", indexed=0)
    await add("tern", title="Bird calls", description="Recordings at the coast.")
    await service.learn(platform)
    async with platform.transaction() as session:
        assert (await service.similar(session, ANONYMOUS, "tern")).items[0].name == "gull"
        row = await session.get_one(ModuleRow, moved)
        row.title, row.description, row.updated_at = "Ship harbour", "Vessels and cranes.", datetime.now(UTC)
        row.indexed = 0
    await service.learn(platform)
    assert await names(platform, ANONYMOUS, "vessels cranes bird") == []
    async with platform.transaction() as session:
        assert "gull" not in {each.name for each in (await service.similar(session, ANONYMOUS, "tern")).items}


# Rows that are equal in what they are ordered by, so that only the last key tells them apart.
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["gull", "tern", "crow"]), st.sampled_from([None, 0, 50, 100]), st.integers(0, 2)
    ),
    min_size=1,
    max_size=9,
)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, limit=st.integers(1, 4))
async def test_pages_of_every_order_neither_repeat_nor_skip(
    platform: Platform, add: Add, rows: list[tuple[str, int | None, int]], limit: int
) -> None:
    async with platform.transaction() as session:
        await session.execute(text("delete from modules"))
    day = datetime(2026, 1, 1, tzinfo=UTC)
    for number, (title, score, days) in enumerate(rows):
        await add(f"m{number}", title=title, fair_score=score, updated_at=day + timedelta(days=days))
    for sort in Sort:
        seen = await _walk(platform, sort, limit)
        assert sorted(seen) == [f"m{number}" for number in range(len(rows))]
        assert seen == sorted(seen, key=_order(sort, rows)) if sort is not Sort.RELEVANCE else seen


def _order(sort: Sort, rows: list[tuple[str, int | None, int]]) -> Callable[[str], Any]:
    """The key by which an order goes; newer ones come first where it is equal."""

    def key(name: str) -> Any:
        number = int(name[1:])
        _, score, days = rows[number]
        by = {Sort.NAME: number, Sort.UPDATED: -days, Sort.FAIR: -1 if score is None else score}
        first = -by[sort] if sort is Sort.FAIR else by.get(sort, 0)
        return (first, -number)

    return key


async def _walk(platform: Platform, sort: Sort, limit: int) -> list[str]:
    seen, cursor, q = [], None, "gull or tern or crow" if sort is Sort.RELEVANCE else ""
    async with platform.transaction() as session:
        while True:
            page = await service.modules(session, ANONYMOUS, q=q, sort=sort, limit=limit, cursor=cursor)
            seen += [each.name for each in page.items]
            if (cursor := page.next) is None:
                return seen


async def test_a_search_is_kept_opened_renamed_and_forgotten(
    platform: Platform, add: Add, api: httpx.AsyncClient, api_for: Callable[..., Any], bob: Actor
) -> None:
    await add("gull", tasks=["Classification"], license="MIT")
    spec = {"name": "Birds", "query": "?q=gull&tasks=Classification&license=MIT&cursor=x&sort=name&evil=1"}
    made = (await api.post("/api/v1/searches", json=spec)).json()
    assert (made["new"], made["query"]) == (0, "q=gull&tasks=Classification&license=MIT&sort=name")
    await add("gull-2", title="Gull", tasks=["Classification"], license="MIT")
    await add("gull-3", title="Gull", tasks=["Classification"])
    listed = (await api.get("/api/v1/searches")).json()
    assert [(each["name"], each["new"]) for each in listed] == [("Birds", 1)]
    opened = await api.get(f"/searches/{made['id']}", headers=HTML)
    assert (opened.status_code, opened.headers["location"]) == (303, f"/catalog?{made['query']}")
    assert "gull-2" in (await api.get(opened.headers["location"], headers=HTML)).text
    assert (await api.get("/api/v1/searches")).json()[0]["new"] == 0
    for wrong, status in (
        ({"name": "Birds", "query": "q=x"}, 409),
        ({"name": "All", "query": "sort=name"}, 422),
    ):
        assert (await api.post("/api/v1/searches", json=wrong)).status_code == status
        assert (await api.post("/searches", data=wrong, headers=HTML)).status_code == 422
    other = await api_for(bob)
    assert (await other.get("/api/v1/searches")).json() == []
    for method in ("PATCH", "DELETE"):
        assert (await other.request(method, f"/api/v1/searches/{made['id']}", json={})).status_code == 404
    renamed = await api.post(f"/searches/{made['id']}/rename", data={"name": "Gulls"}, headers=HTML)
    assert renamed.status_code == 303
    assert ">Gulls</a>" in (await api.get("/searches", headers=HTML)).text
    assert (await api.post(f"/searches/{made['id']}/delete", headers=HTML)).status_code == 303
    assert (await api.get("/api/v1/searches")).json() == []


async def test_a_search_by_commands(platform: Platform, add: Add, command: Callable[..., Any]) -> None:
    for name in ("gull", "gulls"):
        await add(name, title="Gull sounds", tags=["audio"], license="MIT")
    await service.learn(platform)
    await command("search", "save", "Birds", "gull", "--facet", "license=MIT")
    assert "q=gull&license=MIT" in await command("search", "list")
    assert "gulls" in await command("search", "open", "Birds")
    await command("search", "rename", "Birds", "Gulls")
    await command("search", "delete", "Gulls")
    assert "no search" in await command("search", "list")
    assert "audio" in await command("module", "similar", "gull")
    assert "Showing results for: gull" in await command("module", "list", "gukl", "--facet", "license=MIT")
    assert "Facets are" in await command("module", "list", "--facet", "limit=1", code=1)


async def test_the_page_says_what_it_corrected_and_how_to_undo_a_filter(
    platform: Platform, add: Add, api: httpx.AsyncClient
) -> None:
    await add("gull", title="Seagull", license="MIT", fair_score=91, content={"doi": "10.5281/zenodo.1"})
    await add("tern", title="Tern", tags=[f"tag-{number}" for number in range(10)])
    await service.learn(platform)
    page = (await api.get("/catalog?q=seegull&license=MIT", headers=HTML)).text
    for words in ("Showing results for", "Search instead for", "exact=true", "FAIR 91 %", ">DOI<",
                  "Remove the filter Licence: MIT", "Save this search"):  # fmt: skip
        assert words in page
    assert "/catalog/gull" not in (await api.get("/catalog?q=seegull&exact=true", headers=HTML)).text
    assert "2 more" in (await api.get("/catalog", headers=HTML)).text
    assert "tag-9" in (await api.get("/catalog?more=tags", headers=HTML)).text
    empty = (await api.get("/catalog?q=nothing&license=MIT", headers=HTML)).text
    assert "Nothing fits these filters" in empty

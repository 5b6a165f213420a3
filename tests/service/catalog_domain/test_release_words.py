"""A release keeps the words of its commit: in its exports, and against the releases before it."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from fairhaven.catalog import service
from fairhaven.catalog.schemas import NewRelease, SourceSpec
from fairhaven.catalog.service.changes import compare_url
from fairhaven.core.errors import NotFound
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor

EXAMPLE = Path(__file__).parents[3] / "examples" / "modules" / "digits"


@pytest.fixture
async def two_releases(platform: Platform, ada: Actor, project_id: UUID, tmp_path: Path) -> str:
    """`digits` with releases 1.0.0 and 1.1.0; the second commit changed the title, tags and more."""
    folder = Path(shutil.copytree(EXAMPLE, tmp_path / "digits"))
    spec = SourceSpec(url=str(folder))
    first = await service.inspect(platform, spec)
    async with platform.transaction(ada) as session:
        made = await service.register(session, ada, project_id, spec, first)
        await _publish(session, made.id, "1.0.0", first)
    file = folder / "ai4-metadata.yml"
    text = file.read_text().replace("title: Handwritten digits", "title: Digits by hand\ndoi: 10.1234/later")
    file.write_text(text.replace("tags:\n", "tags:\n  - numerals\n"))
    module = await _looked_at(platform, ada)
    second = await service.inspect(platform, spec)
    async with platform.transaction(ada) as session:
        await _publish(session, made.id, "1.1.0", second)
    return str(module.name)


async def _publish(session: Any, module_id: UUID, version: str, inspected: service.Inspected) -> None:
    new = NewRelease(
        module_id=module_id,
        version=version,
        commit=inspected.revision.commit,
        digest=f"sha256-{version}",
        bundle="b",
        metadata=inspected.metadata.model_dump(mode="json"),
    )
    await service.publish(session, new)


async def _looked_at(platform: Platform, actor: Actor) -> Any:
    async with platform.transaction(actor) as session:
        followed = await service.prepare_check(session, actor, "digits")
    seen = await service.look(platform, followed)
    async with platform.transaction(actor) as session:
        return await service.apply_look(session, followed.id, seen, interval=60)


async def test_a_title_changed_after_a_release_leaves_the_releases_export_as_it_was(
    two_releases: str, api: httpx.AsyncClient
) -> None:
    async def told(path: str, format: str = "json") -> Any:
        answer = await api.get(path, params={"format": format})
        assert answer.status_code == 200, answer.text
        return answer.json() if "json" in answer.headers["content-type"] else answer.text

    identifier = f"/id/module/{two_releases}"
    before, after = "Handwritten digits", "Digits by hand"
    assert before in await told(f"{identifier}@1.0.0", "bibtex")
    assert after in await told(f"{identifier}@1.1.0", "bibtex")
    assert after in await told(identifier, "bibtex")
    crate = await told(f"{identifier}@1.0.0", "ro-crate")
    (root,) = [each for each in crate["@graph"] if each["@id"] == "./"]
    assert (root["name"], root.get("sameAs")) == (before, None)
    assert (await told(f"{identifier}@1.1.0", "datacite-json"))["doi"] == "10.1234/later"
    plain = await told(f"{identifier}@1.0.0")
    assert (plain["title"], plain["metadata"]["title"], "numerals" in plain["tags"]) == (
        before,
        before,
        False,
    )
    oai = await api.get("/oai?verb=ListRecords&metadataPrefix=oai_dc")
    assert (after in oai.text, before in oai.text) == (True, False)


async def test_changes_between_releases_are_told_field_by_field(
    two_releases: str, api: httpx.AsyncClient, platform: Platform, ada: Actor
) -> None:
    told = (await api.get(f"/api/v1/modules/{two_releases}/changes")).json()
    assert (told["before"], told["after"], told["compare_url"]) == ("1.0.0", "1.1.0", None)
    assert {each["field"]: (each["kind"], each["before"], each["after"]) for each in told["fields"]} == {
        "title": ("changed", "Handwritten digits", "Digits by hand"),
        "doi": ("added", None, "10.1234/later"),
        "tags": ("changed", [], ["numerals"]),
    }
    back = await api.get(f"/api/v1/modules/{two_releases}/changes", params={"from": "1.1.0", "to": "1.0.0"})
    assert {each["kind"] for each in back.json()["fields"]} == {"changed", "removed"}
    async with platform.transaction(ada) as session:
        with pytest.raises(NotFound, match="no two releases"):
            await service.changes(session, ada, two_releases, to="1.0.0")
        with pytest.raises(NotFound, match=r"`9\.9`"):
            await service.changes(session, ada, two_releases, "9.9")


COMPARED = (
    ("https://github.com/a/b.git", "https://github.com/a/b/compare/c1...c2"),
    ("https://gitlab.com/a/b/c", "https://gitlab.com/a/b/c/-/compare/c1...c2"),
    ("https://codeberg.org/a/b", "https://codeberg.org/a/b/compare/c1...c2"),
    ("https://bitbucket.org/a/b", "https://bitbucket.org/a/b/branches/compare/c2..c1"),
    ("https://unknown.example/a/b", None),
    ("/srv/a", None),
)


def test_code_is_compared_where_the_forge_can(told: Callable[..., Any] = compare_url) -> None:
    assert [told(source, "c1", "c2") for source, _ in COMPARED] == [wanted for _, wanted in COMPARED]
    assert told("https://github.com/a/b", "c1", "c1") is None

"""All metadata files that are published today, each in a git repository of its own: every one is a module."""

import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from importlib.metadata import distribution
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select

from fairhaven.builds.models import BuildRow
from fairhaven.catalog import forge_tasks, service, tasks
from fairhaven.catalog.exports import formats
from fairhaven.catalog.exports.item import NotExportable, Site
from fairhaven.catalog.pages.tabs import TABS
from fairhaven.catalog.schemas import Module, SourceSpec
from fairhaven.core.deliveries import deliver
from fairhaven.core.errors import NotFound
from fairhaven.core.platform import Platform
from fairhaven.core.policy import ANONYMOUS, Actor

METADATA = "ai4-metadata.yml"
HTML = {"Accept": "text/html"}
SHARED = Path(__file__).parents[4] / "shared" / "data" / "modules"
TABLE = Path(__file__).parents[2] / "unit" / "catalog" / "real_files.txt"
BROKEN = {"mods", "seeds-classification", "socib-rip-currents-detection"}
SITE = Site("Fairhaven", "https://fairhaven.example")


def git(folder: Path, *arguments: str) -> None:
    given = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *given, *arguments], cwd=folder, check=True, capture_output=True)


def committed(folder: Path, text: str) -> None:
    (folder / METADATA).write_text(text)
    git(folder, "add", "--all")
    git(folder, "commit", "-m", "a change")


def licence_of(package: str) -> Path:
    return next(Path(each.locate()) for each in distribution(package).files or () if each.name == "LICENSE")


@pytest.fixture
def repositories(tmp_path: Path) -> list[Path]:
    if not SHARED.is_dir():
        pytest.skip(f"the real metadata files are absent: {SHARED}")
    made = []
    for file in sorted(SHARED.glob("*.yml")):
        folder = tmp_path / file.stem
        folder.mkdir()
        git(folder, "init")
        committed(folder, file.read_text())
        made.append(folder)
    return made


@pytest.fixture
def register(platform: Platform, ada: Actor, project_id: UUID) -> Callable[..., Any]:
    async def register(folder: Path) -> Module:
        spec = SourceSpec(url=f"file://{folder}")
        inspected = await service.inspect(platform, spec, allow_invalid=True)
        async with platform.transaction(ada) as session:
            return await service.register(session, ada, project_id, spec, inspected)

    return register


async def test_all_published_modules_import_and_none_hides_another(
    platform: Platform,
    register: Callable[..., Any],
    repositories: list[Path],
    api: httpx.AsyncClient,
    api_for: Callable[..., Any],
    grace: Actor,
) -> None:
    modules = {folder.name: await register(folder) for folder in repositories}
    assert len(modules) == 23

    # Every problem of theirs is listed, with its line.
    told = [
        str(each).replace(METADATA, f"{name}.yml", 1)
        for name, module in modules.items()
        for each in module.problems
    ]
    assert told == TABLE.read_text().splitlines()
    assert {name for name, module in modules.items() if not module.valid} == BROKEN
    assert [modules[name].title for name in sorted(BROKEN)] == [
        "mods",
        "Seed species classifier",
        "SOCIB Rip Currents Detection",
    ]

    # Everybody sees the others: in lists, counts, search, OAI-PMH, DCAT and the map of the site.
    nobody = await api_for(None)
    for reader, count in ((nobody, 20), (await api_for(grace), 23), (api, 23)):
        listed = (await reader.get("/api/v1/modules", params={"limit": 100})).json()["items"]
        assert len(listed) == (await reader.get("/api/v1/module-facets")).json()["total"] == count
    assert not (await nobody.get("/api/v1/modules", params={"q": "seeds"})).json()["items"]
    harvested = await nobody.get("/oai", params={"verb": "ListRecords", "metadataPrefix": "oai_dc"})
    assert harvested.text.count("<record>") == 20
    catalog = (await nobody.get("/id/catalog", params={"format": "turtle", "limit": 100})).text
    assert len(set(catalog.split()) & {f"<http://127.0.0.1:8080/id/module/{name}>" for name in modules}) == 20
    assert (await nobody.get("/sitemap.xml")).text.count("<loc>") == 21
    for name in BROKEN:
        assert (await nobody.get(f"/api/v1/modules/{name}")).status_code == 404
        assert (await nobody.get(f"/id/module/{name}")).status_code == 404

    # Each export is well made, or says why there is none.
    await check_exports(platform, grace, list(modules))

    # What is broken is not built, and nobody can have it built.
    while await deliver(platform):
        pass
    async with platform.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(BuildRow)) == 20
    refused = await api.post("/api/v1/builds", json={"module": "mods"})
    assert (refused.status_code, "libraries" in refused.json()["detail"]) == (409, True)


async def test_every_face_of_every_module_can_be_looked_at_and_edited(
    register: Callable[..., Any], repositories: list[Path], api: httpx.AsyncClient
) -> None:
    for folder in repositories:
        module, address = await register(folder), f"/catalog/{folder.name}"
        for tab in TABS:
            answer = await api.get(address, params={"tab": tab}, headers=HTML)
            assert answer.status_code == 200, (address, tab)
        page = (await api.get(f"{address}/metadata/edit", headers=HTML)).text
        assert "nothing was changed yet" in page, address
        assert ('id="part-dates"' in page, 'class="findings"' in page) == (True, bool(module.problems))


async def check_exports(platform: Platform, actor: Actor, names: list[str]) -> None:
    async with platform.transaction() as session:
        found = {name: await service.exported(session, actor, SITE, name) for name in names}
    for name, each in found.items():
        assert (each.item is None, "never right" in each.why) == (name in BROKEN, name in BROKEN)
        for kind, profile, document in formats.offered() if each.item else ():
            try:
                text = document.make(each.told())
            except NotExportable as why:
                assert formats.reason(each.told(), kind) == str(why), (name, kind, profile)
            else:
                assert text.strip(), (name, kind, profile)
                if "xml" in document.media_type:
                    ElementTree.fromstring(text)


async def test_a_module_appears_to_all_once_it_is_mended_and_stays(
    platform: Platform, register: Callable[..., Any], repositories: list[Path], bob: Actor
) -> None:
    folder = next(each for each in repositories if each.name == "mods")
    made = await register(folder)

    async def seen() -> Module:
        async with platform.transaction() as session:
            return await service.module(session, ANONYMOUS, "mods")

    with pytest.raises(NotFound):
        await seen()
    broken = (folder / METADATA).read_text()
    more = "libraries: [Other]\ntasks: [Other]\ncategories: [AI4 tools]\ntags: [tools]\n"
    for text, valid in ((broken + more, True), (broken, False)):
        committed(folder, text)
        await tasks.look(platform, module_id=str(made.id))
        now = await seen()
        assert (now.valid, now.hidden, now.tags) == (valid, False, ["tools"])


async def test_the_history_and_the_licence_file_say_what_no_forge_does(
    platform: Platform, register: Callable[..., Any], repositories: list[Path], tmp_path: Path
) -> None:
    folder = next(each for each in repositories if each.name == "posenet-tf")
    shutil.copy(licence_of("pydantic"), folder / "LICENSE")
    git(folder, "add", "--all")
    git(folder, "commit", "-m", "licence")
    await register(folder)
    await forge_tasks.fill(platform)
    async with platform.transaction() as session:
        module = await service.module(session, ANONYMOUS, "posenet-tf")
    assert module.license == module.filled["license"].value == "MIT"
    assert module.filled["license"].source == "its licence file"
    assert module.filled["contributors"].value == ["Ada"]
    assert module.filled["pushed"].source == "its history"
    assert "created" not in module.filled, "the authors say it"


async def test_a_repository_without_metadata_is_its_name(
    platform: Platform, register: Callable[..., Any], tmp_path: Path, grace: Actor
) -> None:
    folder = tmp_path / "bare-model"
    folder.mkdir()
    (folder / "README.md").write_text("# A model\n")
    git(folder, "init")
    git(folder, "add", "--all")
    git(folder, "commit", "-m", "first")
    made = await register(folder)
    assert (made.name, made.title, made.valid, made.hidden) == ("bare-model", "bare-model", False, True)
    assert METADATA in made.problems[0].message

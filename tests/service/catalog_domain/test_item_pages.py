"""A module's page: what it tells to whom, its README, and what builds and workloads say on it."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from fairhaven.builds import service as builds
from fairhaven.catalog import service
from fairhaven.catalog.models import ModuleRow, ReleaseRow
from fairhaven.catalog.schemas import NewRelease, SourceSpec
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.workloads import service as workloads
from fairhaven.workloads.models import WorkloadRow
from fairhaven.workloads.schemas import Kind, WorkloadSpec

EVERYTHING = Path(__file__).parents[2] / "unit" / "catalog" / "exports" / "everything.yml"
HTML = {"Accept": "text/html"}
PAGE = "/catalog/plankton"
HOSTILE = """# Read me

<script>alert(1)</script><img src=x onerror=alert(1)> ![logo](logo.png) [guide](docs/guide.md)

<form action=https://x.io><button>go</button></form> [x](javascript:alert(1)) <style>*{display:none}</style>
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "plankton"
    made.mkdir()
    shutil.copyfile(EVERYTHING, made / "ai4-metadata.yml")
    return made


@pytest.fixture
async def module(platform: Platform, ada: Actor, project_id: UUID, folder: Path) -> UUID:
    return await _registered(platform, ada, project_id, folder)


@pytest.fixture
async def nobody(api_for: Callable[..., Any]) -> httpx.AsyncClient:
    client: httpx.AsyncClient = await api_for(None)
    return client


async def _registered(platform: Platform, actor: Actor, project_id: UUID, folder: Path) -> UUID:
    spec = SourceSpec(url=str(folder))
    inspected = await service.inspect(platform, spec)
    async with platform.transaction(actor) as session:
        return (await service.register(session, actor, project_id, spec, inspected)).id


async def _published(platform: Platform, module_id: UUID, version: str = "1.2.0") -> UUID:
    async with platform.transaction() as session:
        commit = (await service.module_by_id(session, module_id)).commit
        new = NewRelease(
            module_id=module_id, version=version, commit=commit, digest=f"d{version}", bundle="b"
        )
        return (await service.publish(session, new)).id


async def _page(client: httpx.AsyncClient, tab: str = "") -> str:
    answer = await client.get(f"{PAGE}{tab}", headers=HTML)
    assert answer.status_code == 200, answer.text
    return answer.text.partition("<main")[2]


async def test_a_page_tells_use_results_data_files_people_and_needs(
    module: UUID, nobody: httpx.AsyncClient
) -> None:
    page = await _page(nobody)
    for words in (
        "Counting plankton by kind.",
        "Anything but plankton.",
        "Held-out cruises",
        "Towed camera 2019",
        "models/weights v1.onnx",
        "https://orcid.org/0000-0002-1825-0097",
        "https://ror.org/02gfc7t72",
        "https://github.com/fairhaven-examples/plankton/issues",
        "3.7 GiB of memory",
        "this machine has none",
        "http://publications.europa.eu/resource/authority/licence/APACHE_2_0",
    ):
        assert words in page, words
    assert "Run it" not in page
    assert "Apache-2.0" in page


async def test_a_readme_is_shown_without_what_acts_and_told_by_rest_and_command(
    platform: Platform, ada: Actor, project_id: UUID, folder: Path, api: httpx.AsyncClient, command: Any
) -> None:
    (folder / "README.md").write_text(HOSTILE)
    await _registered(platform, ada, project_id, folder)
    for tab in ("", "?tab=readme"):
        shown = (await _page(api, tab)).partition('id="readme"')[2].partition("</section>")[0]
        assert "Read me" in shown
        assert not re.search(r"<(script|img|form|style)|onerror|=\s*.?javascript:", shown)
        assert ">logo<" not in shown.replace("logo ", "logo<")  # no dead link to a picture that is nowhere
    told = (await api.get("/api/v1/modules/plankton/readme")).json()
    assert (told["file"], told["text"], told["cut"]) == ("README.md", HOSTILE, False)
    assert "# Read me" in await command("module", "readme", "plankton")


async def test_a_readme_follows_its_commit_and_a_missing_one_is_said(
    platform: Platform, ada: Actor, module: UUID, folder: Path, api: httpx.AsyncClient
) -> None:
    answer = await api.get("/api/v1/modules/plankton/readme")
    assert answer.status_code == 404
    assert "No README" in await _page(api, "?tab=readme")
    (folder / "README.rst").write_text("Plain *text*\n============\n" + "word " * 60_000)
    await api.post(f"{PAGE}/check", headers=HTML)
    found = (await api.get("/api/v1/modules/plankton/readme")).json()
    assert (found["file"], found["cut"], len(found["text"])) == ("README.rst", True, 200_000)
    page = await _page(api)
    assert "Plain *text*" in page
    assert "Read on" in page
    assert len(page) < 100_000


async def test_relative_links_of_a_repository_lead_to_its_forge(
    platform: Platform, module: UUID, api: httpx.AsyncClient
) -> None:
    text = "[guide](docs/guide.md) ![logo](logo.png)\n"
    readme = {"file": "README.md", "commit": "a" * 40, "text": text, "cut": False}
    await _set(platform, module, source="https://github.com/o/plankton", readme=readme)
    page = await _page(api, "?tab=readme")
    at = f"https://github.com/o/plankton/blob/{'a' * 40}"
    assert f'href="{at}/docs/guide.md"' in page
    assert re.search(rf'<a class="picture" href="{at}/logo.png"[^>]*>logo</a>', page)
    assert f'href="{at}/README.md"' in page


async def test_a_picture_that_the_release_holds_is_shown_and_another_is_a_link(
    platform: Platform, module: UUID, api: httpx.AsyncClient
) -> None:
    release = await _published(platform, module)
    text = "![large](docs/large.png) ![logo](docs/logo.png) ![badge](https://ci.example.org/badge.svg)\n"
    readme = {"file": "README.md", "commit": "a" * 40, "text": text, "cut": False}
    await _set(platform, module, readme=readme)
    sizes = {"docs/large.png": 100_000, "docs/logo.png": 1}
    held = [
        {"path": path, "size": size, "sha256": "a" * 64, "type": "image/png"} for path, size in sizes.items()
    ]
    await _set(platform, release, ReleaseRow, holdings={"files": held})
    for tab in ("", "?tab=readme"):
        page = await _page(api, tab)
        found = re.findall(r'<img[^>]* src="([^"]*)"|<img src="([^"]*)"', page)
        assert [one or other for one, other in found] == ["/id/module/plankton@1.2.0/files/docs/logo.png"]
        assert re.search(r'class="picture" href="https://ci.example.org/badge.svg"[^>]*>badge</a>', page)


async def test_what_the_training_cost_is_a_badge_and_told(module: UUID, api: httpx.AsyncClient) -> None:
    page = await _page(api)
    assert re.search(rf'href="{PAGE}#impact-title"[^>]*>.*?12\.5 kWh to train', page, re.DOTALL)
    cost = page[page.index('id="impact-title"') :].partition("</section>")[0]
    for words in ("12.5 kWh", "3.1 kg CO₂e", "20 h", "1 GPU", "Spain", "codecarbon"):
        assert words in cost


async def test_errors_are_told_to_those_who_can_mend_them_only(
    module: UUID, folder: Path, api: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    file = folder / "ai4-metadata.yml"
    file.write_text(file.read_text().replace("license: Apache-2.0", "license: Apache 2", 1))
    await api.post(f"{PAGE}/check", headers=HTML)
    page = await _page(api)
    assert "ai4-metadata.yml:9" in page
    assert f'href="{PAGE}/metadata/edit"' in page
    for tab in ("", "?tab=metadata", "?tab=source"):
        strange = await _page(nobody, tab)
        assert "ai4-metadata.yml:9" not in strange
        assert "has one error" not in strange


async def test_builds_and_workloads_are_told_to_who_may_see_them(
    platform: Platform, ada: Actor, module: UUID, api: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    release = await _published(platform, module)
    async with platform.transaction(ada) as session:
        found = await service.module(session, ada, "plankton")
        await builds.queue(session, found, found.commit, owner_id=None)
        service_id, trial_id = [
            (await workloads.start(session, ada, WorkloadSpec(release=release, name=name, kind=kind))).id
            for name, kind in (("counting", Kind.SERVICE), ("a try", Kind.TRIAL))
        ]
        await _run(session, service_id, trial_id)
    page = await _page(api)
    assert "build waits" in page
    assert f"/workloads/{service_id}" in page
    assert f"/workloads/{trial_id}" in page
    assert f"/endpoints/{trial_id}/" in await _page(api, "?tab=run")
    for strange in (await _page(nobody), await _page(nobody, "?tab=run")):
        assert "build waits" not in strange
        assert str(service_id) not in strange
        assert str(trial_id) not in strange
    assert "/endpoints/WORKLOAD/" in await _page(nobody, "?tab=run")


async def test_releases_tell_their_names_formats_and_what_changed(
    platform: Platform, module: UUID, api: httpx.AsyncClient
) -> None:
    for version in ("1.2.0", "1.3.0"):
        await _published(platform, module, version)
    page = await _page(api, "?tab=releases")
    assert "/id/module/plankton@1.3.0?format=ro-crate" in page
    assert "What changed from 1.2.0 to 1.3.0" in page
    assert "What changed" not in await _page(api, "?tab=releases&to=1.2.0")
    assert "What changed" not in await _page(api, "?tab=releases&to=%00nothing")


async def test_nothing_is_offered_to_run_of_what_is_listed_only(
    platform: Platform, module: UUID, api: httpx.AsyncClient
) -> None:
    await _published(platform, module)
    assert "Run it" in await _page(api)
    await _set(platform, module, trust="listed")
    page = await _page(api)
    assert "Run it" not in page
    assert "/try/" not in page


async def _set(platform: Platform, which: UUID, table: Any = ModuleRow, **values: Any) -> None:
    async with platform.transaction() as session:
        row = await session.get(table, which)
        assert row is not None
        for name, value in values.items():
            setattr(row, name, value)


async def _run(session: Any, *ids: UUID) -> None:
    """Let workloads run, as far as anybody looks: an engine would take its time."""
    for each in ids:
        (await session.get(WorkloadRow, each)).state = "running"

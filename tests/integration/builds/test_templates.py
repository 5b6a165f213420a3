"""What templates make is built, tested and released as it stands; a child runs with its base beside it."""

import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from tests.integration.test_sources import _serve, _Smart

from fairhaven.builds import pipeline
from fairhaven.builds.schemas import StageName, State
from fairhaven.catalog import service as catalog
from fairhaven.catalog.starting import answers, archive, rendering, shelf
from fairhaven.core import bundles
from fairhaven.core.policy import SYSTEM
from fairhaven.core.processes import run, safe_environment

pytestmark = pytest.mark.slow

TODAY = date(2026, 11, 23)
ANSWERS = {
    "title": "Bird songs",
    "summary": "Names the bird that sings.",
    "repository": "https://github.com/ada/bird-songs",
    "author": "Ada Lovelace",
    "orcid": "0000-0002-1825-0097",
}
GIT = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.edu", "-c", "commit.gpgsign=false"]


@pytest.fixture
def settings_changes():
    """The base of the child is served on this machine."""
    return {"outbound_allow": ["127.0.0.1/32"]}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """Repositories below `tmp_path`, over HTTP by git's own server."""
    yield from _serve(type("Served", (_Smart,), {"root": tmp_path}))


@pytest.mark.parametrize(("template", "data_type"), [("minimal", "Text"), ("advanced", "Image")])
async def test_a_module_from_a_template_becomes_a_release(
    platform, queued, look, tmp_path, template, data_type
):
    found = next(each for each in shelf.templates() if each.name == template)
    given = answers.checked(found, {**ANSWERS, "name": "bird-songs", "data_type": data_type})
    archive.write(tmp_path / "birds", rendering.files(template, answers.context(found, given, today=TODAY)))
    build = await _built(platform, look, await queued(tmp_path / "birds"))
    assert {stage.state for stage in build.stages} == {State.SUCCEEDED}
    assert build.stage(StageName.TESTS).evidence["passed"] == {"minimal": 3, "advanced": 12}[template]
    assert build.stage(StageName.PROBE).evidence["description"]["name"] == "bird-songs"


async def test_a_child_answers_with_what_its_base_does(
    platform, project_id, queued, look, make_module, served, tmp_path
):
    base = make_module()
    _commit(base)
    await _built(platform, look, await queued(f"{served}/small"))
    _, files = await catalog.start_module(
        platform, SYSTEM, "child", {**ANSWERS, "name": "child-birds", "base": "small"}
    )
    archive.write(tmp_path / "child", files)
    build = await _built(platform, look, await queued(tmp_path / "child"))
    assert build.stage(StageName.TESTS).evidence["passed"] == 2
    assert build.stage(StageName.PROBE).evidence["models"][0]["name"] == "child-birds"
    bundle = await bundles.materialise(platform, build.stage(StageName.PUBLISH).evidence["digest"])
    said = await run(
        [str(bundle.python), "-c", "from child_birds import api; print(api.predict())"],
        cwd=bundle.root, env=safe_environment(), time_limit=60,
    )  # fmt: skip
    assert said.output_tail.strip() == "{'answer': 42}"


def _commit(folder: Path) -> None:
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "Begin"]):
        subprocess.run([*GIT, *words], cwd=folder, check=True)


async def _built(platform, look, build_id):
    await pipeline.run(platform, build_id)
    build = await look(build_id)
    assert build.state is State.SUCCEEDED, build.reason
    return build

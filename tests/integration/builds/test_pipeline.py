"""Whole builds of real modules: what passes becomes a release, what fails says what and why."""

import os
from urllib.parse import urlsplit

import psutil
import pytest
from sqlalchemy import select, update

from fairhaven.builds import pipeline, service
from fairhaven.builds.schemas import Build, StageName, State
from fairhaven.catalog import service as catalog
from fairhaven.catalog.models import ModuleRow, ReleaseRow
from fairhaven.core import bundles
from fairhaven.core.platform import Platform
from fairhaven.core.policy import SYSTEM
from fairhaven.core.processes import run, safe_environment

PASSING = """
    from small import api

    def test_it_answers():
        assert api.predict()["answer"] == 42
"""


async def test_a_sound_module_becomes_a_release(platform, queued, look, make_module):
    build_id = await queued(make_module(tests=PASSING))
    async with platform.transaction() as session:
        await session.execute(update(ModuleRow).values(content={}))  # it says something else meanwhile
    await pipeline.run(platform, build_id)
    build = await look(build_id)
    assert (build.state, build.reason) == (State.SUCCEEDED, None)
    assert {stage.state for stage in build.stages} == {State.SUCCEEDED}
    assert build.stage(StageName.TESTS).evidence["passed"] == 1
    assert build.stage(StageName.PROBE).evidence["models"][0]["name"] == "small"
    async with platform.transaction() as session:
        assert build.release_id is not None
        release = await catalog.release_by_id(session, build.release_id)
        said = await session.scalar(select(ReleaseRow.content).where(ReleaseRow.id == release.id))
    assert said["title"]  # the words of its commit, which the build handed over
    assert release.version == "1.2.3"
    assert release.description["name"] == "small"
    assert _remains(platform) == []


async def test_the_bundle_of_a_release_runs(platform, queued, look, make_module):
    build_id = await queued(make_module())
    await pipeline.run(platform, build_id)
    digest = (await look(build_id)).stage(StageName.PUBLISH).evidence["digest"]
    bundle = await bundles.materialise(platform, digest)
    said = await run(
        [str(bundle.python), "-c", "from small import api; print(api.predict())"],
        cwd=bundle.root, env=safe_environment(), time_limit=60,
    )  # fmt: skip
    assert said.output_tail.strip() == "{'answer': 42}"
    assert (bundle.source / "small" / "api.py").is_file()


async def test_a_module_without_tests_says_so_and_passes(platform, queued, look, make_module):
    build_id = await queued(make_module())
    await pipeline.run(platform, build_id)
    build = await look(build_id)
    tests = build.stage(StageName.TESTS)
    assert (build.state, tests.state, tests.reason) == (
        State.SUCCEEDED,
        State.SKIPPED,
        "The module has no tests.",
    )


async def test_a_failing_test_fails_the_build_and_is_named(platform, queued, look, make_module):
    wrong = "def test_the_answer():\n    assert 41 == 42\n"
    build = await _failed(platform, await queued(make_module(tests=wrong)), look, StageName.TESTS)
    assert "1 test failed" in build.reason and "test_the_answer" in build.reason
    evidence = build.stage(StageName.TESTS).evidence
    assert evidence["failed"] == 1 and "41 == 42" in evidence["failures"][0]["message"]


async def test_tests_see_no_network_and_no_file_of_the_platform(platform, queued, look, make_module):
    secret = platform.data / "secret"
    secret.write_text("do not read")
    curious = f"""
        import os, pathlib, socket, pytest

        def test_files():
            assert not pathlib.Path({str(secret)!r}).exists()

        def test_network():
            with pytest.raises(OSError):
                socket.create_connection(("127.0.0.1", {_port(platform)}), timeout=2)

        def test_environment_is_read_only():
            import small.api
            with pytest.raises(OSError):
                pathlib.Path(pytest.__file__).write_text("spoilt")
    """
    build_id = await queued(make_module(tests=curious))
    await pipeline.run(platform, build_id)
    build = await look(build_id)
    assert (build.state, build.reason) == (State.SUCCEEDED, None)


async def test_dependencies_that_do_not_fit_show_the_resolvers_words(platform, queued, look, make_module):
    module = make_module(dependencies=("packaging<20", "packaging>24"))
    build = await _failed(platform, await queued(module), look, StageName.ENVIRONMENT)
    assert "packaging" in build.reason and "unsatisfiable" in build.reason
    assert "packaging" in build.stage(StageName.ENVIRONMENT).evidence["message"]


async def test_a_python_that_is_not_there_is_named(platform, queued, look, make_module):
    build = await _failed(platform, await queued(make_module(python=">=3.99")), look, StageName.ENVIRONMENT)
    assert "3.99" in build.reason and "requires-python" in build.reason


async def test_a_module_without_set_up_is_told_what_to_add(platform, queued, look, make_module):
    folder = make_module()
    (folder / "pyproject.toml").unlink()
    build = await _failed(platform, await queued(folder), look, StageName.ENVIRONMENT)
    assert "pyproject.toml" in build.reason


async def test_a_crash_at_import_fails_the_probe(platform, queued, look, make_module):
    crashing = "raise RuntimeError('no such weights')\n"
    build = await _failed(platform, await queued(make_module(api=crashing)), look, StageName.PROBE)
    assert "no such weights" in build.reason


async def test_a_module_without_entry_point_fails_the_probe(platform, queued, look, make_module):
    folder = make_module()
    pyproject = folder / "pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace("deepaas.v2.model", "something.else"))
    build = await _failed(platform, await queued(folder), look, StageName.PROBE)
    assert "deepaas.v2.model" in build.reason


@pytest.mark.parametrize("settings_changes", [{"probe_timeout": 4.0}], indirect=True)
async def test_a_module_that_sleeps_for_ever_fails_the_probe(platform, queued, look, make_module):
    sleepy = "import time\ntime.sleep(100_000)\n"
    build = await _failed(platform, await queued(make_module(api=sleepy)), look, StageName.PROBE)
    assert "not ready after 4 s" in build.reason


@pytest.mark.parametrize("settings_changes", [{"build_timeout": 8.0}], indirect=True)
async def test_tests_that_never_end_fail_and_leave_no_process(platform, queued, look, make_module):
    endless = """
        import subprocess, sys

        def test_for_ever():
            endless = [sys.executable, "-c", "import time; time.sleep(99999.25)"]
            subprocess.run([*endless], start_new_session=True)
    """
    build = await _failed(platform, await queued(make_module(tests=endless)), look, StageName.TESTS)
    assert "longer than 8 s" in build.reason
    assert not [
        each
        for each in psutil.process_iter(["cmdline"])
        if "99999.25" in " ".join(each.info["cmdline"] or [])
    ]


async def test_links_that_a_module_lays_are_not_followed(platform, queued, look, make_module):
    sly = """
        import atexit, os, pathlib

        def _swap():
            report = pathlib.Path.cwd() / ".fairhaven-tests.xml"
            report.unlink(missing_ok=True)
            report.symlink_to("/etc/passwd")
            os._exit(0)

        atexit.register(_swap)

        def test_it():
            pass
    """
    build = await _failed(platform, await queued(make_module(tests=sly)), look, StageName.TESTS)
    assert "no readable report" in build.reason


async def test_the_log_of_each_stage_is_kept(platform, queued, look, make_module):
    build_id = await queued(make_module(tests=PASSING))
    await pipeline.run(platform, build_id)
    log = await service.stage_log(platform, SYSTEM, build_id, StageName.TESTS)
    assert "1 passed" in log.text and log.complete
    first = await service.stage_log(platform, SYSTEM, build_id, StageName.TESTS, limit=100)
    second = await service.stage_log(platform, SYSTEM, build_id, StageName.TESTS, offset=first.next)
    assert first.text + second.text == log.text


async def test_a_dependency_without_wheel_is_built_closed_in(platform, queued, look, make_module):
    build_id = await queued(make_module(dependencies=("docopt==0.6.2",)))
    await pipeline.run(platform, build_id)
    build = await look(build_id)
    assert (build.state, build.reason) == (State.SUCCEEDED, None)
    assert build.stage(StageName.ENVIRONMENT).evidence["builds"] is True
    bundle = await bundles.materialise(platform, build.stage(StageName.PUBLISH).evidence["digest"])
    assert list(bundle.python.parent.parent.rglob("docopt.py"))


@pytest.mark.parametrize("name", ["digits", "coins", "penguins"])
async def test_each_example_module_builds_quickly(name, platform, queued, look, examples):
    build_id = await queued(examples / name)
    await pipeline.run(platform, build_id)
    build = await look(build_id)
    assert (build.state, build.reason) == (State.SUCCEEDED, None)
    assert build.seconds is not None and build.seconds < 90


async def _failed(platform, build_id, look, stage: StageName) -> Build:
    """Run the build, and check that it failed in that stage, with a reason, leaving nothing behind."""
    await pipeline.run(platform, build_id)
    build = await look(build_id)
    assert build.state == State.FAILED, build.reason
    assert [each.name for each in build.stages if each.state == State.FAILED] == [stage]
    assert build.reason and build.release_id is None
    assert _remains(platform) == []
    return build


def _remains(platform: Platform) -> list[str]:
    home = platform.data / "builds"
    return [each.name for each in home.iterdir()] if home.exists() else []


def _port(platform: Platform) -> int:
    """A port of this machine that answers: the object store's."""
    return urlsplit(os.environ["FAIRHAVEN_TEST_OBJECTS"].removeprefix("s3+")).port or 80

"""Code of several people does not run side by side where nothing keeps it apart."""

from dataclasses import replace
from pathlib import Path

import pytest

from fairhaven.builds import pipeline
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.core.sandbox import Mechanism, Sandbox
from fairhaven.core.testing import make
from fairhaven.identity import service as identity
from fairhaven.workloads.drivers.local import LocalEngine

NO_WALLS = Sandbox(Mechanism.LIMITS, reason="bubblewrap is not installed")
WALLS = Sandbox(Mechanism.BUBBLEWRAP, Path("/usr/bin/bwrap"))


async def test_one_person_runs_what_they_like(platform: Platform) -> None:
    await identity.check_apart(platform, NO_WALLS)


async def test_several_do_not_without_walls(platform: Platform, grace: Actor) -> None:
    await identity.check_apart(platform, WALLS)
    with pytest.raises(identity.NoWalls, match=r"2 people can sign in.*bubblewrap is not installed"):
        await identity.check_apart(platform, NO_WALLS)


async def test_they_may_again_when_only_one_is_left(platform: Platform, ada: Actor, grace: Actor) -> None:
    async with platform.transaction(ada) as session:
        assert grace.id is not None
        await identity.disable(session, ada, grace.id)
    await identity.check_apart(platform, NO_WALLS)


async def test_an_operator_may_allow_it(platform: Platform, grace: Actor) -> None:
    settings = platform.settings.model_copy(update={"local_unprotected": True})
    await identity.check_apart(replace(platform, settings=settings), NO_WALLS)


async def test_the_local_engine_and_builds_ask(platform: Platform) -> None:
    await make.person(platform, "Grace")
    engine = LocalEngine.open("local:", platform)
    engine._sandbox = NO_WALLS
    with pytest.raises(identity.NoWalls):
        await engine._walls()
    assert "check_apart" in pipeline.environment.__code__.co_names

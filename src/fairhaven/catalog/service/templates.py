"""New modules from templates: which there are, and the files that answers make. Nothing is kept."""

import asyncio
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from fairhaven.catalog import policy
from fairhaven.catalog.schemas.modules import Module
from fairhaven.catalog.schemas.templates import Template
from fairhaven.catalog.service.reading import module as module_named
from fairhaven.catalog.starting import answers, rendering, shelf
from fairhaven.catalog.starting.answers import Base
from fairhaven.core import sources
from fairhaven.core.errors import Conflict, NotFound
from fairhaven.core.outbound import guard_of
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.core.sources import Revision, SourceProblem

Files = Mapping[str, bytes]

_PACKAGE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")


class NoBase(Conflict):
    """The module is there, and no other can be made from it."""

    title = "No module can be made from this one"


def templates(actor: Actor) -> Sequence[Template]:
    """Every template, the simplest first."""
    policy.can_list.check(actor)
    return shelf.templates()


def template(actor: Actor, name: str) -> Template:
    """One template with its form.

    Raises:
        NotFound: there is none of this name.
    """
    found = {each.name: each for each in templates(actor)}
    if name not in found:
        raise NotFound(f"There is no template `{name[:64]}`.", fix=f"Use one of {', '.join(found)}.")
    return found[name]


async def start_module(
    platform: Platform, actor: Actor, name: str, values: Mapping[str, Any]
) -> tuple[Mapping[str, Any], Files]:
    """The answers with their defaults, and the files of the repository. Talks to the network for a base's.

    Raises:
        NotFound: there is no such template or base.
        FormInvalid: an answer is missing or not allowed; `errors` names the fields.
        NoBase: the base has no release, or no address that others can reach.
    """
    wanted = template(actor, name)
    policy.can_start.check(actor, wanted)
    given = await asyncio.to_thread(answers.checked, wanted, values)
    base = await _base(platform, actor, str(given["base"])) if "base" in given else None
    context = answers.context(wanted, given, today=datetime.now(UTC).date(), base=base)
    return given, await asyncio.to_thread(rendering.files, name, context)


async def _base(platform: Platform, actor: Actor, name: str) -> Base:
    async with platform.transaction(actor) as session:
        module = await module_named(session, actor, name)
    release = module.latest_release
    if release is None:
        raise NoBase(f"`{name}` has no release yet.", fix="Choose another base, or wait for its first build.")
    if urlsplit(module.source).scheme not in ("https", "http"):
        raise NoBase(
            f"`{name}` is not at an address that others can reach.",
            fix="Choose a base whose repository is at an address such as https://….",
        )
    distribution = await _distribution(platform, module, release.commit)
    return Base(
        name=module.name,
        title=module.title,
        source=module.source,
        commit=release.commit,
        version=release.version,
        distribution=distribution,
        entry=str(release.description.get("name") or module.name),
        license=module.license,
        tasks=tuple(module.tasks),
        libraries=tuple(module.libraries),
        data_types=tuple(module.data_type),
    )


async def _distribution(platform: Platform, module: Module, commit: str) -> str:
    """The name of the base's Python package, as its `pyproject.toml` at the release's commit says."""
    settings = platform.settings
    try:
        content = await sources.read_file(
            module.source,
            Revision(commit=commit, branch=module.branch),
            "pyproject.toml",
            allow_folders=settings.local_folders,
            guard=guard_of(settings),
        )
        name = str(tomllib.loads(content.decode())["project"]["name"])
        if not _PACKAGE.fullmatch(name):  # it is written into a requirement
            raise KeyError("name")
        return name
    except (SourceProblem, tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError) as why:
        raise NoBase(
            f"The `pyproject.toml` of `{module.name}` does not tell the package's name: {why}.",
            fix="The base needs one that names its package below `[project]`.",
        ) from None

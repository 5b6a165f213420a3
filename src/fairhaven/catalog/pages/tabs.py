"""What each tab of a module's page shows: a function each, which gathers what `templates/_<tab>.html` draws.

Another tab is a line in `TABS`, a template, and a line of `module.html`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from fairhaven.catalog import beside, evidence, fitting, running, service, telling
from fairhaven.catalog.beside import Beside
from fairhaven.catalog.metadata import ModuleMetadata
from fairhaven.catalog.pages import fair
from fairhaven.catalog.places import Forge
from fairhaven.catalog.schemas import Module, Release, ReleaseChanges
from fairhaven.catalog.schemas.readmes import Readme
from fairhaven.catalog.service import Exported, feeds
from fairhaven.core.http import RequestContext
from fairhaven.ui.translations import gettext as _

SIMILAR = 4  # modules that the overview shows
LONG = 8_000  # characters: to draw them takes more than a millisecond
T = TypeVar("T")


@dataclass(frozen=True)
class Visit:
    """Somebody looks at a module."""

    call: RequestContext
    module: Module
    told: Exported

    @property
    def content(self) -> ModuleMetadata | None:
        return self.told.item.metadata if self.told.item else None

    @property
    def beside(self) -> Beside:
        return beside.of(self.call)

    @cached_property
    def forge(self) -> Forge:
        return Forge.of(self.module.source)

    @property
    def may_mend(self) -> bool:
        """Whether the reader is one who is told of errors."""
        return service.may(self.call.actor, self.module, "check")

    @property
    def may_deposit(self) -> bool:
        """Whether the reader is offered a DOI for a release."""
        if not self.call.platform.settings.depositories or self.module.latest_release is None:
            return False
        return service.may(self.call.actor, self.module, "draft_deposit")


async def overview(visit: Visit) -> Mapping[str, Any]:
    """What it is, for whom, how good, and what it takes."""
    module, content = visit.module, visit.content
    machines = await visit.beside.machines(visit.call)
    return {
        "description": await _drawn(telling.folded, module.description, *_around(visit, module.commit)),
        "readme": await _shown(visit, visit.told.readme),
        "content": content,
        "results": evidence.results(content) if content else (),
        "fits": fitting.fits(content.resources, machines) if content else (),
        "services": await visit.beside.services(visit.call, module),
        "trail": evidence.trail(visit.told.item, module, visit.forge) if visit.told.item else (),
        "similar": await service.similar(visit.call.session, visit.call.actor, module.name, SIMILAR),
        "links": _links(module),
        "issues": _issues(visit),
    }


async def readme(visit: Visit) -> Mapping[str, Any]:
    """The whole README."""
    found = visit.told.readme
    whole = await _drawn(telling.text, found.text, *_around(visit, found.commit)) if found else ""
    return {"readme": found, "whole": whole}


async def run(visit: Visit) -> Mapping[str, Any]:
    """Commands and programs that run it; with a service of the reader's in their places, if one runs."""
    release = visit.module.latest_release
    if release is None:
        return {"ways": (), "fields": ()}
    mine = next((each for each in await visit.beside.services(visit.call, visit.module) if each.mine), None)
    url = visit.call.platform.settings.public_url
    made = running.ways(visit.module, release, url=url, workload=mine.id if mine else "")
    return {"ways": made, "fields": running.arguments(release)}


async def releases(visit: Visit) -> Mapping[str, Any]:
    """All releases; with `to`, what changed up to that one."""
    found = await service.releases(visit.call.session, visit.call.actor, visit.module.name)
    item = visit.told.item
    return {
        "releases": found,
        "identifiers": {each.id: telling.identifier(visit.told, each) for each in found},
        "downloads": telling.RELEASE_FORMATS if item else (),
        "changes": await _changes(visit, found),
        "of_commit": {each.id: visit.forge.commit(each.commit) for each in found},
        "may_deposit": visit.may_deposit,
    }


async def source(visit: Visit) -> Mapping[str, Any]:
    """Where it comes from, and for those who may know, the hook."""
    if not visit.may_mend:
        return {"hook": None, "asked": None, "lists": ()}
    call, platform = visit.call, visit.call.platform
    public_url = platform.settings.public_url
    return {
        "hook": await service.hook(call.session, call.actor, platform.keys, visit.module.name, public_url),
        "asked": await service.forge_look(call.session, call.actor, visit.module.name),
        "lists": await feeds.feeds_of_module(call.session, call.actor, visit.module.id),
    }


async def cite(visit: Visit) -> Mapping[str, Any]:
    """Citations, and the formats that machines read."""
    return {"cite": telling.cite_tab(visit.told), "may_deposit": visit.may_deposit}


async def fairness(visit: Visit) -> Mapping[str, Any]:
    """What the FAIR robot found."""
    return await fair.tab(visit.call, visit.module)


async def metadata(visit: Visit) -> Mapping[str, Any]:
    """The metadata as it is."""
    return {}


TABS: Mapping[str, Callable[[Visit], Awaitable[Mapping[str, Any]]]] = {
    "": overview,
    "readme": readme,
    "run": run,
    "releases": releases,
    "metadata": metadata,
    "source": source,
    "cite": cite,
    "fair": fairness,
}


async def _changes(visit: Visit, found: Sequence[Release]) -> ReleaseChanges | None:
    """What came with the release that is asked for, or with the latest; the first has nothing before it."""
    known = [each.version for each in found[:-1]]
    to = visit.call.request.query_params.get("to") or (known[0] if known else "")
    if to not in known:
        return None
    return await service.changes(visit.call.session, visit.call.actor, visit.module.name, None, to)


async def _shown(visit: Visit, found: Readme | None) -> telling.Folded | None:
    """The README's beginning, unless the description says the same."""
    if found is None or found.text.strip() == visit.module.description.strip():
        return None
    if not found.markdown:
        return telling.plain(found.text)
    return await _drawn(telling.begun, found.text, *_around(visit, found.commit))


async def _drawn(draw: Callable[[str, str, telling.Pictures], T], text: str, *around: Any) -> T:
    """A text as HTML; a long one takes long, and must not keep others waiting."""
    return await asyncio.to_thread(draw, text, *around) if len(text) > LONG else draw(text, *around)


def _around(visit: Visit, commit: str) -> tuple[str, telling.Pictures]:
    """What relative addresses in texts of the repository are meant against, and pictures that we have."""
    return visit.forge.file(commit), telling.pictures(visit.told.item) if visit.told.item else ()


def _links(module: Module) -> list[tuple[str, str]]:
    """The addresses that the metadata names, with words for them."""
    labels = {
        "homepage": _("Home page"),
        "source_code": _("Source code"),
        "documentation": _("Documentation"),
        "dataset": _("Data set"),
        "weights": _("Weights"),
        "citation": _("Article"),
        "base_model": _("Base model"),
        "changelog": _("Change log"),
        "discussion": _("Discussion"),
        "archive": _("Archive"),
        "zenodo_doi": "Zenodo",
        "cicd_url": _("Its own builds"),
    }
    links = module.metadata.get("links") or {}
    return [(label, str(links[name])) for name, label in labels.items() if links.get(name)]


def _issues(visit: Visit) -> str:
    said = (visit.module.metadata.get("links") or {}).get("issues")
    return str(said or visit.forge.issues)

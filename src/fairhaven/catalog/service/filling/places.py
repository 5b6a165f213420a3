"""Where a repository lies: on which forge, of which kind, and where that forge's API is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.metadata import entry_points

import structlog
from pydantic import JsonValue
from sqlalchemy.dialects.postgresql import insert

from fairhaven.catalog.models import ForgeRow
from fairhaven.catalog.ports import Forge
from fairhaven.catalog.service.filling.asking import Answered, ask
from fairhaven.core import references, sources
from fairhaven.core.config import Settings
from fairhaven.core.db import now
from fairhaven.core.errors import Unconfigured
from fairhaven.core.forges import ForgeHost
from fairhaven.core.issuers import is_safe
from fairhaven.core.platform import Platform
from fairhaven.core.sources import Protocol, SourceProblem

log = structlog.get_logger(__name__)

PLAIN = "git"  # a machine that holds repositories, and of which nothing else is known
REMEMBERED = timedelta(days=7)  # what a machine said that it is


@dataclass(frozen=True)
class Place:
    """A repository `owner/name` on a machine whose pages are at `web`."""

    host: str
    web: str
    repository: str

    @property
    def known_as(self) -> str | None:
        """The kind that everybody knows this machine to be of."""
        return next((kind for kind, forge in forges().items() if self.host in forge.hosts), None)


@cache
def forges() -> Mapping[str, Forge]:
    """The drivers that are installed, by kind."""
    return {point.name: point.load()() for point in entry_points(group="fairhaven.forges")}


def place_of(source: str) -> Place | None:
    """Where a source lies; None when it is no repository on another machine."""
    try:
        address = sources.read(source)
    except SourceProblem:
        return None  # it was taken by rules of before
    if address.protocol not in (Protocol.HTTP, Protocol.HTTPS, Protocol.SSH):
        return None
    path = address.path.strip("/").removesuffix(".git")
    if "/" not in path:
        return None
    ssh = address.protocol is Protocol.SSH
    host = (address.host.partition(":")[0] if ssh else address.host).lower()
    return Place(host, f"{'https' if ssh else address.protocol}://{host}", path)


def setting_of(settings: Settings, place: Place) -> ForgeHost | None:
    return next((each for each in settings.forges if each.host == place.host), None)


async def kind_of(platform: Platform, place: Place) -> str:
    """Which kind of forge the machine is: as the settings say, as everybody knows, or as it says itself.

    Raises:
        OutboundProblem: it could not be asked.
    """
    setting = setting_of(platform.settings, place)
    if found := (setting.kind if setting else None) or place.known_as or await _remembered(platform, place):
        return found
    found = await _greeted(platform, place)
    values = {"kind": found, "learned_at": now()}
    made = insert(ForgeRow).values(host=place.host, refusals=0, **values)
    async with platform.transaction() as session:
        await session.execute(made.on_conflict_do_update(index_elements=[ForgeRow.host], set_=values))
    return found


async def _remembered(platform: Platform, place: Place) -> str | None:
    async with platform.transaction() as session:
        row = await session.get(ForgeRow, place.host)
    fresh = row is not None and row.learned_at is not None and row.learned_at > now() - REMEMBERED
    return row.kind if row and fresh else None


async def _greeted(platform: Platform, place: Place) -> str:
    for kind, forge in forges().items():
        if not forge.greeting:
            continue
        said = await ask(platform, f"{place.web}{forge.greeting}", forge.headers(None))
        if forge.greets(said.status, _plain(said)):
            return kind
    return PLAIN


def _plain(said: Answered) -> JsonValue:
    try:
        return said.json()
    except ValueError:
        return None


def api_of(forge: Forge, place: Place, setting: ForgeHost | None) -> str:
    return (setting.api if setting else None) or forge.api(place.web)


def token_of(setting: ForgeHost | None, api: str) -> str | None:
    """Our token for a forge, if there is one and nobody on the way could read it."""
    if setting is None or setting.token is None or not is_safe(api):
        return None
    try:
        return references.value_of(setting.token, what=f"token for {setting.host}")
    except Unconfigured as wrong:
        log.error("a forge is asked without its token", host=setting.host, problem=wrong.detail)
        return None

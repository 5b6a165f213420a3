"""Looking at one repository: at its forge, question by question, and at its history for what is left."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import structlog
from sqlalchemy.dialects.postgresql import insert

from fairhaven.catalog import licences
from fairhaven.catalog.models import ForgeRow
from fairhaven.catalog.ports import Forge
from fairhaven.catalog.service.filling import places
from fairhaven.catalog.service.filling.asking import Answered, ask, limited, pause
from fairhaven.catalog.service.filling.places import PLAIN, Place
from fairhaven.catalog.service.filling.told import Due, Filling
from fairhaven.core import sources
from fairhaven.core.db import now
from fairhaven.core.outbound import OutboundProblem, guard_of
from fairhaven.core.platform import Platform
from fairhaven.core.sources import Revision, SourceProblem

log = structlog.get_logger(__name__)

HISTORY, LICENCE_FILE = "its history", "its licence file"
SURVEYED = ("license", "created", "pushed", "contributors")  # what the repository itself can say
NOTHING = (404, 410, 451)


async def fill(platform: Platform, due: Due) -> Filling:
    """Ask the module's forge, and its repository. Talks to the network: never inside a transaction."""
    made = Filling(dict(due.answers), due.survey, due.surveyed)
    if place := places.place_of(due.source):
        await _ask_forge(platform, place, made)
    left = set(SURVEYED) - made.values.keys()
    # A forge that wants to be left alone may still say it later.
    if left and made.again is None and made.surveyed != due.commit:
        await _survey(platform, due, made)
    return made


async def _ask_forge(platform: Platform, place: Place, made: Filling) -> None:
    made.again = await _paused(platform, place)
    if made.again:
        return
    try:
        kind = await places.kind_of(platform, place)
        forge = places.forges().get(kind)
        if forge is None:
            made.answers = {}
            if kind != PLAIN:
                made.problem = (
                    f"The settings say that {place.host} is `{kind}`, which is no kind that is known."
                )
            return
        await _Asking(platform, place, forge, made).all()
    except OutboundProblem as problem:
        made.problem = f"{place.host}: {problem.detail}"


@dataclass
class _Asking:
    """All questions of one forge about one repository."""

    platform: Platform
    place: Place
    forge: Forge
    made: Filling

    @property
    def source(self) -> str:
        """Who says it: GitHub and GitLab by their names, others by their hosts."""
        sole = self.place.host in ("github.com", "gitlab.com")
        return self.forge.label if sole else self.place.host

    async def all(self) -> None:
        questions, made = self.forge.questions(self.place.repository), self.made
        made.answers = {name: made.answers[name] for name in questions if name in made.answers}
        for name, question in questions.items():
            if question.unless and made.knows(question.unless):
                made.answers.pop(name, None)
                continue
            said = await self._ask(name, question.path)
            made.again = await _note_limits(self.platform, self.place, said)
            if limited(said) or not self._take(name, question.path, said) or made.again:
                return

    async def _ask(self, name: str, path: str) -> Answered:
        setting = places.setting_of(self.platform.settings, self.place)
        api = places.api_of(self.forge, self.place, setting)
        before = self.made.answers.get(name)
        etag = before["etag"] if before and before["path"] == path else None
        headers = self.forge.headers(places.token_of(setting, api))
        return await ask(self.platform, f"{api}{path}", headers, etag)

    def _take(self, name: str, path: str, said: Answered) -> bool:
        """Note an answer; return whether to go on asking."""
        known = self.made.answers.get(name)
        if said.status == httpx.codes.NOT_MODIFIED and known:
            self._note(name, path, known["etag"], known["said"])
        elif said.status in NOTHING and name != next(iter(self.forge.questions(self.place.repository))):
            self._note(name, path, None, {})
        else:
            return self._read(name, path, said)
        return True

    def _read(self, name: str, path: str, said: Answered) -> bool:
        if said.status in NOTHING:
            self.made.problem = f"{self.source} has no such repository for everybody to see."
        elif said.status != httpx.codes.OK:
            self.made.problem = f"{self.source} answered with status {said.status}."
        else:
            try:
                self._note(name, path, said.etag, self.forge.read(name, said.json()))
            except ValueError as error:
                self.made.problem = f"{self.source} answered what is not understood: {str(error)[:100]}."
        return self.made.problem is None

    def _note(self, name: str, path: str, etag: str | None, told: Mapping[str, Any]) -> None:
        moment = now().isoformat()
        said = {"path": path, "etag": etag, "said": dict(told), "source": self.source, "at": moment}
        self.made.answers[name] = said


async def _paused(platform: Platform, place: Place) -> datetime | None:
    async with platform.transaction() as session:
        row = await session.get(ForgeRow, place.host)
    until = row.paused_until if row else None
    return until if until and until > now() else None


async def _note_limits(platform: Platform, place: Place, said: Answered) -> datetime | None:
    """Remember for all modules of this machine until when it is left alone."""
    async with platform.transaction() as session:
        row = await session.get(ForgeRow, place.host)
        until = pause(said, now(), row.refusals if row else 0)
        refusals = (row.refusals if row else 0) + 1 if limited(said) else 0
        if until or (row and (row.refusals or row.paused_until)):
            values = {"paused_until": until, "refusals": refusals}
            made = insert(ForgeRow).values(host=place.host, **values)
            await session.execute(made.on_conflict_do_update(index_elements=[ForgeRow.host], set_=values))
    if until:
        log.info("a forge is left alone for a while", host=place.host, until=until.isoformat())
    return until


async def _survey(platform: Platform, due: Due, made: Filling) -> None:
    settings = platform.settings
    try:
        found = await sources.survey(
            due.source,
            Revision(due.commit, due.branch),
            first_of=licences.FILES,
            allow_folders=settings.local_folders,
            guard=guard_of(settings),
        )
    except SourceProblem as problem:
        made.problem = made.problem or f"{problem.title}: {problem.detail}"
        return
    texts = [content.decode("utf-8", "replace") for content in found.files.values()]
    licence = await asyncio.to_thread(licences.identify, texts[0]) if texts else None
    history = {
        "created": found.created.isoformat() if found.created else None,
        "pushed": found.changed.isoformat() if found.changed else None,
        "contributors": list(found.people),
    }
    said = [(HISTORY, {name: value for name, value in history.items() if value})]
    said += [(LICENCE_FILE, {"license": licence})] if licence else []
    made.survey, made.surveyed = {"at": now().isoformat(), "said": said}, due.commit

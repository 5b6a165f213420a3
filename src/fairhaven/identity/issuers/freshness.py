"""Keeping what issuers said fresh: asked again when a session of theirs is used, at most once a minute or so.

`next_at` of a row is when its issuer is asked next. Who moves it on, in one statement, asks; meanwhile all
others go on with what was said before. So each session has one question under way, whatever the number of
its requests and of our processes, and a refresh token that works once is used once.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import delete, select, update

from fairhaven.core.db import now
from fairhaven.core.errors import Unconfigured
from fairhaven.core.facts import emit
from fairhaven.core.issuers import Issuer
from fairhaven.core.platform import Platform
from fairhaven.core.sealing import KeyRing
from fairhaven.facts.identity import PersonSignedOut
from fairhaven.identity.issuers.applying import apply
from fairhaven.identity.issuers.flow import told_of
from fairhaven.identity.issuers.jwts import Claims
from fairhaven.identity.issuers.memberships import Projects
from fairhaven.identity.issuers.problems import IssuerSilent, JwtRefused, NoLonger
from fairhaven.identity.issuers.provider import Provider, Tokens
from fairhaven.identity.issuers.sealed import opened, sealed
from fairhaven.identity.models import IdentityRow, IssuerSessionRow, SessionRow
from fairhaven.identity.service import forget

log = structlog.get_logger(__name__)

# What was said is believed for an issuer's `believed_seconds`, and for so long while somebody asks again.
ASKING = timedelta(seconds=13)
TIME_LIMIT = 10.0  # seconds of one round of questions, with PATIENCE below ASKING
RETRY = timedelta(seconds=15)
# While an issuer does not answer, what it said last counts; then its sessions end.
SILENT = timedelta(hours=1)
AT_ONCE, PATIENCE = 8, 1.0  # questions to one issuer at the same time; seconds to wait for one's turn


def next_question(issuer: Issuer) -> datetime:
    """When an issuer that answered now is to be asked again."""
    return now() + timedelta(seconds=issuer.believed_seconds)


@dataclass(frozen=True)
class _Due:
    row: IssuerSessionRow
    identity: IdentityRow


class Freshness:
    """Looks again at what issuers say, for the sessions that are used in this process."""

    def __init__(
        self, platform: Platform, projects: Projects, ring: KeyRing, providers: dict[str, Provider]
    ) -> None:
        self._platform, self._projects, self._ring = platform, projects, ring
        self._providers = providers  # by the issuer's URL
        self._looks: dict[str, asyncio.Task[None]] = {}
        self._turns = {url: asyncio.Semaphore(AT_ONCE) for url in providers}

    async def look(self, digest: str) -> None:
        """Ask the issuers of a session again, if it is time; all that want to know wait for one answer."""
        running = self._looks.get(digest)
        if running is None:
            running = self._looks[digest] = asyncio.create_task(self._look(digest))
            running.add_done_callback(lambda _: self._looks.pop(digest, None))
        # Shielded: a reader who goes away must not lose a refresh token that was used up.
        await asyncio.shield(running)

    async def _look(self, digest: str) -> None:
        for due in await self._claimed(digest):
            provider = self._providers.get(due.identity.issuer)
            if provider is None:
                await self._end(due, None)
                continue
            await self._ask(due, provider)

    async def _claimed(self, digest: str) -> Sequence[_Due]:
        moment = now()
        mine = select(SessionRow.id).where(SessionRow.digest == digest, SessionRow.expires_at > moment)
        claim = (
            update(IssuerSessionRow)
            .where(IssuerSessionRow.session_id.in_(mine), IssuerSessionRow.next_at <= moment)
            .values(next_at=moment + ASKING)
            .returning(IssuerSessionRow)
            .execution_options(synchronize_session=False)
        )
        async with self._platform.transaction() as session:
            rows = (await session.scalars(claim)).all()
            return [_Due(row, await session.get_one(IdentityRow, row.identity_id)) for row in rows]

    async def _ask(self, due: _Due, provider: Provider) -> None:
        tokens = await opened(self._ring, due.row)
        if tokens is None:
            await self._end(due, provider.issuer)
            return
        try:
            fresh = await self._refreshed(provider, tokens)
        except NoLonger:
            await self._end(due, provider.issuer)
            return
        except (IssuerSilent, Unconfigured) as silent:
            await self._silent(due, provider.issuer, silent.detail)
            return
        await self._tell(due, provider, fresh)

    async def _tell(self, due: _Due, provider: Provider, tokens: Tokens) -> None:
        """Ask what is said of the person; tokens are kept without an answer too: the old ones are used up."""
        sources: list[Claims] | None = None
        try:
            async with asyncio.timeout(TIME_LIMIT / 2):
                sources = await told_of(provider, tokens, due.identity.subject)
        except (NoLonger, JwtRefused):
            sources = []
        except (IssuerSilent, TimeoutError):
            log.warning("an issuer does not say what it knows of a person", issuer=provider.issuer.name)
        if sources == []:
            await self._end(due, provider.issuer)
        else:
            await self._keep(due, provider.issuer, tokens, sources)

    async def _refreshed(self, provider: Provider, tokens: Tokens) -> Tokens:
        """New tokens, where there is a way to get some; else those that we have, as long as they last."""
        turns = self._turns[provider.issuer.url]
        try:
            async with asyncio.timeout(PATIENCE):
                await turns.acquire()
        except TimeoutError:
            raise IssuerSilent("Too many wait for it.") from None
        try:
            async with asyncio.timeout(TIME_LIMIT / 2):
                if tokens.refresh is not None:
                    return await provider.refresh(tokens)
        except TimeoutError:
            raise IssuerSilent("It takes too long.") from None
        finally:
            turns.release()
        if tokens.expires_at <= time.time():
            raise NoLonger
        return tokens

    async def _keep(self, due: _Due, issuer: Issuer, tokens: Tokens, sources: list[Claims] | None) -> None:
        """Keep the tokens, and make memberships from what was said; None: nothing was."""
        envelope = await sealed(self._ring, due.row.session_id, tokens)
        async with self._platform.transaction() as session:
            row = await session.get(IssuerSessionRow, _key(due.row), with_for_update=True)
            if row is None:
                return
            row.key_id, row.sealed_key, row.sealed = envelope.key_id, envelope.sealed_key, envelope.sealed
            if sources is None:
                row.next_at = now() + RETRY
                return
            row.checked_at, row.next_at = now(), next_question(issuer)
            identity = await session.get_one(IdentityRow, row.identity_id)
            await apply(session, self._projects, issuer, identity, sources)

    async def _silent(self, due: _Due, issuer: Issuer, why: str) -> None:
        log.warning("an issuer does not answer", issuer=issuer.name, problem=why)
        if now() - due.row.checked_at > SILENT:
            await self._end(due, None)
            return
        async with self._platform.transaction() as session:
            row = await session.get(IssuerSessionRow, _key(due.row))
            if row is not None:
                row.next_at = now() + RETRY

    async def _end(self, due: _Due, issuer: Issuer | None) -> None:
        """The sign-in is over, and the session that began with it.

        Nobody can tell a person who is gone from one who was away for long: what the issuer gave lapses
        later, unless the settings say that it ends at once.
        """
        async with self._platform.transaction() as session:
            row = await session.get(IssuerSessionRow, _key(due.row), with_for_update=True)
            if row is None:
                return
            if row.began:
                await session.execute(delete(SessionRow).where(SessionRow.id == row.session_id))
                await emit(session, PersonSignedOut(person=due.identity.person_id))
            else:
                await session.delete(row)
            await forget(session, due.identity.person_id)
            if issuer is not None and not issuer.remembers_hours:
                identity = await session.get_one(IdentityRow, due.identity.id)
                await apply(session, self._projects, issuer, identity, [])


def _key(row: IssuerSessionRow) -> tuple[UUID, UUID]:
    return row.session_id, row.identity_id

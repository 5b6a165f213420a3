"""The desk of sign-in: the issuers of the settings, and all that identity does with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core import credentials, throttle
from fairhaven.core.db import now
from fairhaven.core.errors import NotFound, Unconfigured
from fairhaven.core.issuers import Issuer
from fairhaven.core.platform import Platform
from fairhaven.core.policy import ANONYMOUS, Actor
from fairhaven.core.sealing import KeyRing, key_source
from fairhaven.identity import policy, service
from fairhaven.identity.issuers import bearers, flow, freshness
from fairhaven.identity.issuers.applying import apply
from fairhaven.identity.issuers.claims import outcome, without_unknown
from fairhaven.identity.issuers.flow import Begun, Proven
from fairhaven.identity.issuers.freshness import Freshness
from fairhaven.identity.issuers.jwts import looks_like_jwt
from fairhaven.identity.issuers.memberships import Projects
from fairhaven.identity.issuers.problems import IssuerSilent
from fairhaven.identity.issuers.provider import Provider
from fairhaven.identity.issuers.sealed import opened, sealed
from fairhaven.identity.models import IdentityRow, IssuerSessionRow, SessionRow
from fairhaven.identity.schemas import ClaimsOutcome, ClaimsTrial, IssuerInfo
from fairhaven.identity.service import Recognised

log = structlog.get_logger(__name__)

LAPSED = 500  # people in one transaction
LATEST = 3600.0  # seconds: for so long a silent issuer's sessions go on, and what it gave with them


@dataclass(frozen=True)
class Finished:
    """A flow that is over: the new session's credential (none: an account was linked), and where to go."""

    credential: str | None
    return_to: str


class Issuers:
    """Those whom the settings name."""

    def __init__(self, platform: Platform, projects: Projects) -> None:
        settings = platform.settings
        self._platform, self._projects = platform, projects
        self._named = {each.name: Provider(each, settings) for each in settings.issuers}
        self._by_url = {each.issuer.url: each for each in self._named.values()}
        self._ring = KeyRing(platform.database, key_source(settings.secrets_key, settings.data))
        self._freshness = Freshness(platform, projects, self._ring, self._by_url)

    def __bool__(self) -> bool:
        return bool(self._named)

    @property
    def by_url(self) -> Mapping[str, Issuer]:
        return {url: each.issuer for url, each in self._by_url.items()}

    def listed(self) -> Sequence[IssuerInfo]:
        return [IssuerInfo(name=name, label=each.issuer.shown) for name, each in self._named.items()]

    async def begin(self, name: str, *, at: str, return_to: str, linking: Actor | None = None) -> Begun:
        """Begin to sign in, or to link an account, at an issuer. It counts as a try to sign in.

        `at` is the address where the browser is, and comes back to: cookies are of one host.

        Raises:
            NotFound, TooManyTries, IssuerSilent
        """
        provider = self._provider(name)
        await throttle.sign_in(self._platform)
        await provider.metadata()  # not while a transaction waits
        async with self._platform.transaction(linking or ANONYMOUS) as session:
            return await flow.begin(
                session,
                provider,
                redirect_uri=_redirect_uri(at, name),
                return_to=return_to,
                linking=linking,
            )

    async def finish(
        self,
        actor: Actor,
        name: str,
        answer: Mapping[str, str],
        cookies: Mapping[str, str],
        *,
        at: str,
        agent: str = "",
        address: str = "",
    ) -> Finished:
        """Sign in whom the issuer's answer proves, or link the account that it proves to be theirs.

        Raises:
            SignInFailed, IssuerSilent, LinkedElsewhere, SignInNeeded
        """
        provider, state = self._provider(name), answer.get("state", "")
        secret = cookies.get(flow.cookie_of(state), "")
        async with self._platform.transaction(actor) as session:
            row = await flow.take(session, state)
        begun = flow.checked(row, provider.issuer, secret, actor)
        names_itself = (await provider.metadata()).names_itself
        code = flow.code_of(provider, answer, names_itself=names_itself)
        proven = await flow.prove(provider, code, secret, redirect_uri=_redirect_uri(at, name))
        async with self._platform.transaction(actor) as session:
            identity = await service.arrive(session, proven.arrival, linking=begun.linking)
            await apply(session, self._projects, provider.issuer, identity, proven.sources)
            await throttle.forgive(session, self._platform)
            if begun.linking is not None:
                await self._keep(session, actor.credential, identity, proven, began=False)
                return Finished(None, begun.return_to)
            credential = await service.begin_session(
                session,
                identity.person_id,
                agent=agent,
                life=timedelta(hours=self._platform.settings.session_hours),
                address=address,
                by=provider.issuer.source,
            )
            await self._keep(session, credentials.digest(credential), identity, proven, began=True)
            return Finished(credential, begun.return_to)

    async def keep_fresh(self, digest: str) -> None:
        """Ask the issuers of a session again, if it is time."""
        if self._named:
            await self._freshness.look(digest)

    def may_take(self, bearer: str) -> bool:
        """Whether it looks like a token of an issuer: ours have no dots."""
        return bool(self._named) and looks_like_jwt(bearer)

    async def of_jwt(self, bearer: str) -> Recognised:
        """Whose token of an issuer it is.

        Raises:
            JwtRefused, IssuerSilent, SignInNeeded
        """
        return await bearers.recognised(self._platform, self._projects, self._by_url, bearer)

    async def farewell(self, digest: str, *, at: str) -> str:
        """Where a browser signs out of the issuer too, for a session that began there; nothing: nowhere.

        It comes back to `at`.
        """
        began = (
            select(IssuerSessionRow, IdentityRow.issuer)
            .join(IdentityRow, IdentityRow.id == IssuerSessionRow.identity_id)
            .join(SessionRow, SessionRow.id == IssuerSessionRow.session_id)
            .where(SessionRow.digest == digest, IssuerSessionRow.began)
        )
        async with self._platform.transaction() as session:
            found = (await session.execute(began)).one_or_none()
        provider = self._by_url.get(found.issuer) if found else None
        if found is None or provider is None:
            return ""
        tokens = await opened(self._ring, found.IssuerSessionRow)
        back = f"{at}/sign-in"
        try:
            return await provider.end_session_url(tokens.id_token if tokens else None, back)
        except (IssuerSilent, Unconfigured) as silent:
            log.warning("an issuer could not be told of a sign-out", issuer=provider.issuer.name, why=silent)
            return ""

    async def unlink(self, session: AsyncSession, actor: Actor, identity_id: UUID) -> None:
        """Unlink an account of the actor's, and take away what it gave.

        Raises:
            NotFound, LastWayIn
        """
        passwords = self._platform.settings.local_accounts
        url = await service.unlink(session, actor, identity_id, self.by_url, passwords=passwords)
        if (issuer := self.by_url.get(url)) is not None and actor.id is not None:
            await self._projects.grant(session, actor.id, issuer.source, {})

    async def lapse(self) -> None:
        """Take away what issuers gave to people whom they have not confirmed for too long.

        Tokens and workloads would else go on with it for ever.
        """
        for issuer in self.by_url.values():
            before = now() - timedelta(hours=issuer.remembers_hours, seconds=LATEST)
            old = select(IdentityRow).where(
                IdentityRow.issuer == issuer.url, IdentityRow.confirmed_at < before
            )
            async with self._platform.transaction() as session:
                for row in (await session.scalars(old.limit(LAPSED))).all():
                    await self._projects.grant(session, row.person_id, issuer.source, {})
                    row.confirmed_at = None

    async def try_claims(
        self, session: AsyncSession, actor: Actor, name: str, trial: ClaimsTrial
    ) -> ClaimsOutcome:
        """Which memberships claims would give, and why others none. Nothing is kept."""
        policy.can_try_claims.check(actor)
        issuer = self._provider(name).issuer
        found = outcome(issuer, [trial.claims], await self._projects.levels(session))
        named = {each.project for each in found.verdicts if each.project is not None}
        return without_unknown(found, await self._projects.existing(session, named))

    async def _keep(
        self, session: AsyncSession, digest: str, identity: IdentityRow, proven: Proven, *, began: bool
    ) -> None:
        session_id = await session.scalar(select(SessionRow.id).where(SessionRow.digest == digest))
        if session_id is None:  # linked with a token, say
            return
        envelope = await sealed(self._ring, session_id, proven.tokens)
        kept = IssuerSessionRow(
            session_id=session_id,
            identity_id=identity.id,
            began=began,
            key_id=envelope.key_id,
            sealed_key=envelope.sealed_key,
            sealed=envelope.sealed,
            checked_at=now(),
            next_at=freshness.next_question(self._by_url[identity.issuer].issuer),
        )
        await session.merge(kept)

    def _provider(self, name: str) -> Provider:
        found = self._named.get(name)
        if found is None:
            raise NotFound("Nobody signs in that way here.")
        return found


def _redirect_uri(at: str, name: str) -> str:
    return f"{at}/sign-in/with/{name}/back"


def issuers_of(platform: Platform) -> Issuers:
    found = platform.drivers["sign_in"]["issuers"]
    assert isinstance(found, Issuers)
    return found

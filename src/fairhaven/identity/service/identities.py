"""People as issuers know them: recognised, joined, linked, unlinked. Nothing here talks to an issuer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core.errors import Conflict, NotFound, SignInNeeded
from fairhaven.core.facts import emit
from fairhaven.core.issuers import Issuer
from fairhaven.core.policy import Actor
from fairhaven.facts.identity import IdentityLinked, IdentityUnlinked
from fairhaven.identity import policy
from fairhaven.identity.models import IdentityRow, IssuerSessionRow, LocalAccountRow, PersonRow, SessionRow
from fairhaven.identity.schemas import Identity, Kind, Person
from fairhaven.identity.service.people import add_person
from fairhaven.identity.service.recognising import forget


class LinkedElsewhere(Conflict):
    title = "That account is linked already"


class LastWayIn(Conflict):
    title = "This is your last way in"
    fix = "Link another account, or ask an administrator for a password, first."


@dataclass(frozen=True)
class Arrival:
    """Who an issuer says that somebody is; `email` only if the issuer has verified it."""

    issuer: Issuer
    subject: str
    name: str
    email: str | None


async def arrive(session: AsyncSession, arrival: Arrival, *, linking: UUID | None = None) -> IdentityRow:
    """The identity of who arrives: known, linked to `linking`, linked by e-mail, or of a new person.

    Raises:
        LinkedElsewhere: it is somebody else's, or `linking` has another of this issuer.
    """
    await _alone(session, f"{arrival.issuer.url} {arrival.subject}")
    row = await _known(session, arrival)
    if row is None:
        row = await _linked(session, arrival, linking)
    elif linking not in (None, row.person_id):
        raise LinkedElsewhere(f"Your account at {arrival.issuer.shown} is somebody else's here.")
    if arrival.name != arrival.subject:  # a token need not bear names
        row.name, row.email = arrival.name, arrival.email
    return row


async def person_of(session: AsyncSession, row: IdentityRow) -> Person:
    """Whose identity it is.

    Raises:
        SignInNeeded: the person is let in no more.
    """
    person = await session.get_one(PersonRow, row.person_id)
    if person.disabled_at is not None:
        raise SignInNeeded("This account has been closed.", fix="Ask an administrator.")
    return Person.model_validate(person)


async def identities(
    session: AsyncSession, actor: Actor, issuers: Mapping[str, Issuer]
) -> Sequence[Identity]:
    """The actor's linked accounts; `issuers` are those of the settings, by their URL."""
    policy.can_see_identities.check(actor)
    rows = await session.scalars(
        select(IdentityRow).where(IdentityRow.person_id == actor.id).order_by(IdentityRow.id)
    )
    return [_told(row, issuers.get(row.issuer)) for row in rows]


async def unlink(
    session: AsyncSession, actor: Actor, identity_id: UUID, issuers: Mapping[str, Issuer], *, passwords: bool
) -> str:
    """Unlink an account of the actor's, and sign out where it was used; returns its issuer's URL.

    Raises:
        NotFound: the actor has none with this id.
        LastWayIn: there would be none left.
    """
    policy.can_see_identities.check(actor)
    row = await session.get(IdentityRow, identity_id)
    if row is None:
        raise NotFound("You have no such account.")
    policy.can_unlink.check(actor, row)
    await _alone(session, f"ways in of {row.person_id}")
    if not await _other_way_in(session, row, issuers, passwords=passwords):
        raise LastWayIn("Without it you could not sign in any more.")
    here = select(IssuerSessionRow.session_id).where(IssuerSessionRow.identity_id == row.id)
    elsewhere = SessionRow.digest != actor.credential
    await session.execute(delete(SessionRow).where(SessionRow.id.in_(here), elsewhere))
    await session.delete(row)
    await session.flush()
    known = issuers.get(row.issuer)
    told = IdentityUnlinked(identity=row.id, person=row.person_id, issuer=known.name if known else row.issuer)
    await emit(session, told)
    await forget(session, row.person_id)
    return row.issuer


async def _known(session: AsyncSession, arrival: Arrival) -> IdentityRow | None:
    found: IdentityRow | None = await session.scalar(
        select(IdentityRow).where(
            IdentityRow.issuer == arrival.issuer.url, IdentityRow.subject == arrival.subject
        )
    )
    return found


async def _linked(session: AsyncSession, arrival: Arrival, linking: UUID | None) -> IdentityRow:
    """A new identity: of who links it, of the one known person with this address, or of somebody new."""
    person_id, by = linking, "person"
    if person_id is None:
        person_id, by = await _by_email(session, arrival), "e-mail"
    if person_id is None:
        person_id, by = (await add_person(session, arrival.name, email=arrival.email)).id, "joining"
    taken = select(IdentityRow.id).where(
        IdentityRow.person_id == person_id, IdentityRow.issuer == arrival.issuer.url
    )
    if await session.scalar(taken) is not None:
        raise LinkedElsewhere(
            f"You have another account at {arrival.issuer.shown} linked.", fix="Unlink that one first."
        )
    row = IdentityRow(
        person_id=person_id,
        issuer=arrival.issuer.url,
        subject=arrival.subject,
        name=arrival.name,
        email=arrival.email,
    )
    session.add(row)
    await session.flush()
    await _emit_as(session, person_id, arrival.name, row, arrival.issuer, by)
    return row


async def _emit_as(
    session: AsyncSession, person_id: UUID, name: str, row: IdentityRow, issuer: Issuer, by: str
) -> None:
    """Tell it in the name of who arrives, where nobody is signed in yet."""
    actor: Actor = session.info.get("actor") or Actor()
    if actor.id is None and not actor.system:
        session.info["actor"] = Actor(id=person_id, name=name)
    await emit(session, IdentityLinked(identity=row.id, person=person_id, issuer=issuer.name, by=by))


async def _by_email(session: AsyncSession, arrival: Arrival) -> UUID | None:
    """The one person with this verified address, where the issuer is trusted to link by it."""
    if not arrival.issuer.link_by_email or arrival.email is None:
        return None
    await _alone(session, f"e-mail {arrival.email.lower()}")
    people = select(PersonRow.id).where(
        func.lower(PersonRow.email) == arrival.email.lower(),
        PersonRow.kind == Kind.PERSON,
        PersonRow.disabled_at.is_(None),
    )
    found = (await session.scalars(people.limit(2))).all()
    return found[0] if len(found) == 1 else None


async def _other_way_in(
    session: AsyncSession, row: IdentityRow, issuers: Mapping[str, Issuer], *, passwords: bool
) -> bool:
    others = select(IdentityRow.id).where(
        IdentityRow.person_id == row.person_id, IdentityRow.id != row.id, IdentityRow.issuer.in_(issuers)
    )
    if await session.scalar(others.limit(1)) is not None:
        return True
    account = await session.get(LocalAccountRow, row.person_id) if passwords else None
    return account is not None and account.password_hash is not None


async def _alone(session: AsyncSession, what: str) -> None:
    """Until this transaction ends, nobody else decides the same."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"identity {what}", 0))))


def _told(row: IdentityRow, issuer: Issuer | None) -> Identity:
    return Identity(
        id=row.id,
        issuer=issuer.name if issuer else row.issuer,
        label=issuer.shown if issuer else row.issuer,
        name=row.name,
        email=row.email,
        created_at=row.created_at,
        confirmed_at=row.confirmed_at,
    )

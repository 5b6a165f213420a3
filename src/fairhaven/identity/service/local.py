"""Accounts with a name and a password that are kept here (argon2id), for small teams without an issuer."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core import credentials
from fairhaven.core.config import Settings
from fairhaven.core.db import now
from fairhaven.core.errors import Conflict, Gone, Invalid, NotFound
from fairhaven.core.facts import emit
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.core.schemas import FieldError
from fairhaven.facts.identity import LocalAccountAdded, PasswordLinkMade, PasswordSet
from fairhaven.identity import policy
from fairhaven.identity.models import LocalAccountRow, PersonRow
from fairhaven.identity.schemas import LocalAccount, NewLocalAccount
from fairhaven.identity.service import passwords
from fairhaven.identity.service.people import add_person, person
from fairhaven.identity.service.sessions import end_others

LINK_LIFE = timedelta(hours=72)
SHORTEST = 12  # characters of a password (NIST SP 800-63B §3.1.1.2, and then some)


class NameTaken(Conflict):
    title = "There is such an account already"


class PasswordLinkUsed(Gone):
    title = "This link does not work any more"
    fix = "Links to choose a password work once, for three days: ask an administrator for a new one."


class WeakPassword(Invalid):
    title = "Choose another password"
    fix = "Take several words that have nothing to do with each other."


class WrongPassword(Invalid):
    title = "Name or password are not right"
    fix = "Try again; forgotten? An administrator can make a link to choose a new one."


def require_on(settings: Settings) -> None:
    """Raises: NotFound: this installation keeps no passwords."""
    if not settings.local_accounts:
        raise NotFound("There are no local accounts here.", fix="An operator sets `local_accounts`.")


async def local_accounts(session: AsyncSession, actor: Actor) -> Sequence[LocalAccount]:
    policy.can_manage_accounts.check(actor)
    rows = await session.execute(
        select(LocalAccountRow, PersonRow.name)
        .join(PersonRow, PersonRow.id == LocalAccountRow.person_id)
        .order_by(LocalAccountRow.name)
    )
    return [_told(row, name) for row, name in rows]


async def add_local_account(session: AsyncSession, actor: Actor, spec: NewLocalAccount) -> LocalAccount:
    """Add an account without a password; `make_password_link` lets its person choose one.

    Raises:
        NameTaken: the name, or the person, has one.
        NotFound: there is no such person.
    """
    policy.can_manage_accounts.check(actor)
    taken = (LocalAccountRow.name == spec.name) | (LocalAccountRow.person_id == spec.person_id)
    if await session.scalar(select(LocalAccountRow.name).where(taken).limit(1)) is not None:
        raise NameTaken(f"{spec.name} is taken, or that person has an account.")
    owner = (
        await person(session, spec.person_id)
        if spec.person_id
        else await add_person(session, spec.person_name, email=spec.email)
    )
    row = LocalAccountRow(person_id=owner.id, name=spec.name)
    session.add(row)
    await session.flush()
    await emit(session, LocalAccountAdded(person=owner.id))
    return _told(row, owner.name)


async def make_password_link(
    session: AsyncSession, actor: Actor, person_id: UUID
) -> tuple[LocalAccount, str, datetime]:
    """A one-time link to choose a password: the account, the link's secret, when it expires.

    An earlier link stops working; the password that is there works until another is chosen.
    """
    policy.can_manage_accounts.check(actor)
    row = await session.get(LocalAccountRow, person_id)
    if row is None:
        raise NotFound("There is no such account.")
    secret = credentials.make()
    row.link_digest, row.link_expires_at = credentials.digest(secret), now() + LINK_LIFE
    await emit(session, PasswordLinkMade(person=person_id))
    return _told(row, (await person(session, person_id)).name), secret, row.link_expires_at


async def choose_password(session: AsyncSession, secret: str, password: str) -> None:
    """Use a link up; whoever was signed in with the account before is signed out.

    Raises:
        PasswordLinkUsed, WeakPassword
    """
    policy.can_sign_in.check(session.info["actor"])
    used = (
        update(LocalAccountRow)
        .where(LocalAccountRow.link_digest == credentials.digest(secret))
        .where(LocalAccountRow.link_expires_at > now())
        .values(link_digest=None, link_expires_at=None)
        .returning(LocalAccountRow.person_id)
    )
    person_id = await session.scalar(used)
    if person_id is None:
        raise PasswordLinkUsed()
    row = await session.get_one(LocalAccountRow, person_id)
    session.info["actor"] = Actor(id=person_id, name=(await person(session, person_id)).name)
    await _set(session, row, password)
    await end_others(session, person_id)


async def change_password(session: AsyncSession, actor: Actor, present: str, password: str) -> None:
    """Choose another password, knowing the present one; other browsers are signed out.

    Raises:
        NotFound: the actor has no local account.
        WrongPassword, WeakPassword
    """
    policy.can_change_password.check(actor)
    row = await session.get(LocalAccountRow, actor.id) if actor.id else None
    if row is None:
        raise NotFound("You have no password here.", fix="You sign in with an account elsewhere.")
    if not await passwords.verified(row.password_hash, present):
        raise WrongPassword(
            "This is not your present password.",
            errors=[FieldError(field="present", message="This is not your present password.")],
        )
    await _set(session, row, password)
    await end_others(session, row.person_id, actor.credential)


async def local_name(session: AsyncSession, actor: Actor) -> str | None:
    """What the actor signs in with here, if they have a local account."""
    row = await session.get(LocalAccountRow, actor.id) if actor.id else None
    return row.name if row else None


async def name_by_link(session: AsyncSession, secret: str) -> str:
    """Of whom a link to choose a password is; looking does not use it up.

    Raises:
        PasswordLinkUsed
    """
    found: str | None = await session.scalar(
        select(LocalAccountRow.name)
        .where(LocalAccountRow.link_digest == credentials.digest(secret))
        .where(LocalAccountRow.link_expires_at > now())
    )
    if found is None:
        raise PasswordLinkUsed()
    return found


async def check_password(platform: Platform, name: str, password: str) -> UUID:
    """Whose name and password these are. An unknown name takes as long as a known one.

    Raises:
        WrongPassword: nobody's.
    """
    name = name.strip().lower()
    known = select(LocalAccountRow.person_id, LocalAccountRow.password_hash)
    async with platform.transaction() as session:
        found = (await session.execute(known.where(LocalAccountRow.name == name))).one_or_none()
    if not await passwords.verified(found.password_hash if found else None, password) or found is None:
        raise WrongPassword("Nobody has this name and this password here.")
    person_id: UUID = found.person_id
    if passwords.is_outdated(found.password_hash):
        await _renew(platform, person_id, found.password_hash, password)
    return person_id


async def _set(session: AsyncSession, row: LocalAccountRow, password: str) -> None:
    _refuse_weak(password, row.name)
    row.password_hash, row.changed_at = await passwords.hashed(password), now()
    await emit(session, PasswordSet(person=row.person_id))


def _refuse_weak(password: str, name: str) -> None:
    """Raises: WeakPassword: anybody could guess it."""
    why = ""
    if not SHORTEST <= len(password) <= passwords.LONGEST:
        why = f"{SHORTEST} to {passwords.LONGEST} characters; several words are easy to keep in mind."
    elif len(set(password)) < 5 or password.lower().replace(name, "").strip("0123456789!.-_ ") == "":
        why = "Anybody could guess that: take several words that have nothing to do with each other."
    if why:
        raise WeakPassword(why, errors=[FieldError(field="password", message=why)])


async def _renew(platform: Platform, person_id: UUID, old: str, password: str) -> None:
    """Hash anew what was hashed with less than is thought right today."""
    fresh = await passwords.hashed(password)
    async with platform.transaction() as session:
        await session.execute(
            update(LocalAccountRow)
            .where(LocalAccountRow.person_id == person_id, LocalAccountRow.password_hash == old)
            .values(password_hash=fresh)
        )


def _told(row: LocalAccountRow, name: str) -> LocalAccount:
    return LocalAccount(
        person_id=row.person_id,
        name=row.name,
        person_name=name,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )

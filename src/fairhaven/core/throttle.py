"""Slows down guessing: tries counted in the database, so that restarts and several processes change nothing.

Each key (an address, an account) is a bucket of tries that fills up again evenly over a window. One
statement takes a try or finds that there is none (GCRA: all that is kept is when the bucket will be full).
"""

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from fairhaven.core import addresses, origin
from fairhaven.core.db import Base, now
from fairhaven.core.errors import TooMany
from fairhaven.core.platform import Platform

SWEPT = 20  # buckets that are full again, forgotten at each try


class ThrottleRow(Base):
    """When a bucket will be full again; the key is a hash, for what people type is none of our business."""

    __tablename__ = "throttles"

    key: Mapped[str] = mapped_column(primary_key=True)
    full_at: Mapped[datetime] = mapped_column(index=True)


class TooManyTries(TooMany):
    title = "Too many tries"
    fix = "Wait as long as it says. Was it not you who tried? Then this protects your account."


@dataclass(frozen=True)
class Bucket:
    """What is counted (`sign-in from`, an address), and how many tries a window of seconds allows."""

    kind: str
    value: str
    tries: int
    window: float

    @property
    def key(self) -> str:
        return hashlib.sha256(f"{self.kind}\n{self.value}".encode()).hexdigest()

    @property
    def step(self) -> timedelta:
        return timedelta(seconds=self.window / self.tries)


async def sign_in(platform: Platform, account: str | None = None) -> None:
    """Take one try to sign in, from the request's address and (where one is named) into an account.

    It counts at once, in a transaction of its own: many tries at the same time gain nothing, and a refused
    one is counted though its request is rolled back. Call `forgive` after a success.

    Raises:
        TooManyTries: one of both has no tries left; Retry-After says for how long.
    """
    async with platform.transaction() as session:
        for bucket in _buckets(platform, account):
            await take(session, bucket)
        await _sweep(session)


async def forgive(session: AsyncSession, platform: Platform, account: str | None = None) -> None:
    """After a success, in its transaction: the account has all its tries again, the address its one."""
    for bucket in _buckets(platform, account):
        here = ThrottleRow.key == bucket.key
        if bucket.kind == _ACCOUNT:
            await session.execute(delete(ThrottleRow).where(here))
        else:
            full_at = ThrottleRow.full_at - bucket.step
            await session.execute(update(ThrottleRow).where(here).values(full_at=full_at))


async def take(session: AsyncSession, bucket: Bucket) -> None:
    """Take one try.

    Raises:
        TooManyTries: there is none.
    """
    if bucket.tries <= 0:
        return
    moment, window = now(), timedelta(seconds=bucket.window)
    made = insert(ThrottleRow).values(key=bucket.key, full_at=moment + bucket.step)
    later = func.greatest(ThrottleRow.full_at, literal(moment)) + bucket.step
    taken = made.on_conflict_do_update(
        index_elements=[ThrottleRow.key], set_={"full_at": later}, where=later <= moment + window
    )
    if await session.scalar(taken.returning(ThrottleRow.key)) is None:
        full_at = await session.scalar(select(ThrottleRow.full_at).where(ThrottleRow.key == bucket.key))
        wait = ((full_at or moment) + bucket.step - window - moment).total_seconds()
        raise _too_many(wait)


async def once(session: AsyncSession, kind: str, value: str, *, seconds: float) -> bool:
    """Whether this is the first time in so many seconds, in the session's transaction."""
    try:
        await take(session, Bucket(kind, value, 1, seconds))
    except TooManyTries:
        return False
    await _sweep(session)
    return True


def _buckets(platform: Platform, account: str | None) -> list[Bucket]:
    limits, address = platform.settings.limits, origin.current().address
    found = []
    if address:
        shared = addresses.neighbourhood(address)
        found.append(Bucket(_ADDRESS, shared, limits.sign_in_address, limits.sign_in_window))
    if account:
        found.append(Bucket(_ACCOUNT, account.strip().lower(), limits.sign_in_account, limits.sign_in_window))
    return [each for each in found if each.tries > 0]  # 0 turns a limit off


async def _sweep(session: AsyncSession) -> None:
    full = select(ThrottleRow.key).where(ThrottleRow.full_at < now()).limit(SWEPT)
    await session.execute(
        delete(ThrottleRow).where(ThrottleRow.key.in_(full.with_for_update(skip_locked=True)))
    )


def _too_many(wait: float) -> TooManyTries:
    seconds = max(1, math.ceil(wait))
    return TooManyTries(f"Try again in {seconds} s.", headers={"Retry-After": str(seconds)})


_ADDRESS, _ACCOUNT = "sign-in from", "sign-in into"

"""Push hooks: how a git server tells of a push, and the secret by which it proves itself.

The secret is kept nowhere. It is made anew, each time that it is needed, of a key of the installation, the
module and a number, which counts its rotations (HKDF, RFC 5869); the row has the key's name and the number.
"""

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import ClassVar
from uuid import UUID

import structlog
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog import policy
from fairhaven.catalog.models import ModuleRow
from fairhaven.catalog.schemas import Hook
from fairhaven.catalog.service import proofs
from fairhaven.catalog.service.reading import row_named
from fairhaven.catalog.service.searching import clean
from fairhaven.core import credentials, throttle
from fairhaven.core.errors import SignInNeeded, Unconfigured, UpstreamFailed
from fairhaven.core.facts import emit
from fairhaven.core.policy import Actor
from fairhaven.core.sealing import KeyRing
from fairhaven.facts.catalog import HookRotated

log = structlog.get_logger(__name__)

SIZE = 32  # bytes
REMEMBERED = 3600.0  # seconds in which a signed call counts once, whoever sends it again


class HookRefused(SignInNeeded):
    title: ClassVar[str] = "The push hook's secret is wrong"
    fix: ClassVar[str] = "Copy the secret anew from the module's page, under Source."


class NoHookNow(UpstreamFailed):
    title: ClassVar[str] = "There is no push hook at the moment"
    fix: ClassVar[str] = "`fairhaven doctor` tells an operator what is wrong."


async def hook(session: AsyncSession, actor: Actor, keys: KeyRing, name: str, public_url: str) -> Hook:
    """Where a git server tells of a push to this module, and the secret it needs.

    Raises:
        NotAllowed: the actor is no developer of its project.
        NoHookNow: the installation's keys cannot be read.
    """
    row = await row_named(session, actor, name, lock=True)
    policy.can_see_hook.check(actor, row)
    with _operators_told():
        return await _told(keys, row, public_url)


async def rotate_hook(session: AsyncSession, actor: Actor, keys: KeyRing, name: str, public_url: str) -> Hook:
    """Make another secret; the one before is refused from now on.

    Raises:
        NotAllowed, NoHookNow: as `hook`.
    """
    row = await row_named(session, actor, name, lock=True)
    policy.can_rotate_hook.check(actor, row)
    row.hook_key, row.hook_number = None, row.hook_number + 1
    await emit(session, HookRotated(project=row.project_id, module=row.id, name=row.name))
    with _operators_told():
        return await _told(keys, row, public_url)


async def prepare_push(
    session: AsyncSession, keys: KeyRing, name: str, body: bytes, headers: Mapping[str, str]
) -> UUID | None:
    """The id of the module whose hook was called, if the caller has its secret; None: it was called before.

    Args:
        headers: with their names in lower case; how they prove the secret is told in `service.proofs`.

    Raises:
        HookRefused: the secret is wrong, or there is no such module.
        NoHookNow: the installation's keys cannot be read.
    """
    present = ModuleRow.removed_at.is_(None)
    row = await session.scalar(select(ModuleRow).where(ModuleRow.name == clean(name), present))
    # Unknown names, and secrets that nobody was ever told, take the same way with one that nobody has.
    secret = credentials.make()
    if row is not None and row.hook_key is not None:
        with _operators_told():
            secret = await _secret(keys, row.id, row.hook_key, row.hook_number)
    proof = proofs.proof(secret, body, headers)
    if proof is None or row is None:
        raise HookRefused("The secret is wrong, or there is no such module.")
    if proof.once and not await throttle.once(session, "push", f"{row.id} {proof.once}", seconds=REMEMBERED):
        return None
    return row.id


async def _told(keys: KeyRing, row: ModuleRow, public_url: str) -> Hook:
    if row.hook_key is None:
        row.hook_key = (await keys.newest()).id
    secret = await _secret(keys, row.id, row.hook_key, row.hook_number)
    url = f"{public_url}/api/v1/modules/{row.name}/hook"
    return Hook(url=url, secret=secret, signing_token=proofs.signing_token(secret))


async def _secret(keys: KeyRing, module_id: UUID, key_id: str, number: int) -> str:
    key = await keys.find(key_id)
    about = json.dumps(["push hook", str(module_id), number]).encode()
    made = HKDF(algorithm=SHA256(), length=SIZE, salt=None, info=about).derive(key.secret)
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


@contextmanager
def _operators_told() -> Iterator[None]:
    """Tell people only that it does not work; how, is for the operator."""
    try:
        yield
    except Unconfigured as wrong:
        log.error("the keys of push hooks cannot be used", problem=wrong.detail, fix=wrong.remedy)
        raise NoHookNow("The installation is not set up as it should be.") from None

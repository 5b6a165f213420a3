"""An issuer's tokens in the database: sealed, and bound to the session that they are of."""

import json
from dataclasses import asdict
from uuid import UUID

from fairhaven.core.errors import Unconfigured
from fairhaven.core.sealing import DoesNotOpen, Envelope, KeyRing, seal, unseal
from fairhaven.identity.issuers.provider import Tokens
from fairhaven.identity.models import IssuerSessionRow

_PLACE = b"issuer tokens"


async def sealed(ring: KeyRing, session_id: UUID, tokens: Tokens) -> Envelope:
    key = await ring.newest()
    return seal(json.dumps(asdict(tokens)).encode(), key, about=_about(session_id), place=_PLACE)


async def opened(ring: KeyRing, row: IssuerSessionRow) -> Tokens | None:
    """The tokens; None when they cannot be opened any more: their person signs in anew."""
    envelope = Envelope(row.key_id, row.sealed_key, row.sealed)
    try:
        key = await ring.find(row.key_id)
        found = unseal(envelope, key, about=_about(row.session_id), place=_PLACE)
    except (DoesNotOpen, Unconfigured):
        return None
    return Tokens(**json.loads(found))


def _about(session_id: UUID) -> bytes:
    return f"issuer tokens of the session {session_id}".encode()

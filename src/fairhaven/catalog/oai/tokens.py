"""Resumption tokens: where a list goes on, signed and kept nowhere, so that restarts break no harvest."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import BaseModel, ConfigDict, ValidationError

from fairhaven.catalog.oai.protocol import OaiError
from fairhaven.core.errors import Problem
from fairhaven.core.sealing import KeyRing

LASTS = timedelta(days=2)
_ABOUT = b"fairhaven oai resumption token"


class Place(BaseModel):
    """Where a list stands: what was asked, the last record told, how many were told, how many there are."""

    model_config = ConfigDict(frozen=True)

    verb: str
    asked: Mapping[str, str]
    moment: datetime
    last: UUID
    told: int
    total: int
    expires: datetime


async def sign(keys: KeyRing, place: Place) -> str:
    key = await keys.newest()
    body = place.model_dump_json().encode()
    return ".".join([key.id, _encode(body), _encode(_mac(key.secret, body))])


async def read(keys: KeyRing, token: str) -> Place:
    """The place that a token of ours names.

    Raises:
        OaiError: badResumptionToken.
    """
    key_id, body, mac = [*token.split("."), "", "", ""][:3]
    try:
        key = await keys.find(key_id)
        content, given = _decode(body), _decode(mac)
        if not hmac.compare_digest(_mac(key.secret, content), given) or token.count(".") != 2:
            raise ValueError
        place = Place.model_validate(json.loads(content))
    except (ValueError, binascii.Error, ValidationError, Problem):
        raise OaiError("badResumptionToken", "This is no resumption token of this repository.") from None
    if place.expires < datetime.now(UTC):
        raise OaiError("badResumptionToken", "The resumption token has expired: begin the list anew.")
    return place


def _mac(secret: bytes, body: bytes) -> bytes:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=_ABOUT).derive(secret)
    return hmac.new(key, body, hashlib.sha256).digest()


def _encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))

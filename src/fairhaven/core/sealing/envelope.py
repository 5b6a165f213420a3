"""Envelope encryption: AES-256-GCM with a data key for each value, sealed by a key-encryption key.

What is sealed is bound to what it is about (the associated data of NIST SP 800-38D): moved to another
place, name or version it does not open.
"""

import base64
import binascii
import hashlib
import os
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_SIZE = 32  # bytes
NONCE_SIZE = 12  # bytes, random: a key seals far fewer than 2**32 things


class DoesNotOpen(Exception):
    """What is sealed was changed or moved, or the key is another."""


@dataclass(frozen=True)
class Key:
    """A key-encryption key, named by the beginning of its own SHA-256."""

    id: str
    secret: bytes = field(repr=False)

    @classmethod
    def make(cls) -> "Key":
        return cls.of(os.urandom(KEY_SIZE))

    @classmethod
    def read(cls, text: str) -> "Key":
        """Raises: ValueError: it is not 32 bytes in base64."""
        try:
            secret = base64.b64decode(text, validate=True)
        except binascii.Error:
            secret = b""
        if len(secret) != KEY_SIZE:
            raise ValueError(f"a key is {KEY_SIZE} random bytes in base64")
        return cls.of(secret)

    @classmethod
    def of(cls, secret: bytes) -> "Key":
        return cls(hashlib.sha256(secret).hexdigest()[:12], secret)

    def written(self) -> str:
        return base64.b64encode(self.secret).decode()


@dataclass(frozen=True)
class Envelope:
    """A sealed value, and the data key that opens it, sealed with the key `key_id`."""

    key_id: str
    sealed_key: bytes
    sealed: bytes


def seal(value: bytes, key: Key, *, about: bytes, place: bytes) -> Envelope:
    """Seal a value with a new data key.

    Args:
        about: what the value is bound to.
        place: what the data key is bound to.
    """
    data_key = AESGCM.generate_key(KEY_SIZE * 8)
    return Envelope(key.id, _sealed(key.secret, data_key, place), _sealed(data_key, value, about))


def unseal(envelope: Envelope, key: Key, *, about: bytes, place: bytes) -> bytes:
    """Raises: DoesNotOpen."""
    data_key = _unsealed(key.secret, envelope.sealed_key, place)
    return _unsealed(data_key, envelope.sealed, about)


def renewed(sealed_key: bytes, old: Key, new: Key, *, place: bytes) -> bytes:
    """The data key sealed with another key; the value it opens is not touched.

    Raises:
        DoesNotOpen: `old` is not the key it was sealed with.
    """
    return _sealed(new.secret, _unsealed(old.secret, sealed_key, place), place)


def _sealed(key: bytes, what: bytes, about: bytes) -> bytes:
    nonce = os.urandom(NONCE_SIZE)
    return nonce + AESGCM(key).encrypt(nonce, what, about)


def _unsealed(key: bytes, sealed: bytes, about: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], about)
    except (InvalidTag, ValueError):
        raise DoesNotOpen from None

"""Sealing what is kept in the database: envelopes, the keys that open them, and where the keys come from.

The door is `KeyRing`, with `seal` and `unseal`. Secrets of people are sealed here, and issuers' tokens.
"""

from fairhaven.core.sealing.envelope import DoesNotOpen, Envelope, Key, seal, unseal
from fairhaven.core.sealing.keys import KeyFile, KeySource, key_source
from fairhaven.core.sealing.ring import KeyRing, opened_by

__all__ = [
    "DoesNotOpen",
    "Envelope",
    "Key",
    "KeyFile",
    "KeyRing",
    "KeySource",
    "key_source",
    "opened_by",
    "seal",
    "unseal",
]

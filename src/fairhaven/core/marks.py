"""What a fact tells of a person stands beside it under a mark, so that it can be erased some day.

The audit log is a chain of hashes: what is hashed can never be taken out again. So a person's name and
address are not hashed themselves, but their mark: SHA-256 of a random salt and of both. While they are
there, anybody can see that they fit; once they are erased with their salt, the mark says nothing about
anybody, and the chain still holds (EU regulation 2016/679, art. 17).
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

ERASED = "somebody who left"


def canonical(value: Mapping[str, Any]) -> bytes:
    """JSON in one way only: keys in order, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(
        errors="surrogatepass"
    )


def new_salt() -> str:
    """128 random bits: an address alone could be guessed from its hash."""
    return secrets.token_hex(16)


def mark(salt: str, actor: str, address: str | None) -> str:
    """The mark of who acted and from where, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical({"actor": actor, "address": address, "salt": salt})).hexdigest()

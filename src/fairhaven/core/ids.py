"""Identifiers: UUIDv7 (RFC 9562 §5.7), so that ids sort by the time they were made."""

import os
import time
from datetime import UTC, datetime
from uuid import UUID

_last_ns = 0


def new_id() -> UUID:
    """Return a UUIDv7; ids made by one process are strictly increasing.

    The millisecond is followed by 12 bits of sub-millisecond fraction (RFC 9562 §6.2, method 3).
    """
    global _last_ns
    now = max(time.time_ns(), _last_ns + 250)
    _last_ns = now
    milliseconds, rest = divmod(now, 1_000_000)
    fraction = rest * 4096 // 1_000_000
    random = int.from_bytes(os.urandom(8)) & ((1 << 62) - 1)
    return UUID(int=milliseconds << 80 | 7 << 76 | fraction << 64 | 2 << 62 | random)


def made_at(identifier: UUID) -> datetime:
    """When an id of ours was made, to the millisecond."""
    return datetime.fromtimestamp((identifier.int >> 80) / 1000, UTC)

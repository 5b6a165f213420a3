"""Length-framed messages between front and worker: a JSON head and a body of raw bytes."""

from __future__ import annotations

import json
import select
import socket
import struct
from collections.abc import Iterator
from typing import Any, Dict, Tuple  # noqa: UP035 - Python 3.8 cannot subscript the built-in types

Head = Dict[str, Any]  # noqa: UP006
Frame = Tuple[Head, bytes]  # noqa: UP006

PREFIX = struct.Struct("!II")
"""Two unsigned 32-bit numbers, big endian: length of the head, length of the body, in bytes."""


def pack(head: Head, body: bytes = b"") -> bytes:
    """One message, ready to be written to the socket."""
    text = json.dumps(head).encode()
    return PREFIX.pack(len(text), len(body)) + text + body


def frame_size(data: bytes | bytearray) -> int:
    """Bytes of the message that `data` begins with; while its own prefix has not come, those of a prefix."""
    if len(data) < PREFIX.size:
        return PREFIX.size
    head, body = PREFIX.unpack_from(data)
    return int(PREFIX.size + head + body)


def unpack(data: bytes | bytearray) -> Frame:
    """The one message that `data` holds."""
    head, _ = PREFIX.unpack_from(data)
    start = PREFIX.size + head
    return json.loads(data[PREFIX.size : start].decode()), bytes(data[start:])


class Connection:
    """The worker's blocking end of the socket to the front."""

    def __init__(self, descriptor: int) -> None:
        self._socket = socket.socket(fileno=descriptor)
        self._reader = self._socket.makefile("rb")

    def send(self, head: Head, body: bytes = b"") -> None:
        """Write one message.

        Raises:
            OSError: the front has gone.
        """
        self._socket.sendall(pack(head, body))

    def has_message(self) -> bool:
        """Whether the front has said something meanwhile."""
        return bool(select.select([self._socket], [], [], 0)[0])

    def __iter__(self) -> Iterator[Frame]:
        """Messages as they come, until the front closes its end."""
        while True:
            prefix = self._reader.read(PREFIX.size)
            if len(prefix) < PREFIX.size:
                return
            head, body = PREFIX.unpack(prefix)
            yield json.loads(self._reader.read(head).decode()), self._reader.read(body)

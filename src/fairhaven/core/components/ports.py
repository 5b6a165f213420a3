"""Free ports on the loopback address, remembered so that URLs stay the same from start to start."""

import json
import random
import socket
from collections.abc import Sequence
from pathlib import Path

from fairhaven.core.components.folders import write_private

LOOPBACK = "127.0.0.1"
# Below the range from which systems take the ports of outgoing connections (Linux 32768+, macOS 49152+).
RANGE = range(20_000, 32_000)

_given: set[int] = set()


def remembered_ports(folder: Path, names: Sequence[str]) -> dict[str, int]:
    """A free port for each name: the one in `folder/ports.json` if it is still free, else a new one."""
    file = folder / "ports.json"
    known = _read(file)
    ports: dict[str, int] = {}
    for name in names:
        port = known.get(name)
        ports[name] = port if port is not None and is_free(LOOPBACK, port) else free_port()
    if ports != known:
        write_private(file, json.dumps(ports, indent=1))
    return ports


def free_port() -> int:
    """A free port that this process has not given out before.

    Raises:
        OSError: hundreds of ports in a row were taken.
    """
    for port in random.sample(RANGE, 500):
        if port not in _given and is_free(LOOPBACK, port):
            _given.add(port)
            return port
    raise OSError("no free port found between 20000 and 32000")


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _read(file: Path) -> dict[str, int]:
    try:
        known = json.loads(file.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return {str(name): int(port) for name, port in known.items()} if isinstance(known, dict) else {}

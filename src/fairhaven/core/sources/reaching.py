"""Lets git ask web servers that anybody may ask, at the very address that was checked, and nowhere else.

Git never resolves a name by itself, and follows no redirect: where a server leads elsewhere, the way is
followed by us, each place checked anew, and git is then sent to its end.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar
from urllib.parse import urlsplit

from fairhaven.core import outbound
from fairhaven.core.outbound import Guard
from fairhaven.core.sources import addresses
from fairhaven.core.sources.addresses import Address, Protocol
from fairhaven.core.sources.errors import (
    AddressRefused,
    RepositoryMoved,
    RepositoryNotFound,
    RepositoryUnreachable,
)

Result = TypeVar("Result")

WEB = (Protocol.HTTP, Protocol.HTTPS)
PORTS = {Protocol.HTTP: 80, Protocol.HTTPS: 443}
# What git asks first of a server (gitprotocol-http(5)).
FIRST_QUESTION = "/info/refs?service=git-upload-pack"
SECONDS = 20.0


async def settings_of(address: Address, guard: Guard) -> str:
    """What git's configuration has to say so that it reaches this address and no other.

    Raises:
        AddressRefused, RepositoryNotFound: it leads to where we do not go, or to no machine.
    """
    if address.protocol not in WEB:
        return ""
    parts = urlsplit(address.text)
    host, port = parts.hostname or "", parts.port or PORTS[address.protocol]
    try:
        places = await guard.places(host, port)
    except outbound.AddressRefused as problem:
        raise AddressRefused(problem.detail) from None
    except outbound.HostUnknown as problem:
        raise RepositoryNotFound(problem.detail, fix=problem.remedy) from None
    pinned = ",".join(f"[{place}]" if ":" in place else place for place in places)
    if guard.proxy:
        return f'[http]\n\tproxy = "{guard.proxy}"\n'
    literal = places == [host.strip("[]")]
    return "" if literal else f"[http]\n\tcurloptResolve = {host}:{port}:{pinned}\n"


async def reached(address: Address, guard: Guard, work: Callable[[Address], Awaitable[Result]]) -> Result:
    """Do the work at the address, or where its server leads."""
    try:
        return await work(address)
    except RepositoryMoved:
        return await work(await _moved_to(address, guard))


async def _moved_to(address: Address, guard: Guard) -> Address:
    question = address.text.rstrip("/") + FIRST_QUESTION
    try:
        found = await outbound.fetch(guard, question, body=False, seconds=SECONDS)
    except outbound.AddressRefused as problem:
        raise AddressRefused(f"{address.text} leads elsewhere. {problem.detail}") from None
    except outbound.OutboundProblem as problem:
        raise RepositoryUnreachable(f"{address.text} leads elsewhere. {problem.detail}") from None
    there, _, _ = found.url.partition(FIRST_QUESTION)
    if found.url == question or there == found.url:
        raise RepositoryMoved(f"{address.text} leads elsewhere, to no repository.")
    return addresses.read(there)

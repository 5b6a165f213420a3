"""Resolves a host once, and says at which addresses it may be asked."""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from typing import TypeAlias

from fairhaven.core import addresses
from fairhaven.core.addresses import IPNetwork
from fairhaven.core.config import Settings
from fairhaven.core.outbound.problems import AddressRefused, HostUnknown
from fairhaven.core.outbound.rules import is_public

Resolver: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]

# Programs read `0177.1`, `2130706433` and `127.1` differently: such a host is taken in its plain form only.
_NUMERIC = re.compile(r"(.*\.)?(0x[0-9a-f]*|[0-9]+)", re.IGNORECASE)
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
RESOLVE_SECONDS = 10.0


async def ask_system(host: str, port: int) -> Sequence[str]:
    """The addresses that the machine's own resolver gives."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(place[4][0]) for place in found]


@dataclass(frozen=True)
class Guard:
    """What may be asked: public addresses, and those in `allow`."""

    allow: tuple[IPNetwork, ...] = ()
    resolve: Resolver = ask_system
    # The proxy that resolves names and connects instead of us, and keeps private networks out itself.
    proxy: str | None = None

    async def places(self, host: str, port: int) -> list[str]:
        """The addresses at which `host` may be asked; ask there and nowhere else.

        Raises:
            AddressRefused: it leads only to where we do not go, or is not written plainly.
            HostUnknown: no machine is called so.
        """
        name = host.strip("[]").lower()
        if _is_address(name):
            found: Sequence[str] = [name]
        elif self.proxy:
            return [_checked(name)]
        else:
            found = await self._resolved(_checked(name), port)
        permitted = [place for place in dict.fromkeys(found) if self.permits(place)]
        if not permitted:
            # Without the address: names inside of networks of ours are nobody's business.
            raise AddressRefused(f"`{host[:100]}` does not lead to a public network.")
        return permitted

    def permits(self, place: str) -> bool:
        try:
            address = ip_address(place)
        except ValueError:
            return False
        if "%" in place:  # of one network card only
            return False
        return addresses.within(address, self.allow) or is_public(address)

    async def _resolved(self, name: str, port: int) -> Sequence[str]:
        try:
            async with asyncio.timeout(RESOLVE_SECONDS):
                return await self.resolve(name, port)
        except (OSError, UnicodeError, TimeoutError):
            raise HostUnknown(f"No machine is called `{name}`.") from None


@lru_cache(maxsize=8)
def _networks(texts: tuple[str, ...]) -> tuple[IPNetwork, ...]:
    return addresses.networks(texts)


def guard_of(settings: Settings) -> Guard:
    """The guard that the settings ask for."""
    proxy = settings.outbound_proxy.get_secret_value() if settings.outbound_proxy else None
    return Guard(_networks(tuple(settings.outbound_allow)), proxy=proxy)


def _is_address(name: str) -> bool:
    try:
        return str(ip_address(name)) == name or ":" in name
    except ValueError:
        return False


def _checked(name: str) -> str:
    if _NUMERIC.fullmatch(name) or not _HOST.fullmatch(name):
        raise AddressRefused(
            f"`{name[:100]}` is not plainly a host.", fix="Write its name, or its address as 192.0.2.1."
        )
    return name

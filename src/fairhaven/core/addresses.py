"""Addresses of clients: which one a request is from, and which ones are counted together."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

IPAddress: TypeAlias = IPv4Address | IPv6Address
IPNetwork: TypeAlias = IPv4Network | IPv6Network


def networks(texts: Sequence[str]) -> tuple[IPNetwork, ...]:
    return tuple(ip_network(each) for each in texts)


def read(text: str) -> IPAddress | None:
    """An address as proxies write it: with a port, in brackets, or with a zone; None when it is none."""
    bare = text.strip().partition("%")[0]
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ip_address(bare)
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


def within(address: IPAddress, among: Sequence[IPNetwork]) -> bool:
    return any(address in network for network in among)


def client_of(forwarded: str, proxies: Sequence[IPNetwork]) -> str | None:
    """Who asked, out of X-Forwarded-For: the last address that is no proxy of ours.

    Everything before it was written by somebody whom we need not believe.
    """
    found: IPAddress | None = None
    for text in reversed(forwarded.split(",")):
        address = read(text)
        if address is None:
            break
        found = address
        if not within(address, proxies):
            break
    return str(found) if found else None


@lru_cache(maxsize=4096)
def neighbourhood(address: str) -> str:
    """What is counted together: an IPv4 address, or the /64 of an IPv6 address (all of one customer)."""
    found = read(address)
    if isinstance(found, IPv6Address):
        return str(ip_network((found, 64), strict=False))
    return str(found or address)

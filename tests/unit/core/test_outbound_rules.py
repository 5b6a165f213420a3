"""Which addresses are asked: properties over all of them, and the forms in which others hide."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairhaven.core.addresses import client_of, neighbourhood, networks
from fairhaven.core.errors import Problem
from fairhaven.core.outbound import AddressRefused, Guard, HostUnknown, is_public

PRIVATE = [
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "100.64.0.0/10",
    "224.0.0.0/4", "240.0.0.0/4", "0.0.0.0/8", "198.18.0.0/15", "::1/128", "::/128", "fe80::/10", "fc00::/7",
    "ff00::/8", "::ffff:0:0/96", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32",
    "2001:db8::/32", "100::/64", "fec0::/10", "5f00::/16",
]  # fmt: skip


@given(st.sampled_from(PRIVATE).flatmap(lambda network: st.ip_addresses(network=network)))
def test_no_address_of_a_special_network_is_public(address: IPv4Address | IPv6Address) -> None:
    assert not is_public(address)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_public_only_if_python_says_so_too(address: IPv4Address) -> None:
    assert not is_public(address) or address.is_global


@given(st.ip_addresses(v=6))
def test_an_ipv6_address_is_public_only_if_python_says_so_too(address: IPv6Address) -> None:
    assert not is_public(address) or address.is_global


@given(st.ip_addresses(v=4))
def test_no_disguise_of_an_ipv4_address_is_public(address: IPv4Address) -> None:
    number = int(address)
    for base in ("::ffff:0:0", "::", "64:ff9b::", "64:ff9b:1::", "::ffff:0:0:0"):
        assert not is_public(IPv6Address(int(IPv6Address(base)) | number)), base
    assert not is_public(IPv6Address(0x2002 << 112 | number << 80))  # 6to4
    assert not is_public(IPv6Address(0x20010000 << 96 | number ^ 0xFFFFFFFF))  # Teredo


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "193.0.0.1", "2606:4700::1111", "2a00:1450::1"])
def test_public_addresses_are_asked(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", ["169.254.169.254", "100.100.100.200", "168.63.129.16", "fd00:ec2::254"])
def test_no_metadata_service_of_a_cloud_is_asked(address: str) -> None:
    assert not is_public(ip_address(address))


@given(st.ip_addresses(v=4))
async def test_what_is_allowed_is_asked_and_nothing_beside_it(address: IPv4Address) -> None:
    guard = Guard(networks(["10.20.0.0/16"]))
    assert guard.permits(str(address)) == (address in ip_network("10.20.0.0/16") or is_public(address))


@pytest.mark.parametrize(
    "host",
    ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.0.0.1.", "1.2.3.0x4", "a.1", "a..b", "-a", "a b",
     "ⓛocalhost", "", "a" * 300, "[::1", "::ffff:127.0.0.1", "[::1]", "127.0.0.1", "0.0.0.0",
     "[64:ff9b::7f00:1]"],
)  # fmt: skip
async def test_a_host_in_disguise_is_refused_before_it_is_resolved(host: str) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        raise AssertionError(f"{host} was resolved")

    with pytest.raises(AddressRefused):
        await Guard(resolve=resolve).places(host, 80)


async def test_only_the_public_ones_of_many_addresses_are_asked() -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1", "1.1.1.1", "::ffff:10.0.0.1", "1.1.1.1", "fe80::1%eth0", "2606:4700::1111"]

    assert await Guard(resolve=resolve).places("example.org", 80) == ["1.1.1.1", "2606:4700::1111"]


async def test_a_name_inside_is_refused_without_telling_its_address() -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["10.1.2.3"]

    with pytest.raises(AddressRefused) as refused:
        await Guard(resolve=resolve).places("intranet.example.org", 80)
    assert (
        "10.1.2.3" not in str(refused.value) and isinstance(refused.value, Problem) and refused.value.remedy
    )


async def test_a_name_of_nobody_is_named() -> None:
    with pytest.raises(HostUnknown, match=r"no-such-host\.invalid"):
        await Guard().places("no-such-host.invalid", 80)


@pytest.mark.parametrize(
    ("forwarded", "proxies", "client"),
    [
        ("198.51.100.7", [], "198.51.100.7"),
        ("6.6.6.6, 198.51.100.7", [], "198.51.100.7"),
        ("6.6.6.6, 198.51.100.7, 10.0.0.2", ["10.0.0.0/8"], "198.51.100.7"),
        ("10.0.0.3, 10.0.0.2", ["10.0.0.0/8"], "10.0.0.3"),
        ("nonsense, 198.51.100.7", [], "198.51.100.7"),
        ("198.51.100.7, nonsense", [], None),
        ("[2001:db8::7]:1234", [], "2001:db8::7"),
        ("198.51.100.7:1234", [], "198.51.100.7"),
        ("::ffff:198.51.100.7", [], "198.51.100.7"),
        ("", [], None),
    ],
)
def test_the_client_is_the_last_who_is_no_proxy_of_ours(
    forwarded: str, proxies: list[str], client: str | None
) -> None:
    assert client_of(forwarded, networks(proxies)) == client


def test_a_customer_s_ipv6_addresses_count_as_one() -> None:
    assert neighbourhood("2001:db8:1:2:3::4") == neighbourhood("2001:db8:1:2:ffff::") == "2001:db8:1:2::/64"
    assert neighbourhood("198.51.100.7") == "198.51.100.7" and neighbourhood("") == ""

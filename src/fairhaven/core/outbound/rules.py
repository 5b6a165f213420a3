"""Which addresses are public, by IANA's registries of special-purpose addresses (RFC 6890 and its heirs).

Written out rather than asked of `ipaddress`, whose answers change with Python's version.
"""

from ipaddress import IPv4Address, IPv6Network

from fairhaven.core.addresses import IPAddress, networks, within

NOT_PUBLIC_4 = networks(
    (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # behind a provider's NAT; also metadata of some clouds
        "127.0.0.0/8",  # this machine
        "168.63.129.16/32",  # public by its number, but Azure's own services to each of its machines
        "169.254.0.0/16",  # link-local; metadata of most clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments; metadata of some clouds
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
# What is given out at all. It leaves out ::1, ::/96, ::ffff:0:0/96 (IPv4-mapped), 64:ff9b::/96 (NAT64),
# fc00::/7 (private), fe80::/10 (link-local), ff00::/8 (multicast) and all that is not assigned.
GIVEN_OUT_6 = IPv6Network("2000::/3")
NOT_PUBLIC_6 = networks(
    (
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "3fff::/20",  # documentation
    )
)


def is_public(address: IPAddress) -> bool:
    if isinstance(address, IPv4Address):
        return not within(address, NOT_PUBLIC_4)
    return address in GIVEN_OUT_6 and not within(address, NOT_PUBLIC_6)

"""Addresses and branches that would mean something else to git, to a shell, to a server or to a reader."""

import pytest

from fairhaven.core.sources import BadAddress, read, read_branch

HOSTILE = [
    # Options in the place of addresses, and in parts of them.
    "-oProxyCommand=touch /tmp/x",
    "--upload-pack=touch /tmp/x",
    "--upload-pack=/tmp/x https://git.example.org/a/b",
    "ssh://-oProxyCommand=x/a/b",
    "ssh://git@-oProxyCommand=x/a/b",
    "git@-oProxyCommand=x:a/b",
    "git@host:-oProxyCommand=x",
    "git@host:--upload-pack=x",
    "-git@host:a/b",
    "ssh://-git@host/a/b",
    # Protocols by which git runs programs or opens what it should not.
    "ext::sh -c touch% /tmp/x",
    "ext::sh%20-c%20x",
    "ext::https://git.example.org/a/b",
    "fd::17/foo",
    "fd::0",
    "transport::address",
    "git://git.example.org/a/b",
    "git+ssh://git.example.org/a/b",
    "ftp://git.example.org/a/b",
    "file:///etc/../etc",
    "file://elsewhere/etc",
    "javascript:alert(1)",
    "data:text/plain,x",
    "gopher://127.0.0.1:6379/_x",
    "HTTPS+ext://git.example.org/a/b",
    # Lines, bytes and letters that are not what they seem.
    "https://git.example.org/a/b\n--upload-pack=x",
    "https://git.example.org/a/b\r\nHost: x",
    "https://git.example.org/a/b\0.git",
    "https://git.example.org/a\tb",
    "https://git.example.org/a%0a--upload-pack=x",
    "https://git.example.org/a%0d%0aX: y",
    "https://git.example.org/a%00b",
    "https://git.example.org/a%2500b",
    "https://g\u0456thub.com/a/b",
    "https://github.\u0441om/a/b",
    "https://git.\u212aernel.org/a/b",
    "https://github.com\u2044evil.example/a/b",
    "https://github.com/ow\u200bner/b",
    "https://github.com/\u202egro.live/b",
    "https://github.com/\uff0e\uff0e/b",
    "https://github\u3002com/a/b",
    # Who is asked is not who it looks like.
    "https://github.com@evil.example/a/b",
    "https://user:password@git.example.org/a/b",
    "https://token@git.example.org/a/b",
    "https://github.com\\@evil.example/a/b",
    "https://evil.example\\.github.com/a/b",
    "https://evil.example#@github.com/a/b",
    "https://evil.example?x=github.com/a/b",
    "https:///a/b",
    "https://:443/a/b",
    "https://git.example.org:99999/a/b",
    "https://git.example.org:x/a/b",
    "https://[::1/a/b",
    "https://-git.example.org/a/b",
    "https://git_example.org/a/b",
    "https://$(id).example.org/a/b",
    "https://`id`.example.org/a/b",
    "https://a;b.example.org/a/b",
    # Ways out of the place that is named.
    "https://git.example.org/../../etc/passwd",
    "https://git.example.org/a/%2e%2e/%2e%2e/b",
    "https://git.example.org/a/%252e%252e/b",
    "https://git.example.org/a\\..\\b",
    "git@host:../../etc/passwd",
    "ssh://host/../etc/passwd",
    "/srv/../etc/passwd",
    "/srv/a\nb",
    "/srv/a\0b",
    "/srv/\u202egnp.elif",
    "/srv/a\u2028b",
    "C:\\repositories\\a",
    "..",
    "./a",
    "~/a",
    "$HOME/a",
    "https://git.example.org/" + "a" * 500,
    "https://git.example.org/",
    "",
]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_a_hostile_address_is_none(text: str) -> None:
    with pytest.raises(BadAddress) as caught:
        read(text)
    assert caught.value.detail
    assert caught.value.remedy


def test_there_are_more_than_fifty_kinds() -> None:
    assert len(set(HOSTILE)) == len(HOSTILE) > 50


@pytest.mark.parametrize(
    "text",
    [
        "https://github.com/ai4os-hub/mods.git",
        "https://git.example.org:8443/group/sub.group/my_model-2",
        "https://git.example.org/a%20b/c",
        "http://[2001:db8::1]/a/b",
        "ssh://git@git.example.org:2222/a/b.git",
        "git@git.example.org:a/b.git",
        "/srv/modelle/für alle",
        "https://git.example.org/a/b..c",
    ],
)
def test_an_honest_address_is_one(text: str) -> None:
    address = read(text)
    assert not address.text.startswith("-")
    assert address.text.strip() == address.text


@pytest.mark.parametrize(
    "name",
    [
        "--upload-pack=x", "-b", "a..b", "../main", "a b", "a\nb", "a\0b", "@{-1}", "@", "main.lock", "a//b",
        "a/", "refs/heads/..", "a~1", "a^", "a:b", "a?b", "a*b", "a[b", "a\\b", ".hidden", "a/.b", "x" * 300,
    ],
)  # fmt: skip
def test_a_hostile_branch_is_none(name: str) -> None:
    with pytest.raises(BadAddress):
        read_branch(name)

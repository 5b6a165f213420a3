"""Addresses of repositories, read strictly: what git may be asked to open, and by which protocol."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import unquote, urlsplit

from fairhaven.core.sources.errors import BadAddress

LONGEST = 500
_SCP = re.compile(
    r"(?P<user>[A-Za-z0-9_][A-Za-z0-9._-]*)@(?P<host>[A-Za-z0-9][A-Za-z0-9.-]*):(?P<path>[^:\s-][^\s]*)"
)
_BRANCH = re.compile(
    r"(?!.*(?:\.\.|@\{|//|/\.|\.lock(?:/|$)))[^\x00-\x20\x7f~^:?*\[\\/.-][^\x00-\x20\x7f~^:?*\[\\]{0,199}"
)
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*|[0-9a-fA-F:.]+")
_USER = re.compile(r"(?:\w[\w.-]*)?")
_CONTROL = re.compile(r"[\x00-\x20\x7f]")
_HIDDEN = re.compile(r"[\x00-\x1f\x7f]")
# Control characters, invisible ones such as those that turn the direction, halves of pairs, ends of lines.
_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
_ORIGIN = re.compile(r"(?P<kind>[a-z][a-z0-9]{0,29})\+(?P<base>https?://[^#\s]+)#(?P<item>[^#]+)")
_ITEM = re.compile(r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._:/@+~%=()-]{0,299}")


class Protocol(StrEnum):
    """How a source is reached; the value is git's own word for it."""

    HTTP = "http"
    HTTPS = "https"
    SSH = "ssh"
    FILE = "file"
    ORIGIN = "origin"  # an item of a catalog elsewhere: `kind+https://base#item`


@dataclass(frozen=True)
class Address:
    """An address that may be handed to git: `text` never begins with `-` and names one protocol."""

    text: str
    protocol: Protocol
    host: str
    path: str
    kind: str = ""
    base: str = ""
    item: str = ""

    @property
    def uses_this_machine(self) -> bool:
        """Whether opening it uses what belongs to the platform's own machine: its files, or its ssh key."""
        return self.protocol in (Protocol.FILE, Protocol.SSH)

    @property
    def name(self) -> str:
        """The last part of the path, without `.git`; of an item, the last part of its key."""
        if self.protocol is Protocol.ORIGIN:
            return self.item.rstrip("/").rpartition("/")[2].rpartition(":")[2] or self.item
        return self.path.rstrip("/").rpartition("/")[2].removesuffix(".git")

    @property
    def key(self) -> str:
        """The same for all spellings of one address: `https://H/x.git/` and `https://h/x` are one."""
        if self.protocol is Protocol.ORIGIN:
            return f"{self.kind}+{self.base.rstrip('/')}#{self.item}"
        path = self.path.rstrip("/").removesuffix(".git")
        return f"{self.protocol}://{self.host.lower()}{path}"


_GIT = (Protocol.HTTP, Protocol.HTTPS, Protocol.SSH, Protocol.FILE)


def read(text: str) -> Address:
    """Read the address of a repository or folder.

    Raises:
        BadAddress: it is none; the detail says why.
    """
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise BadAddress(f"An address has 1 to {LONGEST} characters.")
    if text.startswith("/"):
        return _folder(text)
    if _CONTROL.search(text):
        raise BadAddress("The address holds spaces or control characters.")
    if not text.isascii():
        # Letters that look like others lead elsewhere than people think; `K` (U+212A) even becomes a `k`.
        raise BadAddress(
            "The address holds other letters than a to z.", fix="Write them as %xx, or copy it anew."
        )
    if _tricky(text):
        raise BadAddress("The address holds `..`, a backslash or control characters.")
    if found := _SCP.fullmatch(text):
        return Address(text, Protocol.SSH, found["host"], f"/{found['path'].lstrip('/')}")
    if found := _ORIGIN.fullmatch(text):
        return _origin(text, found)
    return _url(text)


def read_branch(text: str | None) -> str | None:
    """Read a branch's name (git-check-ref-format(1)); nothing means the default branch.

    Raises:
        BadAddress: git does not allow such a name.
    """
    name = (text or "").strip()
    if not name:
        return None
    if not _BRANCH.fullmatch(name) or name.endswith(("/", ".")) or name == "@":
        raise BadAddress(f"`{name[:60]}` cannot be the name of a branch.", fix="Check the branch's name.")
    return name


def _origin(text: str, found: re.Match[str]) -> Address:
    kind, base, item = found["kind"], found["base"], found["item"]
    try:
        parts = urlsplit(base)
        host, port, named = parts.hostname or "", parts.port, parts.username or parts.password
    except ValueError as error:
        raise BadAddress(f"The address cannot be read: {error}.") from None
    if named:
        raise BadAddress("The address holds a user name or password, which everybody could read.")
    _check_host(host, "")
    if not _ITEM.fullmatch(item):
        raise BadAddress(f"`{item[:60]}` cannot name an item of a catalog.")
    where = f"{host}:{port}" if port else host
    return Address(text, Protocol.ORIGIN, where, parts.path, kind=kind, base=base, item=item)


def _tricky(text: str) -> bool:
    """Whether its parts mean something else to whoever unwraps or joins them."""
    plain = unquote(unquote(text), errors="replace")
    parts = re.split(r"[/:#]", plain)
    return "\\" in plain or _HIDDEN.search(plain) is not None or ".." in parts


def _folder(path: str) -> Address:
    if any(unicodedata.category(each) in _UNSEEN for each in path):
        raise BadAddress("The path holds control characters, or some that nobody sees.")
    # Without following links: what a link means is decided when it is opened.
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise BadAddress("A path with `..` is not taken.", fix="Write the folder's own absolute path.")
    clean = "/" + "/".join(parts)
    return Address(clean, Protocol.FILE, "", clean)


def _url(text: str) -> Address:
    try:
        parts = urlsplit(text)
        host, port, user, password = parts.hostname or "", parts.port, parts.username, parts.password
    except ValueError as error:
        raise BadAddress(f"The address cannot be read: {error}.") from None
    if parts.scheme not in _GIT:
        raise BadAddress(_unknown(parts.scheme, text))
    protocol = Protocol(parts.scheme)
    if protocol is Protocol.FILE:
        return _file(host, unquote(parts.path))
    if password or (user and protocol is not Protocol.SSH):
        raise BadAddress(
            "The address holds a user name or password, which everybody who sees the module could read.",
            fix="Leave it out; the platform reads what is public.",
        )
    _check_host(host, user or "")
    if not parts.path.strip("/") or parts.query or parts.fragment:
        raise BadAddress("The address names no repository, or more than a repository.")
    return Address(text, protocol, f"{host}:{port}" if port else host, parts.path)


def _file(host: str, path: str) -> Address:
    if host not in ("", "localhost") or not path.startswith("/"):
        raise BadAddress("A file address looks like file:///absolute/path.")
    return _folder(path)


def _check_host(host: str, user: str) -> None:
    if not _HOST.fullmatch(host) or not _USER.fullmatch(user):
        raise BadAddress("The address has no proper host name.")


def _unknown(scheme: str, text: str) -> str:
    if scheme and f"{scheme}://" in text:
        return f"`{scheme}:` addresses are not taken: use https, http, ssh or an absolute path."
    return "It has neither a scheme such as https:// nor is it an absolute path."


def folder_of(address: Address) -> Path | None:
    """The folder that a local address names, None for the others."""
    return Path(address.path) if address.protocol is Protocol.FILE else None

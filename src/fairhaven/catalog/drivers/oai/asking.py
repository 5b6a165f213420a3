"""Asks an OAI-PMH 2.0 endpoint, politely, and reads its envelope (§3.2, §3.6)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from fairhaven import __version__
from fairhaven.catalog.drivers.oai import xml
from fairhaven.catalog.drivers.oai.xml import BadXml, Element
from fairhaven.catalog.ports import CursorLost, ListProblem
from fairhaven.core import outbound
from fairhaven.core.outbound import Guard

MIB = 1 << 20
MOST_BYTES = 32 * MIB
SECONDS = 120.0
LONGEST_WAIT = 86_400.0
USUAL_WAIT = 300.0  # when a server is busy and does not say for how long
BUSY = (429, 503)
USER_AGENT = f"fairhaven/{__version__} (OAI-PMH harvester)"


class ListRefused(ListProblem):
    """The endpoint answered with an error of the protocol."""

    def __init__(self, code: str, words: str) -> None:
        said = f": {words[:300]}" if words else ""
        super().__init__(f"The endpoint answered {code}{said}", fix=_FIXES.get(code))
        self.code = code


_FIXES = {
    "cannotDisseminateFormat": "Choose another format, or leave it empty.",
    "noSetHierarchy": "Leave the set empty.",
    "badVerb": "Is it the address of an OAI-PMH endpoint?",
}


async def ask(guard: Guard, base: str, arguments: Mapping[str, str]) -> Element:
    """The root of an answer that is no error.

    Raises:
        ListRefused: it is an error of the protocol; `code` is its name.
        CursorLost: the resumption token is not known any more.
        ListProblem: it cannot be asked, is busy (`wait`), or answers no OAI-PMH.
    """
    headers = {"User-Agent": USER_AGENT, "Accept": "text/xml, application/xml"}
    url = _with(base, arguments)
    try:
        found = await outbound.fetch(guard, url, headers=headers, max_bytes=MOST_BYTES, seconds=SECONDS)
    except outbound.OutboundProblem as problem:
        raise ListProblem(problem.detail, fix=problem.remedy) from None
    if found.status in BUSY:
        raise ListProblem("The endpoint is busy.", wait=_wait(found.headers.get("retry-after", "")))
    if found.status != 200:
        raise ListProblem(f"The endpoint answered with status {found.status}.", fix="Check its address.")
    return _opened(found.body)


def _opened(content: bytes) -> Element:
    try:
        root = xml.parse(content)
    except BadXml as bad:
        raise ListProblem(f"The endpoint's answer cannot be read. {bad}") from None
    if root.local != "OAI-PMH":
        raise ListProblem("The answer is not OAI-PMH.", fix="Is it the address of an OAI-PMH endpoint?")
    if (error := root.first("error")) is not None:
        code, words = error.get("code") or "an error", error.text.strip()
        if code == "badResumptionToken":
            raise CursorLost(f"The endpoint does not go on with its list: {words[:300] or code}")
        raise ListRefused(code, words)
    return root


def _with(base: str, arguments: Mapping[str, str]) -> str:
    """The base URL with arguments; what it has of its own stays."""
    parts = urlsplit(base)
    query = urlencode([*parse_qsl(parts.query), *arguments.items()])
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def _wait(text: str) -> float:
    """Seconds that `Retry-After` asks for, which may be a date (RFC 9110 §10.2.3)."""
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_WAIT)
    try:
        seconds = (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError):
        return USUAL_WAIT
    return min(max(seconds, 0.0), LONGEST_WAIT)

"""Whatever an address answers, the robot comes home: what it could not read fails, and no more."""

import json
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from tests.unit.catalog.fair import site as sites
from tests.unit.catalog.fair.site import Site

from fairhaven.catalog import fair
from fairhaven.catalog.fair import graphs

PAGE = "/id/module/plankton"
FILE = "/files/model.py"
BOMB = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">
  <!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><x>&c;</x>"""


def _endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b"<p>more and more</p>" * 4096)
    except OSError:
        handler.close_connection = True


def _silent(handler: BaseHTTPRequestHandler) -> None:
    """Begins to answer, and says no more until the robot goes away."""
    handler.send_response(200)
    handler.end_headers()
    handler.rfile.read(1)


def _broken(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\x00\r\n\r\n")
    handler.close_connection = True


def _headers(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Link", "<x>; rel=item, " * 20_000)
    handler.end_headers()


FIRST_ANSWERS: dict[str, Any] = {
    "endless": _endless,
    "silent": _silent,
    "broken": _broken,
    "too many headers": _headers,
    "a loop": (302, {"Location": PAGE}, b""),
    "a network of ours": (302, {"Location": "http://10.0.0.1/"}, b""),
    "a file of this machine": (302, {"Location": "file:///etc/passwd"}, b""),
    "an address that is none": (302, {"Location": "http://[::1"}, b""),
    "an error": (500, {"Content-Type": "text/html"}, b"<h1>500</h1>"),
    "packed": (200, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, b"\x1f\x8b" + b"\x00" * 50),
    "bytes": (200, {"Content-Type": "text/html"}, bytes(range(256)) * 50),
}


@pytest.mark.parametrize("what", FIRST_ANSWERS)
async def test_whatever_the_page_answers_the_robot_comes_home(what: str) -> None:
    with sites.serving(Site(answers={PAGE: FIRST_ANSWERS[what]})) as site:
        began = time.monotonic()
        found = await site.visited(seconds=0.3, lasting=5)
        judged = fair.judge(found)
        assert time.monotonic() - began < 5
    assert judged.percentage < 15
    assert all(answer.problem or answer.status for answer in found.asked)


def _as(media_type: str, body: str | bytes) -> Callable[[Site], None]:
    """Every description is this."""

    def spoil(site: Site) -> None:
        content = body.encode() if isinstance(body, str) else body
        answer = (200, {"Content-Type": media_type}, content)
        site.answers[PAGE] |= dict.fromkeys(("text/turtle", "application/ld+json", media_type), answer)
        site.answers["/codemeta.json"] = answer

    return spoil


def _inside(text: str) -> Callable[[Site], None]:
    def spoil(site: Site) -> None:
        site.page("/catalog/plankton", f'<script type="application/ld+json">{text}</script>', "text/html")

    return spoil


DESCRIPTIONS = {
    "a page as Turtle": _as("text/turtle", "<html><body>Sign in</body></html>"),
    "no JSON": _as("application/ld+json", "{" * 10),
    "very deep": _as("application/ld+json", '{"@graph":' * 20_000 + "1" + "}" * 20_000),
    "very deep in the page": _inside("[" * 100_000),
    "very many": _as("text/turtle", "".join(f"<a:{n}> <b:b> {n} .\n" for n in range(5_200))),
    "very large": _as("text/turtle", b"# " + b"x" * graphs.LARGEST),
    "a bomb": _as("application/rdf+xml", BOMB),
    "another type": _as("image/png", b"\x89PNG"),
    "no text": _as("text/turtle", b"\xff\xfe\x00" * 100),
    "an address that is none": _as("text/turtle", '<http://[> <b:b> "c" .'),
    "DataCite that is a list": _as("application/vnd.datacite.datacite+json", "[1]"),
    "DataCite of other types": _as(
        "application/vnd.datacite.datacite+json", '{"titles": 3, "creators": [4], "types": []}'
    ),
}


@pytest.mark.parametrize("what", DESCRIPTIONS)
async def test_descriptions_that_cannot_be_read_fail_and_the_others_count(what: str) -> None:
    with sites.good(DESCRIPTIONS[what]) as site:
        found = await site.visited()
        judged = fair.judge(found)
    assert found.unread or found.documents
    # The page or the other descriptions are still there; of software, CodeMeta is missing.
    assert 40 < judged.percentage <= 100
    assert judged.software < 95


async def test_a_context_that_is_only_named_is_never_fetched() -> None:
    with sites.good() as site:
        named = f"{site.url}/context.jsonld"
        hidden = {"@context": [named, {"@import": named}], "@id": site.start, "@type": "Thing"}
        inner = {**hidden, "http://schema.org/about": {"@context": named, "name": "x"}}
        _inside(json.dumps(inner))(site)
        await site.visited()
    assert "/context.jsonld" not in site.asked


@pytest.mark.parametrize("answer", [_endless, _silent, _broken, (302, {"Location": FILE}, b"")])
async def test_files_elsewhere_may_do_what_they_like(answer: Any) -> None:
    with sites.good(lambda site: site.answers.__setitem__(FILE, answer)) as site:
        found = await site.visited(seconds=0.5, lasting=10)
    assert fair.judge(found).percentage > 90  # the README is another file that could be had


async def test_the_robot_asks_a_bounded_number_of_questions() -> None:
    def many(site: Site) -> None:
        inside = sites.embedded(site)
        parts = [sites.part(site, f"{n}.bin", "x/y", 1, "MediaObject") for n in range(500)]
        described = [f'<{site.url}/{n}.ttl>; rel="describedby"; type="text/turtle"' for n in range(500)]
        page = sites.html({**inside, "distribution": parts})
        site.page("/catalog/plankton", page, "text/html", Link=", ".join(described))

    with sites.good(many) as site:
        found = await site.visited()
    assert len(site.asked) < 60
    assert fair.judge(found).percentage > 50

"""A small site served by a real HTTP server: what a FAIR item looks like to robots, to be spoilt by tests."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from fairhaven.catalog import fair
from fairhaven.catalog.fair.asking import origin
from fairhaven.catalog.fair.robot import Harvest
from fairhaven.core.addresses import networks
from fairhaven.core.outbound import Guard

HERE = Guard(allow=networks(("127.0.0.0/8",)))
SWHID = "swh:1:dir:" + "a" * 40
CFF = "application/yaml"
OPENAPI = "application/vnd.oai.openapi+json"
Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Site:
    """Addresses with what they answer; a function answers by itself, with the request's handler.

    Attributes:
        answers: path → answer, or path → accepted type → answer.
        asked: the paths that were asked for, in order.
    """

    url: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def start(self) -> str:
        return f"{self.url}/id/module/plankton"

    def page(self, path: str, body: str | bytes, media_type: str, status: int = 200, **headers: str) -> None:
        content = body.encode() if isinstance(body, str) else body
        self.answers[path] = (status, {"Content-Type": media_type, **headers}, content)

    def leads(self, path: str, to: str) -> None:
        self.answers[path] = (303, {"Location": to}, b"")

    async def visited(self, **bounds: Any) -> Harvest:
        """What the robot finds; only this site may be asked, as if all else were no public network."""

        def guard_for(address: str) -> Guard:
            return HERE if origin(address) == self.url else Guard()

        return await fair.visit(self.start, guard_for, **{"seconds": 5.0, **bounds})


class _Quiet(ThreadingHTTPServer):
    """A server that does not tell of robots who went away."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: what matters is what the robot found."""


@contextmanager
def serving(site: Site) -> Iterator[Site]:
    """Serve the site until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            site.asked.append(self.path)
            found = site.answers.get(self.path, (404, {"Content-Type": "text/plain"}, b"nothing"))
            if isinstance(found, dict):
                found = found.get(self.headers["Accept"], found[""])
            if callable(found):
                found(self)
                return
            status, headers, body = found
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, *given: object) -> None:
            """Nothing: tests say what they need."""

    server = _Quiet(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def good(spoil: Callable[[Site], None] | None = None) -> Iterator[Site]:
    """An item that has all that robots look for; `spoil` takes something away."""
    with serving(Site()) as site:
        furnish(site)
        if spoil:
            spoil(site)
        yield site


def furnish(site: Site) -> None:
    """Answers of an item that passes every test."""
    start, page = site.start, f"{site.url}/catalog/plankton"
    inside = embedded(site)
    site.page("/catalog/plankton", html(inside), "text/html", Link=", ".join(links(site)))
    site.answers["/id/module/plankton"] = {
        "": (406, {}, b""),
        "text/html,application/xhtml+xml;q=0.9": (303, {"Location": page}, b""),
        "text/turtle": (200, {"Content-Type": "text/turtle"}, turtle(site).encode()),
        "application/ld+json": (200, {"Content-Type": "application/ld+json"}, json.dumps(inside).encode()),
    }
    release = f"<{start}@1.0> <http://purl.org/dc/terms/isVersionOf> <{start}> ."
    site.answers["/id/module/plankton@1.0"] = {
        "": (406, {}, b""),
        "text/turtle": (200, {"Content-Type": "text/turtle"}, release.encode()),
    }
    meta = json.dumps(codemeta(site))
    site.page("/codemeta.json", meta, 'application/ld+json; profile="https://w3id.org/codemeta/3.0"')
    site.page("/citation.cff", f'identifiers: [{{value: {start}}}]\ncommit: "{"b" * 40}"\n', CFF)
    site.page("/openapi.json", json.dumps({"openapi": "3.1.0"}), OPENAPI)
    site.page("/files/README.md", "# Plankton sorter\n\nTo install it, run pip.\n", "text/markdown")
    site.page("/files/model.py", "1\n", "text/x-python")
    site.page("/repository", "code", "text/html")
    site.leads("/ark:/12345/plankton", page)
    site.page("/sitemap.xml", f"<urlset><url><loc>{page}</loc></url></urlset>", "application/xml")


def html(inside: Any) -> str:
    script = f'<script type="application/ld+json">{json.dumps(inside)}</script>' if inside else ""
    return f"<!doctype html><html><head><title>Plankton</title>{script}</head><body>Plankton</body></html>"


def links(site: Site) -> list[str]:
    """The signposts of the page."""
    return [
        f'<{site.url}/ark:/12345/plankton>; rel="cite-as"',
        f'<{site.url}/files/model.py>; rel="item"; type="text/x-python"',
        f'<{site.url}/codemeta.json>; rel="describedby"; type="application/ld+json"; profile="codemeta"',
        f'<{site.url}/citation.cff>; rel="describedby"; type="{CFF}"',
        f'<{site.url}/openapi.json>; rel="service-desc"; type="{OPENAPI}"',
    ]


def embedded(site: Site) -> dict[str, Any]:
    """The item in schema.org's words."""
    ada = {"@id": "https://orcid.org/0000-0002-1825-0097", "@type": "Person", "name": "Ada", "email": "a@b.c"}
    return {
        "@context": "https://schema.org/",
        "@id": site.start,
        "@type": "SoftwareSourceCode",
        "name": "Plankton sorter",
        "description": "Sorts plankton.",
        "keywords": ["plankton"],
        "author": ada,
        "maintainer": ada,
        "publisher": {"@type": "Organization", "name": "A lab"},
        "identifier": [SWHID],
        "datePublished": "2026-01-01",
        "dateCreated": "2025-01-01",
        "version": "1.0",
        "license": {"@id": "https://spdx.org/licenses/Apache-2.0"},
        "isAccessibleForFree": True,
        "programmingLanguage": "Python",
        "codeRepository": {"@id": f"{site.url}/repository"},
        "softwareHelp": {"@id": f"{site.url}/files/README.md"},
        "archivedAt": {"@id": "https://zenodo.org/records/1"},
        "citation": {"@id": "https://doi.org/10.7717/peerj.453"},
        "distribution": [
            part(site, "README.md", "text/markdown", 42, "MediaObject"),
            part(site, "model.py", "text/x-python", 2, "SoftwareSourceCode"),
        ],
    }


def part(site: Site, name: str, media_type: str, size: int, kind: str) -> dict[str, Any]:
    place = f"{site.url}/files/{name}"
    file = {"@id": f"{site.start}#{name}", "@type": kind, "name": name, "contentUrl": {"@id": place}}
    return {**file, "encodingFormat": media_type, "contentSize": f"{size} B"}


def codemeta(site: Site) -> dict[str, Any]:
    """The item in CodeMeta's words."""
    named = [
        {"@id": f"{site.start}#tests", "name": "tests/test_model.py"},
        {"@id": f"{site.start}#licence", "name": "LICENSE", "description": "Of license-files."},
    ]
    port = {"encodingFormat": {"@id": "https://www.iana.org/assignments/media-types/image/png"}}
    return {
        **embedded(site),
        "@context": "https://w3id.org/codemeta/3.0",
        "developmentStatus": "active",
        "issueTracker": {"@id": f"{site.url}/issues"},
        "softwareRequirements": ["numpy"],
        "continuousIntegration": {"@id": f"{site.url}/builds"},
        "hasPart": named,
        "https://bioschemas.org/ComputationalWorkflow#input": port,
    }


def turtle(site: Site) -> str:
    """The item in DCAT's and MLDCAT-AP's words."""
    return f"""
        @prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
        @prefix prov: <http://www.w3.org/ns/prov#> . @prefix it6: <http://data.europa.eu/it6/> .
        <{site.start}> a it6:MachineLearningModel, dcat:Resource ; dct:title "Plankton sorter" ;
          dct:accessRights <http://publications.europa.eu/resource/authority/access-right/PUBLIC> ;
          dct:hasVersion <{site.start}@1.0> ; prov:wasAttributedTo <https://orcid.org/0> ."""

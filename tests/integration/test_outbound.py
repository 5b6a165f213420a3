"""Addresses that people give, with real servers here: one allowed, one not, and names that change."""

import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fairhaven.core import sources
from fairhaven.core.addresses import networks
from fairhaven.core.outbound import (
    AddressRefused,
    AnswerTooLarge,
    Guard,
    Pinned,
    TooManyRedirects,
    Unanswered,
    fetch,
)
from fairhaven.core.outbound.guard import Resolver

ALLOWED, FORBIDDEN = "127.0.0.1", "127.0.0.2"


@dataclass
class Server:
    """A real HTTP server that notes what it was asked, and answers as its test says."""

    port: int
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)


@contextmanager
def serving(address: str, *, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append((self.command, self.path, dict(self.headers)))
            status, headers, body = made.answers.get(self.path, (200, {}, b"hello"))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer((address, 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    made = Server(server.server_port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def allowed() -> Iterator[Server]:
    with serving(ALLOWED) as server:
        yield server


@pytest.fixture
def forbidden() -> Iterator[Server]:
    with serving(FORBIDDEN) as server:
        yield server


def named(*answers: Sequence[str]) -> tuple[Resolver, list[str]]:
    """A name server that gives these answers one by one, the last for ever; and what it was asked."""
    asked: list[str] = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return answers[min(len(asked), len(answers)) - 1]

    return resolve, asked


def guard(resolve: Resolver | None = None) -> Guard:
    here = networks([f"{ALLOWED}/32"])
    return Guard(here, resolve) if resolve else Guard(here)


async def test_the_host_is_resolved_once_and_its_name_is_kept(allowed: Server) -> None:
    resolve, asked = named([ALLOWED], [FORBIDDEN])
    found = await fetch(guard(resolve), f"http://data.example.org:{allowed.port}/x?y=1")
    assert (found.status, found.body, found.url) == (
        200,
        b"hello",
        f"http://data.example.org:{allowed.port}/x?y=1",
    )
    assert asked == ["data.example.org"]
    assert allowed.asked[0][2]["Host"] == f"data.example.org:{allowed.port}"


async def test_a_name_that_changes_its_mind_leads_nowhere_else(allowed: Server, forbidden: Server) -> None:
    """DNS rebinding: the second answer of the name server is the forbidden one."""
    resolve, _ = named([ALLOWED], [FORBIDDEN])
    async with httpx.AsyncClient(transport=Pinned(guard(resolve)), trust_env=False) as client:
        assert (await client.get(f"http://data.example.org:{allowed.port}/")).status_code == 200
        with pytest.raises(AddressRefused):
            await client.get(f"http://data.example.org:{forbidden.port}/")
    assert forbidden.asked == []


@pytest.mark.parametrize(
    "host", ["127.0.0.2", "localhost.example.org", "[::1]", "[::ffff:127.0.0.2]", "0.0.0.0"]
)
async def test_what_is_not_public_is_not_asked(forbidden: Server, host: str) -> None:
    resolve, _ = named([FORBIDDEN, "::1", "169.254.169.254"])
    with pytest.raises(AddressRefused):
        await fetch(guard(resolve), f"http://{host}:{forbidden.port}/")
    assert forbidden.asked == []


async def test_each_redirect_is_checked(allowed: Server, forbidden: Server) -> None:
    resolve, asked = named([ALLOWED])
    allowed.answers = {
        "/inside": (302, {"Location": f"http://{FORBIDDEN}:{forbidden.port}/secret"}, b""),
        "/name": (307, {"Location": f"http://other.example.org:{allowed.port}/end"}, b""),
        "/relative": (301, {"Location": "/end"}, b""),
        "/file": (302, {"Location": "file:///etc/passwd"}, b""),
        "/broken": (302, {"Location": "http://[::"}, b""),
        "/round": (302, {"Location": "/round"}, b""),
    }
    here = f"http://data.example.org:{allowed.port}"
    for path, problem in (("/inside", AddressRefused), ("/file", AddressRefused), ("/broken", Unanswered)):
        with pytest.raises(problem):
            await fetch(guard(resolve), here + path)
    assert forbidden.asked == []
    found = await fetch(
        guard(resolve), here + "/name", headers={"Authorization": "Bearer x", "Accept": "a/b"}
    )
    assert found.url == f"http://other.example.org:{allowed.port}/end" and asked[-1] == "other.example.org"
    assert "Authorization" not in allowed.asked[-1][2] and allowed.asked[-1][2]["Accept"] == "a/b"
    assert (await fetch(guard(resolve), here + "/relative")).url == here + "/end"
    with pytest.raises(TooManyRedirects):
        await fetch(guard(resolve), here + "/round")
    assert (await fetch(guard(resolve), here + "/inside", redirects=0)).status == 302


async def test_what_is_sent_never_goes_elsewhere(allowed: Server, forbidden: Server) -> None:
    resolve, _ = named([ALLOWED])
    allowed.answers = {"/": (307, {"Location": f"http://{FORBIDDEN}:{forbidden.port}/"}, b"")}
    url = f"http://hook.example.org:{allowed.port}/"
    found = await fetch(guard(resolve), url, method="POST", content=b"told")
    assert found.status == 307 and forbidden.asked == []


async def test_size_and_time_are_bounded(allowed: Server) -> None:
    allowed.answers = {
        "/large": (200, {}, b"x" * 200_000),
        "/packed": (200, {"Content-Encoding": "gzip"}, b"\x1f\x8b"),
    }
    here = f"http://{ALLOWED}:{allowed.port}"
    with pytest.raises(AnswerTooLarge):
        await fetch(guard(), f"{here}/large", max_bytes=100_000)
    with pytest.raises(Unanswered):
        await fetch(guard(), f"{here}/packed")
    assert allowed.asked[-1][2]["Accept-Encoding"] == "identity"
    with serving_silence() as port, pytest.raises(Unanswered):
        await fetch(guard(), f"http://{ALLOWED}:{port}/", seconds=0.3)


async def test_the_next_address_of_a_machine_is_tried(allowed: Server) -> None:
    resolve, _ = named(["127.0.0.3", ALLOWED])
    both = Guard(networks(["127.0.0.0/8"]), resolve)
    assert (await fetch(both, f"http://data.example.org:{allowed.port}/")).status == 200


async def test_tls_asks_for_the_name_and_checks_it(tmp_path: Path) -> None:
    served, trusting = certificate(tmp_path, "data.example.org")
    resolve, _ = named([ALLOWED])
    with serving(ALLOWED, tls=served) as server:
        url = f"https://data.example.org:{server.port}/"
        assert (await fetch(guard(resolve), url, verify=trusting)).status == 200
        with pytest.raises(Unanswered, match="CERTIFICATE"):
            await fetch(guard(resolve), f"https://other.example.org:{server.port}/", verify=trusting)


async def test_git_asks_where_the_guard_says_and_nowhere_else(allowed: Server, forbidden: Server) -> None:
    resolve, asked = named([ALLOWED], [FORBIDDEN])
    with pytest.raises(sources.SourceProblem):  # it is no repository; what counts is that it was asked
        url = f"http://git.example.org:{allowed.port}/a/b"
        await sources.head(url, allow_folders=False, guard=guard(resolve))
    assert allowed.asked[0][1].startswith("/a/b/info/refs") and asked == ["git.example.org"]
    assert allowed.asked[0][2]["Host"] == f"git.example.org:{allowed.port}"
    with pytest.raises(sources.AddressRefused):
        url = f"http://git.example.org:{forbidden.port}/a/b"
        await sources.head(url, allow_folders=False, guard=guard(resolve))
    assert forbidden.asked == []


async def test_git_follows_a_server_that_leads_elsewhere_only_to_where_it_may(
    allowed: Server, forbidden: Server, make_repository: Callable[[], Any]
) -> None:
    resolve, _ = named([ALLOWED])
    question = "/info/refs?service=git-upload-pack"
    inside = f"http://{FORBIDDEN}:{forbidden.port}/x"
    allowed.answers = {
        f"/moved{question}": (301, {"Location": f"/new{question}"}, b""),
        f"/inside{question}": (301, {"Location": f"{inside}{question}"}, b""),
        f"/odd{question}": (301, {"Location": "/elsewhere"}, b""),
        f"/new{question}": (
            200,
            {"Content-Type": "application/x-git-upload-pack-advertisement"},
            make_repository(),
        ),
    }
    here = f"http://git.example.org:{allowed.port}"
    found = await sources.head(f"{here}/moved", allow_folders=False, guard=guard(resolve))
    assert found.commit == "1" * 40
    with pytest.raises(sources.AddressRefused):
        await sources.head(f"{here}/inside", allow_folders=False, guard=guard(resolve))
    with pytest.raises(sources.RepositoryMoved):
        await sources.head(f"{here}/odd", allow_folders=False, guard=guard(resolve))
    assert forbidden.asked == []


@pytest.fixture
def make_repository() -> Callable[[], bytes]:
    """What a server of protocol version 0 says first (gitprotocol-http(5)): one commit, at HEAD."""

    def advertisement() -> bytes:
        lines = [b"# service=git-upload-pack\n", None, b"1" * 40 + b" HEAD\0symref=HEAD:refs/heads/main\n"]
        lines += [b"1" * 40 + b" refs/heads/main\n", None]
        return b"".join(b"0000" if line is None else b"%04x%s" % (len(line) + 4, line) for line in lines)

    return advertisement


@contextmanager
def serving_silence() -> Iterator[int]:
    from socket import create_server

    with create_server((ALLOWED, 0)) as silent:
        yield silent.getsockname()[1]


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's TLS for one name, and a client's that trusts it."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / "cert.pem", folder / "key.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(chain, secret)
    return served, ssl.create_default_context(cafile=str(chain))

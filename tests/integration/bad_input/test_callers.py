"""Tokens that do not work, forms that are not ours, and uploads that are too large."""

import re
import select
import socket
import time

import psutil
import pytest

from fairhaven.core.testing.whole import until

pytestmark = [pytest.mark.xdist_group("whole"), pytest.mark.slow]

TWO_GIGABYTES = 2 << 30
EARLY = 128 << 20  # bytes that may have left us before the refusal is here: buffers on the way
PIECE = b"x" * (1 << 20)
BOUNDARY = "in-between"
UPLOAD_HEAD = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="large"\r\n\r\n'.encode()
)
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


@pytest.fixture(scope="module")
def serving(whole, make_module):
    """A workload that answers."""
    workload = whole.begin(whole.release(make_module("sound")))
    until(lambda: whole.answers(workload))
    yield workload
    whole.forget(workload)


@pytest.mark.parametrize("sent", ["Bearer fh_nobody", "Bearer", "Bearer \xff"])
def test_a_wrong_token_is_refused_with_what_to_do(whole, sent):
    _refuses_token(whole, sent)


def test_an_expired_token_is_refused_with_what_to_do(whole):
    secret = whole.api.post("/api/v1/tokens", json={"name": "short", "days": 1}).json()["secret"]
    whole.rows("UPDATE tokens SET expires_at = now() - interval '1 second' WHERE name = 'short' RETURNING id")
    _refuses_token(whole, f"Bearer {secret}")


@pytest.mark.parametrize("path", ["/endpoints/{}/v2/models/small/predict/", "/endpoints/{}/"])
def test_an_endpoint_is_closed_to_wrong_tokens(whole, serving, path):
    with whole.client() as client:
        for headers, status in (({}, 401), ({"Authorization": "Bearer fh_nobody"}, 401)):
            answer = client.post(path.format(serving), headers=headers)
            assert answer.status_code == status and answer.json()["fix"]


@pytest.mark.parametrize("kind", ["none", "of another session", "from another site"])
def test_a_stolen_form_changes_nothing_and_says_what_to_do(whole, browser, csrf, serving, kind):
    token = {"none": "", "of another session": csrf[::-1], "from another site": csrf}[kind]
    headers = {"Sec-Fetch-Site": "cross-site"} if kind == "from another site" else {}
    for path in (
        "/account/tokens",
        "/catalog/new",
        f"/workloads/{serving}/stop",
        f"/workloads/{serving}/try",
    ):
        answer = browser.post(
            path, data={"csrf_token": token, "name": "stolen", "days": "1"}, headers=headers
        )
        assert answer.status_code == 403, path
        assert "did not come from a page of ours" in answer.text and "Open the page again" in answer.text
    assert whole.rows("SELECT 1 FROM tokens WHERE name = 'stolen'") == []
    assert whole.get(f"workloads/{serving}")["wanted"] == "running"


def test_a_cookie_alone_changes_nothing_at_an_endpoint_or_the_api(whole, browser, serving):
    for path in (f"/endpoints/{serving}/v2/models/small/predict/", "/api/v1/tokens"):
        answer = browser.post(path, headers={"Accept": "application/json"})
        assert answer.status_code == 403 and answer.json()["fix"]


@pytest.mark.parametrize("chunked", [False, True], ids=["declared", "chunked"])
@pytest.mark.parametrize("to", ["api", "page", "try page", "endpoint", "page without a sign-in"])
def test_an_upload_of_two_gigabytes_is_refused_early(whole, browser, csrf, serving, to, chunked):
    path, kind, signed_in = {
        "api": ("/api/v1/modules", "application/json", True),
        "page": ("/catalog/new", MULTIPART, True),
        "try page": (f"/workloads/{serving}/try", MULTIPART, True),
        "endpoint": (f"/endpoints/{serving}/v2/models/small/predict/", MULTIPART, True),
        "page without a sign-in": ("/catalog/new", MULTIPART, False),
    }[to]
    headers = {"Content-Type": kind, "Accept": "application/json"}
    if signed_in:
        headers["Authorization"] = f"Bearer {whole.secret}"
    before = _memory(whole)
    sender = Sender(whole, path, headers, chunked=chunked)
    answer = sender.send()
    assert answer.startswith("HTTP/1.1 413"), answer[:300] or sender.problem
    assert "MiB" in answer or "bytes" in answer
    large_is_fine = chunked and to in ("try page", "endpoint")  # the first GiB of a file may come
    assert sender.sent < (EARLY if not large_is_fine else EARLY + (1 << 30))
    assert _memory(whole) - before < (150 << 20)
    until(lambda: _temporary(whole, serving) == 0)


def _refuses_token(whole, sent):
    with whole.client() as client:
        for path, accept in (("/api/v1/me", "application/json"), ("/catalog", "text/html")):
            answer = client.get(path, headers={"Authorization": sent.encode("latin-1"), "Accept": accept})
            assert answer.status_code == 401
            assert "fairhaven login" in answer.text


def _memory(whole):
    """Resident bytes of the platform's own process and of what serves models."""
    found = [psutil.Process(whole.pid), *whole.processes("fairhaven_runtime")]
    return sum(each.memory_info().rss for each in found)


def _temporary(whole, serving):
    """Bytes that uploads left on the disk."""
    places = (whole.temporary, whole.data / "workloads" / serving / "work")
    sizes = [file.stat().st_size for place in places for file in place.rglob("*") if file.is_file()]
    return sum(size for size in sizes if size > 1 << 16)


class Sender:
    """Sends a large body as fast as it is taken, and reads the answer as soon as it comes."""

    def __init__(self, whole, path, headers, *, chunked):
        host, port = whole.listen.split(":")
        self._socket = socket.create_connection((host, int(port)), timeout=30)
        length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {TWO_GIGABYTES}"
        lines = [f"POST {path} HTTP/1.1", f"Host: {whole.listen}", length, "Connection: close"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._chunked = chunked
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())
        self.sent, self.problem = 0, ""

    def send(self):
        with self._socket:
            try:
                self._put(UPLOAD_HEAD)
                while self.sent < TWO_GIGABYTES and not self._answered():
                    self._put(PIECE)
            except (BrokenPipeError, ConnectionResetError, TimeoutError) as error:
                self.problem = repr(error)
            return self._answer()

    def _put(self, data):
        framed = b"%x\r\n%s\r\n" % (len(data), data) if self._chunked else data
        view = memoryview(framed)
        while view:
            readable, writable, _ = select.select([self._socket], [self._socket], [], 30)
            if readable:
                return
            view = view[self._socket.send(view[: 1 << 18]) :] if writable else view
        self.sent += len(data)

    def _answered(self):
        return bool(select.select([self._socket], [], [], 0)[0])

    def _answer(self):
        found, deadline = b"", time.monotonic() + 10
        self._socket.settimeout(5)
        try:
            while time.monotonic() < deadline and (data := self._socket.recv(65536)):
                found += data
                length = re.search(rb"(?i)content-length: (\d+)", found)
                head, _, body = found.partition(b"\r\n\r\n")
                if head and length and len(body) >= int(length[1]):
                    break
        except (ConnectionResetError, TimeoutError) as error:
            self.problem += repr(error)
        return found.decode(errors="replace")

"""Whatever is sent, the server answers without an error of its own, keeps no file, and does not grow."""

import random
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode as Mode

Shared = Callable[[str], Any]
Serve = Callable[..., Any]
Wait = Callable[..., Any]

TRAIN = "/v2/models/everything/train/"

FEW = settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)

FORM = b"""--b\r
Content-Disposition: form-data; name="count"\r
Content-Type: text/plain; charset=utf-8\r
\r
4\r
--b\r
Content-Disposition: form-data; name="data"; filename="a.bin"\r
Content-Type: application/octet-stream\r
\r
\x00\xff\r\n--\r
--b--\r
""".replace(b"\r\r\n", b"\r\n")
OBJECT = b'{"count": 4, "flag": true, "numbers": [1, 2.5], "options": {"a": 1}, "name": "\\u00e9"}'
TENSORS = b"""{"id": "1", "inputs": [
{"name": "anything", "datatype": "INT32", "shape": [2, 2], "data": [[1, 2], [3, 4]]},
{"name": "text", "datatype": "BYTES", "shape": [1], "data": ["a"]}], "outputs": [{"name": "text"}]}"""
HEAD = b"""{"parameters": {"binary_data_output": true}, "inputs": [
{"name": "anything", "datatype": "FP16", "shape": [2], "parameters": {"binary_data_size": 4}},
{"name": "image", "datatype": "BYTES", "shape": [1], "parameters": {"binary_data_size": 7}}]}"""
LENGTH = b"inference-header-content-length"


@dataclass(frozen=True)
class Seed:
    """A request to be spoiled; `begin` bytes of its body are the JSON that binary data follows."""

    path: bytes
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""
    method: bytes = b"POST"
    begin: int = 0

    @property
    def probe(self) -> str:
        return "echoing" if b"echoing" in self.path else "everything"


PREDICT = b"/v2/models/everything/predict/"
INFER = b"/v2/models/echoing/infer"
MULTIPART = {b"content-type": b"multipart/form-data; boundary=b"}
UUID = b"0123456789abcdef0123456789abcdef"
SEEDS = {
    "multipart": Seed(PREDICT, MULTIPART, FORM),
    "training": Seed(TRAIN.encode(), MULTIPART, FORM.replace(b"count", b"epochs")),
    "form": Seed(
        PREDICT, {b"content-type": b"application/x-www-form-urlencoded; charset=utf-8"}, b"count=4&flag=1"
    ),
    "json": Seed(PREDICT, {b"content-type": b"application/json; charset=utf-8"}, OBJECT),
    "query": Seed(PREDICT + b"?count=4&numbers=1&numbers=2.5&name=%C3%A9a&flag=1"),
    "accept": Seed(PREDICT, {b"accept": b"text/csv;q=0.3, image/*;q=0.9, */*;q=0.1"}),
    "formats": Seed(b"/v2/models/formats/predict/", {b"accept": b"text/csv;q=0.3, image/*;q=0.9, */*;q=0.1"}),
    "prefer": Seed(PREDICT, {b"prefer": b"respond-async, wait=5; foo"}),
    "timeout": Seed(PREDICT, {b"x-request-timeout": b"77.5"}),
    "tensors": Seed(INFER, {b"content-type": b"application/json"}, TENSORS),
    "binary": Seed(INFER, {}, HEAD + b"\x00\x3c\x00\x40" + b"\x03\x00\x00\x00abc", begin=len(HEAD)),
    "path": Seed(TRAIN.encode() + UUID, method=b"GET"),
    "job": Seed(b"/jobs/" + UUID + b"/result", method=b"GET"),
}

WORTH_TRYING = [
    *(
        b"\x00",
        b"\xff",
        b"\r\n",
        b"--b",
        b"--b--",
        b'"',
        b"\\",
        b"%",
        b"%00",
        b"&",
        b"=",
        b";",
        b"q=",
        b",",
        b"/",
    ),
    *(
        b"{",
        b"}",
        b"[" * 2000,
        b"null",
        b"NaN",
        b"1e999",
        b"-1",
        b"0",
        b"9" * 30,
        b"\\ud800",
        b"charset=idna",
    ),
    *(b"filename=", b"boundary=", b"{uuid}", b"..", b"wait=", b"respond-async", b"BYTES", b"UINT8", b"shape"),
]


def spoiled(content: bytes, dice: random.Random) -> bytes:
    """The content with a few pieces replaced, cut out, doubled, or moved."""
    for _ in range(dice.randint(1, 4)):
        begin = dice.randint(0, len(content))
        end = min(len(content), begin + dice.choice([0, 1, 1, 2, 8, 64]))
        piece = content[begin:end]
        new = dice.choice([b"", piece * 2, dice.randbytes(2), *[dice.choice(WORTH_TRYING)] * 3])
        content = content[:begin] + new + content[end:]
    return content


def spoiled_request(seed: Seed, dice: random.Random) -> bytes:
    """One HTTP request over the wire: its body, a header's value, or now and then its path is spoiled."""
    path, headers, head, tail = seed.path, {**seed.headers}, seed.body[: seed.begin], seed.body[seed.begin :]
    parts = ["path"] + ["header"] * 3 * bool(headers) + ["head"] * 3 * bool(head) + ["tail"] * 6 * bool(tail)
    match dice.choice(parts):
        case "path":
            path = b"/" + in_one_line(spoiled(path, dice)).lstrip(b"/")
        case "header":
            headers = {name: in_one_line(spoiled(value, dice)) for name, value in headers.items()}
        case "head":
            head = spoiled(head, dice)
        case "tail":
            tail = spoiled(tail, dice)
    headers |= {b"host": b"x", b"content-length": b"%d" % len(head + tail)}
    headers |= {LENGTH: b"%d" % len(head)} if seed.begin else {}
    lines = [b" ".join([seed.method, path.replace(b" ", b"%20"), b"HTTP/1.1"])]
    lines += [name + b": " + value for name, value in headers.items()]
    return b"\r\n".join([*lines, b"", head + tail])


def in_one_line(content: bytes) -> bytes:
    return content.replace(b"\r", b"").replace(b"\n", b"").replace(b"\x00", b"")


class Wire:
    """Sends requests as they are, byte by byte, on one connection as long as the server keeps it."""

    def __init__(self, url: str) -> None:
        host, _, port = url.removeprefix("http://").partition(":")
        self._address = (host, int(port))
        self._connection: socket.socket | None = None

    def ask(self, request: bytes) -> tuple[int, dict[bytes, bytes], bytes]:
        """The status, headers and body of the answer."""
        if self._connection is None:
            self._connection = socket.create_connection(self._address, timeout=20)
        self._connection.sendall(request)
        with self._connection.makefile("rb") as answer:
            status = int(answer.readline().split()[1])
            headers = dict(self._headers(answer))
            body = answer.read(int(headers[b"content-length"])) if b"content-length" in headers else b""
        if b"close" in headers.get(b"connection", b"") or b"content-length" not in headers:
            self.close()
        return status, headers, body

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _headers(self, answer: Any) -> Iterator[tuple[bytes, bytes]]:
        while line := answer.readline().rstrip(b"\r\n"):
            name, _, value = line.partition(b": ")
            yield name.lower(), value


def check(status: int, body: bytes, sent: object, *, allowed: int = 501) -> None:
    """No error at all: the probes raise none; 501 is the answer of a module that has no such function."""
    assert status < 500 or status == allowed, (status, body[:500], sent)


@pytest.fixture
def settle(wait_until: Wait) -> Callable[[Any, str], None]:
    """Wait for a job and fetch its answer, so that none is left."""

    def settle(client: Any, where: str) -> None:
        wait_until(lambda: client.get(where + "/result").status_code != 409)

    return settle


@pytest.mark.parametrize("kind", SEEDS)
def test_a_spoiled_request_is_answered(shared: Shared, settle: Callable[[Any, str], None], kind: str) -> None:
    seed, dice = SEEDS[kind], random.Random(kind)
    server = shared("formats" if kind == "formats" else seed.probe)
    wire = Wire(server.url)
    for _ in range(300):
        request = spoiled_request(seed, dice)
        status, headers, body = wire.ask(request)
        check(status, body, request, allowed=504 if kind == "timeout" else 501)
        if status == 202:
            settle(server.client, headers[b"location"].decode())
    wire.close()
    forget_trainings(server)
    assert server.files() == []


def forget_trainings(server: Any) -> None:
    """Cancel the trainings that requests began."""
    trainings = server.client.get(TRAIN)
    for training in trainings.json() if trainings.status_code == 200 else []:
        server.client.delete(TRAIN + training["uuid"])


OPERATIONS = [
    ("everything", "post", PREDICT.decode()),
    ("everything", "post", TRAIN),
    ("everything", "get", TRAIN + "{uuid}"),
    ("everything", "post", TRAIN + "{uuid}"),
    ("everything", "delete", TRAIN + "{uuid}"),
    ("everything", "get", "/jobs/{uuid}"),
    ("everything", "get", "/jobs/{uuid}/result"),
    ("everything", "delete", "/jobs/{uuid}"),
    ("everything", "get", "/inference/v2/models/everything/versions/{version}"),
    ("everything", "get", "/v2/models/everything/versions/{version}/ready"),
    ("everything", "post", "/v2/models/everything/infer"),
    ("everything", "post", "/inference/v2/models/everything/versions/{version}/infer"),
    ("echoing", "post", "/v2/models/echoing/predict/"),
    ("echoing", "post", "/inference/v2/models/echoing/infer"),
    ("template", "post", "/v2/models/template/predict/"),
]


@pytest.mark.parametrize(
    ("probe", "method", "path", "mode"),
    [(*each, Mode.POSITIVE) for each in OPERATIONS]
    + [(*each, Mode.NEGATIVE) for each in OPERATIONS if each[1] == "post" and not each[2].endswith("}")],
)
def test_no_input_that_fits_or_misses_its_schema_is_an_error(
    shared: Shared,
    settle: Callable[[Any, str], None],
    probe: str,
    method: str,
    path: str,
    mode: Mode,
) -> None:
    server = shared(probe)
    operation = schemathesis.openapi.from_url(server.url + "/openapi.json")[path][method]

    @FEW
    @given(case=operation.as_strategy(generation_mode=mode))
    def attack(case: Any) -> None:
        case.headers.pop("X-Request-Timeout", None)  # a very short one ends the worker, as it should
        answer = case.call(base_url=server.url, timeout=20)
        check(answer.status_code, answer.content, case)
        if answer.status_code == 202:
            settle(server.client, answer.headers["location"][0])

    attack()
    forget_trainings(server) if path.startswith(TRAIN) else None
    assert server.files() == []


def test_thousands_of_requests_leave_no_memory_behind(serve: Serve) -> None:
    server = serve("echoing").ready()
    wire, dice = Wire(server.url), random.Random(1)
    kinds = ["multipart", "form", "json", "query", "accept", "tensors", "binary", "path", "job"]
    seeds = [replace(SEEDS[kind], path=SEEDS[kind].path.replace(b"everything", b"echoing")) for kind in kinds]
    requests = [spoiled_request(dice.choice(seeds), dice) for _ in range(500)]

    def send_all() -> None:
        for request in requests:
            status, _, body = wire.ask(request)
            check(status, body, request)

    for _ in range(3):
        send_all()
    before = memory(server)
    for _ in range(10):
        send_all()
    after = memory(server)
    wire.close()
    assert server.files() == []
    assert before.keys() == after.keys(), "a worker ended"
    assert all(after[pid] <= 1.1 * before[pid] for pid in after), (before, after)


def memory(server: Any) -> dict[int, int]:
    """Resident pages of the front and of its workers, by process id."""
    pids = [server.process.pid, *server.workers()]
    return {pid: int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids}

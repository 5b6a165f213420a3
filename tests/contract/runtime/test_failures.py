"""Crashes, hangs, floods and kills: the server stays up, says what happened, and leaves nothing behind."""

import os
import shutil
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

Serve = Callable[..., Any]
Wait = Callable[..., Any]
PREDICT = "/v2/models/everything/predict/"


@pytest.mark.parametrize(("mode", "how"), [("exit", "exit code 3"), ("segfault", "SIGSEGV")])
def test_a_crashed_worker_is_replaced(serve: Serve, mode: str, how: str) -> None:
    server = serve("everything").ready()
    crash = server.predict(mode=mode)
    assert (crash.status_code, crash.headers["retry-after"]) == (503, "1")
    assert crash.headers["content-type"] == "application/problem+json"
    assert how in crash.json()["detail"]
    assert server.predict().status_code == 200


def test_a_worker_killed_while_idle_is_replaced(serve: Serve, wait_until: Wait) -> None:
    server = serve("everything").ready()
    first = server.predict(mode="pid").json()["predictions"]
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: server.number("fairhaven_workers_started_total") == 2)
    assert server.predict(mode="pid").json()["predictions"] != first


def test_a_module_that_hangs_is_ended_at_the_deadline(serve: Serve) -> None:
    server = serve("everything", options=("--timeout", "1")).ready()
    hang = server.predict(mode="hang")
    assert (hang.status_code, hang.headers["content-type"]) == (504, "application/problem+json")
    server.ready()
    assert server.predict().status_code == 200


def test_a_full_queue_refuses_at_once(serve: Serve, gate: Any, wait_until: Wait) -> None:
    server = serve("everything", options=("--queue", "1")).ready()
    with ThreadPoolExecutor() as threads:
        running = threads.submit(server.predict, mode="wait", path=str(gate.path))
        wait_until(gate.reached)
        waiting = threads.submit(server.predict)
        wait_until(lambda: server.number("fairhaven_queue_length") == 1)
        refused = server.predict()
        gate.open()
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
        assert running.result().json()["predictions"] == "done"
        assert waiting.result().status_code == 200


def test_health_and_metadata_answer_while_the_worker_is_busy(
    serve: Serve, gate: Any, wait_until: Wait
) -> None:
    server = serve("everything").ready()
    with ThreadPoolExecutor() as threads:
        running = threads.submit(server.predict, mode="wait", path=str(gate.path))
        wait_until(gate.reached)
        assert server.client.get("/healthz").status_code == 200
        assert server.client.get("/readyz").status_code == 200
        assert server.client.get("/v2/models/everything/").json()["author"] == "Ada"
        gate.open()
        assert running.result().status_code == 200


@pytest.mark.parametrize(
    ("module", "reason"),
    [
        ("broken", "run download_weights first"),
        ("crashing", "ended while it was loading: exit code 7"),
        ("sleepy", "was not ready after 1 s"),
    ],
)
def test_a_module_that_cannot_load_leaves_the_server_up(
    serve: Serve, wait_until: Wait, module: str, reason: str
) -> None:
    server = serve(module, options=("--startup-timeout", "1" if module == "sleepy" else "30"))
    wait_until(lambda: server.client.get("/readyz").json()["status"] == "failed")
    ready = server.client.get("/readyz")
    assert ready.status_code == 503
    assert reason in ready.json()["reason"]
    assert server.client.get("/healthz").status_code == 200
    refused = server.client.post(f"/v2/models/{module}/predict/")
    assert refused.status_code == 503
    assert reason in refused.json()["detail"]
    assert int(refused.headers["retry-after"]) > 0


def test_an_upload_that_announces_too_much_is_refused_before_it_is_sent(serve: Serve) -> None:
    server = serve("everything", options=("--max-upload", "1000")).ready()
    url = httpx.URL(server.url)
    with socket.create_connection((url.host, url.port or 80), timeout=10) as connection:
        head = f"POST {PREDICT} HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000000\r\n\r\n"
        connection.sendall(head.encode())
        answer = connection.recv(4096)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert server.files() == []


@pytest.mark.parametrize("chunked", [False, True])
def test_a_client_that_sends_too_much_gets_to_read_why(serve: Serve, chunked: bool) -> None:
    server = serve("everything", options=("--max-upload", "100000")).ready()
    body: Any = pieces(5_000_000) if chunked else b"x" * 5_000_000
    answer = server.client.post(PREDICT, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 413
    assert "100000" in answer.json()["detail"]
    assert server.files() == []
    assert server.predict().status_code == 200


def test_a_client_that_goes_away_leaves_no_file(serve: Serve, wait_until: Wait) -> None:
    server = serve("everything").ready()
    url = httpx.URL(server.url)
    part = b'--b\r\nContent-Disposition: form-data; name="data"; filename="a"\r\n\r\n' + b"x" * 3_000_000
    with socket.create_connection((url.host, url.port or 80), timeout=10) as connection:
        head = "Host: x\r\nContent-Length: 9000000\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n"
        connection.sendall(f"POST {PREDICT} HTTP/1.1\r\n{head}".encode() + part)
        wait_until(server.files)
    wait_until(lambda: not server.files())


def test_files_of_a_crashed_prediction_are_deleted(serve: Serve) -> None:
    server = serve("everything").ready()
    crash = server.client.post(PREDICT, params={"mode": "exit"}, files={"data": ("a", b"12345")})
    assert crash.status_code == 503
    assert server.files() == []


def test_no_worker_outlives_a_killed_server(
    serve: Serve, wait_until: Wait, alive: Callable[[int], bool]
) -> None:
    server = serve("everything", options=("--workers", "2"))
    wait_until(lambda: server.client.get("/metrics").text.count("fairhaven_workers_ready 2"))
    server.client.post("/v2/models/everything/train/", params={"mode": "wait"})
    workers = wait_until(lambda: len(found := server.workers()) == 3 and found)
    threading.Thread(target=ignoring_disconnect, args=(server,)).start()
    server.process.kill()
    wait_until(lambda: not any(alive(pid) for pid in workers), within=5)


def test_folders_of_a_killed_server_are_swept_at_the_next_start(serve: Serve) -> None:
    server = serve("bare").ready()
    (left,) = (server.folder / "work").iterdir()
    server.process.kill()
    server.process.wait()
    assert left.exists()
    serve("bare", options=("--work-dir", str(server.folder / "work")))
    assert not left.exists()


def test_answers_never_mix_while_workers_are_killed(serve: Serve) -> None:
    server = serve("everything", options=("--workers", "2")).ready()
    names = [f"n{number:03d}" for number in range(300)]

    def ask(name: str) -> tuple[str, int, Any]:
        if name.endswith("50"):
            for pid in server.workers():
                os.kill(pid, signal.SIGKILL)
        answer = server.predict(name=name)
        return name, answer.status_code, answer.json()

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(ask, names))
    assert {status for _, status, _ in answers} <= {200, 503}
    assert all(body["predictions"]["name"] == name for name, status, body in answers if status == 200)
    assert sum(status == 200 for _, status, _ in answers) > 200


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed")
def test_a_server_works_where_only_its_work_folder_can_be_written(serve: Serve, tmp_path: Path) -> None:
    box = [
        "bwrap",
        "--ro-bind",
        "/",
        "/",
        "--dev",
        "/dev",
        "--proc",
        "/proc",
        "--unshare-pid",
        "--die-with-parent",
    ]
    server = serve("everything", inside=lambda work: [*box, "--bind", work, work]).ready()
    answer = server.client.post(PREDICT, files={"data": ("a", b"x" * 3_000_000)})
    assert answer.json()["predictions"]["data"]["size"] == 3_000_000
    assert server.predict(mode="exit").status_code == 503
    assert server.predict().status_code == 200


def test_sigterm_lets_a_running_prediction_finish(serve: Serve, gate: Any, wait_until: Wait) -> None:
    server = serve("everything").ready()
    with ThreadPoolExecutor() as threads:
        running = threads.submit(server.predict, mode="wait", path=str(gate.path))
        wait_until(gate.reached)
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: refuses(server.url))
        gate.open("after the signal")
        assert running.result().json()["predictions"] == "after the signal"
    assert server.process.wait(timeout=10) == 0
    assert list(Path(server.folder / "work").iterdir()) == []


def pieces(size: int) -> Iterator[bytes]:
    """A body without an announced length."""
    for _ in range(size // 50_000):
        yield b"x" * 50_000


def refuses(url: str) -> bool:
    """Whether nobody accepts connections any more."""
    try:
        httpx.get(url + "/healthz")
    except httpx.TransportError as error:
        # Another failure: it had connected just before the door closed.
        return isinstance(error, httpx.ConnectError)
    return False


def ignoring_disconnect(server: Any) -> None:
    """A prediction that hangs in a worker while the server is killed."""
    try:
        server.predict(mode="hang")
    except httpx.TransportError:
        return

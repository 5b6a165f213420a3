"""Embedded programs are killed (kill -9) one after the other; the platform heals without being restarted."""

import os
import signal
import threading
from contextlib import closing, contextmanager

import httpx
import psutil
import pytest

from fairhaven.core.testing.whole import until

pytestmark = [pytest.mark.xdist_group("whole"), pytest.mark.slow]

PAGES = ("/", "/catalog", "/builds", "/workloads", "/account/tokens")


@pytest.fixture(scope="module")
def serving(whole, release):
    """A workload that answers from the beginning to the end."""
    workload = whole.begin(release)
    until(lambda: whole.answers(workload))
    return workload


@pytest.fixture(scope="module")
def browser(whole):
    with closing(whole.browser()) as opened:
        yield opened


def test_a_killed_database_is_started_again_and_everything_goes_on(whole, browser, serving, make_module):
    build = whole.register(make_module("under-way", slow=True))
    until(lambda: whole.waits(build["id"], "tests"), 60)
    with _stream(whole, "/builds/events") as heard:
        _kill(whole, "postgres")
        until(lambda: _healthy(whole, "postgres"))
        until(lambda: whole.waits(build["id"], "tests"))
        whole.go_on(build["id"], "tests")
        ended = whole.ended(build["id"])
        assert (ended["state"], ended["attempt"]) == ("succeeded", 1), ended["reason"]
        assert _ended_once(whole, ended)
        assert heard, "the stream was open before the kill, and tells what happens after it"
    _works(whole, browser, serving, ended["release_id"])


def test_a_killed_object_store_is_started_again_and_a_build_waits_for_it(
    whole, browser, serving, make_module
):
    build = whole.register(make_module("publishing", slow=True))
    until(lambda: whole.waits(build["id"], "tests"), 60)
    _kill(whole, "objects")
    whole.go_on(build["id"], "tests")
    ended = whole.ended(build["id"])
    assert ended["state"] == "succeeded", ended["reason"]
    until(lambda: _healthy(whole, "objects"))
    _works(whole, browser, serving, ended["release_id"])


def test_a_killed_gateway_is_started_again_at_its_address(whole, browser, serving, release):
    _kill(whole, "gateway")
    until(lambda: _healthy(whole, "gateway"))
    with _stream(whole, "/workloads/events") as heard:
        _works(whole, browser, serving, release)
        assert heard


def test_the_platform_itself_never_stopped_and_left_nothing(whole, serving):
    assert psutil.pid_exists(whole.pid)
    whole.forget(serving)
    until(lambda: not whole.orphans())
    assert list((whole.data / "builds").iterdir()) == []


def _kill(whole, component):
    """kill -9 of the component's first process."""
    os.kill(min(whole.components()[component]["pids"]), signal.SIGKILL)
    until(lambda: not _healthy(whole, component) or whole.components()[component]["restarts"])


def _healthy(whole, component):
    told = whole.components()[component]
    return told["restarts"] and told["state"] == "running" and whole.ready()


def _works(whole, browser, serving, release):
    """Pages, the API and a running workload answer, and a release is fetched and started."""
    until(lambda: whole.answers(serving))
    assert {path: browser.get(path).status_code for path in PAGES} == dict.fromkeys(PAGES, 200)
    workload = whole.begin(release)
    until(lambda: whole.answers(workload))
    whole.forget(workload)


def _ended_once(whole, build):
    told = whole.rows(
        "SELECT data FROM facts WHERE subject_id = %(id)s AND kind = 'stage.ended'", id=build["id"]
    )
    return sorted(each["data"]["stage"] for each in told) == sorted(build["stages"])


@contextmanager
def _stream(whole, path):
    """The events that an open page hears, for as long as the block lasts."""
    heard: list[str] = []
    opened = threading.Event()

    def listen(stream):
        with closing(stream):
            opened.set()
            try:
                for line in stream.iter_lines():
                    if line.startswith("event:"):
                        heard.append(line)
            except (httpx.TransportError, httpx.StreamError):
                return

    with whole.client({"Authorization": f"Bearer {whole.secret}"}) as client:
        request = client.build_request("GET", path, timeout=httpx.Timeout(10, read=None))
        answer = client.send(request, stream=True)
        assert answer.status_code == 200
        listener = threading.Thread(target=listen, args=[answer], daemon=True)
        listener.start()
        assert opened.wait(10)
        yield heard

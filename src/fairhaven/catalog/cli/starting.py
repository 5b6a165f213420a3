"""`fairhaven module new`: the files of a new module, from a template, on this machine."""

import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

import typer

from fairhaven.catalog.cli.metadata import needs_platform
from fairhaven.catalog.cli.modules import app
from fairhaven.cli.context import client, err, fail, out, tells_failures

CHILD = "child"


@app.command("new")
@needs_platform
@tells_failures
def new(
    name: Annotated[str, typer.Argument(help="Name of the module: small letters, digits and `-`.")],
    template: Annotated[str, typer.Option(help="minimal, advanced, or child (of a module).")] = "minimal",
    title: Annotated[str | None, typer.Option(help="How people call it.")] = None,
    summary: Annotated[str | None, typer.Option(help="One sentence on what it is good for.")] = None,
    repository: Annotated[str | None, typer.Option(help="Address where you will push it.")] = None,
    author: Annotated[str | None, typer.Option(help="A person's name, given name first.")] = None,
    orcid: Annotated[str | None, typer.Option(help="The author's ORCID.")] = None,
    affiliation: Annotated[str | None, typer.Option(help="The author's affiliation.")] = None,
    license_: Annotated[str | None, typer.Option("--license", help="Licence, such as Apache-2.0.")] = None,
    task: Annotated[str | None, typer.Option(help="Task, such as Classification.")] = None,
    library: Annotated[str | None, typer.Option(help="Library, such as PyTorch.")] = None,
    data_type: Annotated[str | None, typer.Option(help="What goes in, such as Image.")] = None,
    base: Annotated[
        str | None, typer.Option(help="For a child: name of the module on the platform that it begins with.")
    ] = None,
    into: Annotated[Path | None, typer.Option(help="Folder to write; else one of the module's name.")] = None,
) -> None:
    """Write the files of a new module: they are built, tested and served as they stand.

    What is needed and not given is asked for. A child is made by the platform, which knows its base.
    """
    given = {
        "name": name, "title": title, "summary": summary, "repository": repository, "author": author,
        "orcid": orcid, "affiliation": affiliation, "license": license_, "task": task, "library": library,
        "data_type": data_type, "base": base,
    }  # fmt: skip
    answered = _asked(template, {key: value for key, value in given.items() if value is not None})
    files = _from_platform(template, answered) if template == CHILD else _made_here(template, answered)
    _write(into or Path(name), files)
    err.print(f"{len(files)} files are written. Next:", highlight=False)
    address = answered["repository"]
    for line in (
        "git init && git add . && git commit",
        f"git push to {address}",
        f"fairhaven module register {address}",
    ):
        out.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)


def _asked(template: str, given: Mapping[str, str]) -> dict[str, str]:
    """The answers; what the form needs and has no default is asked for at the terminal."""
    form = _form(template)
    unknown = [name for name in given if name not in form["properties"]]
    if unknown:
        fail(f"The template {template} does not ask for {', '.join(unknown)}.")
    answered = dict(given)
    for name in form.get("required", ()):
        field = form["properties"][name]
        if name not in answered and "default" not in field:
            answered[name] = typer.prompt(f"{field['title']}. {field.get('description', '')}".strip())
    return answered


def _form(template: str) -> Any:
    from fairhaven.catalog.starting import shelf

    known = {each.name: each for each in shelf.templates()}
    if template not in known:
        fail(f"There is no template {template}: use one of {', '.join(known)}.")
    return known[template].form


def _made_here(template: str, given: Mapping[str, str]) -> Mapping[str, bytes]:
    from fairhaven.catalog.starting import answers, rendering, shelf
    from fairhaven.catalog.toolbox.values import FormInvalid

    found = next(each for each in shelf.templates() if each.name == template)
    try:
        checked = answers.checked(found, given)
    except FormInvalid as wrong:
        fail("\n".join(f"{each.field}: {each.message}" for each in wrong.errors))
    return rendering.files(template, answers.context(found, checked, today=datetime.now(UTC).date()))


def _from_platform(template: str, given: Mapping[str, str]) -> Mapping[str, bytes]:
    with client() as platform:
        content = platform.templates.archive(template, given)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        paths = [PurePosixPath(each) for each in archive.namelist()]
        # The platform is trusted with what the files say, not with where they land.
        sound = [each for each in paths if each.parts[0] == given["name"] and ".." not in each.parts]
        return {str(PurePosixPath(*each.parts[1:])): archive.read(str(each)) for each in sound}


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    from fairhaven.catalog.starting import archive

    try:
        archive.write(folder, files)
    except FileExistsError:
        fail(f"{folder} is not empty: choose another folder with --into.")
    except OSError as error:
        fail(f"{folder} cannot be written: {error.strerror}.")

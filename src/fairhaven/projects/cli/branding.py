"""How a project's pages look."""

from pathlib import Path
from typing import Annotated

import typer

from fairhaven.cli.context import client, show_json, tells_failures
from fairhaven.projects.cli.groups import Project, look, say
from fairhaven.projects.schemas import BrandLink, BrandSpec


@look.command()
@tells_failures
def show(project: Project) -> None:
    """Print how a project's pages look, as JSON."""
    show_json(client().projects.brand(project))


@look.command("set")
@tells_failures
def set_look(
    project: Project,
    name: Annotated[str | None, typer.Option(help="Over the door of each page.")] = None,
    light: Annotated[str | None, typer.Option(help="Accent on light pages, #rrggbb.")] = None,
    dark: Annotated[str | None, typer.Option(help="Accent on dark pages, #rrggbb.")] = None,
    link: Annotated[list[str] | None, typer.Option(help="`label https://address`; may be repeated.")] = None,
    acknowledgement: Annotated[str | None, typer.Option(help="Markdown at the foot of each page.")] = None,
    terms: Annotated[Path | None, typer.Option(help="A Markdown file; an empty one: no terms.")] = None,
) -> None:
    """Change what is given; the rest stays as it is."""
    platform = client()
    now = platform.projects.brand(project)
    links = [BrandLink(label=each.rpartition(" ")[0], url=each.rpartition(" ")[2]) for each in link or ()]
    given = {
        "name": name,
        "accent_light": light,
        "accent_dark": dark,
        "links": links or None,
        "acknowledgement": acknowledgement,
        "terms": terms.read_text() if terms else None,
    }
    kept = {field: getattr(now, field) for field in BrandSpec.model_fields}
    spec = BrandSpec(**{**kept, **{key: value for key, value in given.items() if value is not None}})
    platform.projects.set_brand(project, spec)
    say("It is changed.")


@look.command()
@tells_failures
def logo(
    project: Project,
    picture: Annotated[Path | None, typer.Argument(help="PNG, WebP or plain SVG; none: no logo.")] = None,
) -> None:
    """Set the logo, or take it away."""
    if picture is None:
        client().projects.remove_logo(project)
    else:
        client().projects.set_logo(project, picture.read_bytes())
    say("It is changed.")


@look.command()
@tells_failures
def hosts(
    project: Project,
    host: Annotated[list[str] | None, typer.Argument(help="Host names; none: take them away.")] = None,
) -> None:
    """Set the host names at which pages are the project's; for administrators."""
    client().projects.set_hosts(project, host or [])
    say("It is changed.")

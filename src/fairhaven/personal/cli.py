"""`fairhaven data export | erase`: what the platform keeps of you."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from fairhaven.cli.context import client, out, tells_failures

app = typer.Typer(help="What the platform keeps of you.", no_args_is_help=True)


@app.command()
@tells_failures
def export(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to; the terminal unless told.")
    ] = None,
) -> None:
    """Take along all that is kept of you, as JSON."""
    with client() as platform:
        text = platform.my_data().model_dump_json(indent=2)
    if output:
        output.write_text(text + "\n")
    else:
        sys.stdout.write(text + "\n")


@app.command()
@tells_failures
def erase(
    name: Annotated[str, typer.Option(prompt="Your name, to show that you mean it", help="Your name.")],
) -> None:
    """Erase your account with your tokens, secrets and workloads. It cannot be undone."""
    with client() as platform:
        platform.erase_me(name)
    out.print("Your account and what belonged to it are erased.")

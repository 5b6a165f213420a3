"""What every command shares: which platform to speak to, as whom, and how failures are told."""

import json
import os
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn, ParamSpec, TypeVar
from uuid import UUID

import typer
from pydantic import BaseModel, ValidationError
from rich.console import Console

from fairhaven.client.base import ApiProblem, Unreachable
from fairhaven.client.fairhaven import Fairhaven

DEFAULT_URL = "http://127.0.0.1:8080"

out = Console()
err = Console(stderr=True)

P = ParamSpec("P")
R = TypeVar("R")


class Credentials(BaseModel):
    """Where `fairhaven login` signed in last, and the tokens by address."""

    current: str = DEFAULT_URL
    tokens: dict[str, str] = {}


def client() -> Fairhaven:
    """The platform of `FAIRHAVEN_URL` and `FAIRHAVEN_TOKEN`, else of the last `fairhaven login`."""
    kept = credentials()
    url = os.environ.get("FAIRHAVEN_URL", kept.current).rstrip("/")
    return Fairhaven(url, os.environ.get("FAIRHAVEN_TOKEN") or kept.tokens.get(url))


def project_id(text: str) -> UUID:
    """The project of a short name, or of an id; for `parser=` of an argument.

    Raises:
        typer.BadParameter: it is neither, or one cannot be asked.
    """
    try:
        return UUID(text)
    except ValueError:
        pass
    try:
        known = {each.slug: each.id for each in client().projects.list()}
    except (ApiProblem, Unreachable) as problem:
        raise typer.BadParameter(str(problem)) from None
    if text not in known:
        raise typer.BadParameter(f"there is no project `{text}` among yours: {', '.join(known) or 'none'}.")
    return known[text]


def project_option(about: str) -> Any:
    """An option that names a project by its short name or its id."""
    return typer.Option(parser=project_id, metavar="PROJECT", help=about)


def credentials() -> Credentials:
    try:
        return Credentials.model_validate_json(_file().read_text())
    except FileNotFoundError:
        return Credentials()


def remember(url: str, token: str) -> Path:
    """Keep a token for later commands, readable by its owner only."""
    kept = credentials()
    tokens = {**kept.tokens, url: token} if token else {k: v for k, v in kept.tokens.items() if k != url}
    file = _file()
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = file.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        opened.write(Credentials(current=url, tokens=tokens).model_dump_json(indent=1))
    fresh.replace(file)
    return file


def show_json(value: BaseModel | Sequence[Any] | dict[str, Any]) -> None:
    """Print as JSON, for programs: `--json`."""
    sys.stdout.write(json.dumps(value, indent=2, default=_plain) + "\n")


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else str(value)


def fail(message: str, code: int = 1) -> NoReturn:
    err.print(message, style="red", markup=False, highlight=False)
    raise typer.Exit(code)


def tells_failures(command: Callable[P, R]) -> Callable[P, R]:
    """Expected failures of a command become a sentence and exit code 1, not a traceback."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except (ApiProblem, Unreachable) as problem:
            fail(str(problem))
        except ValidationError as wrong:  # what was given is not quoted: it may be a secret
            fail("\n".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in wrong.errors()))

    return wrapped


def _file() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(base).expanduser() / "fairhaven" / "credentials.json"

"""`fairhaven login`, `logout`, `whoami`."""

import sys
import time
from typing import Annotated

import typer

from fairhaven.cli.context import DEFAULT_URL, client, credentials, fail, out, remember, tells_failures
from fairhaven.cli.local import local_token, settings_of
from fairhaven.client.base import ApiProblem, Connection
from fairhaven.client.fairhaven import Fairhaven
from fairhaven.identity.schemas import DeviceCode, DeviceLogin, NewToken

PENDING = 428


def add_to(app: typer.Typer) -> None:
    app.command("login")(login)
    app.command("logout")(logout)
    app.command("whoami")(whoami)


@tells_failures
def login(
    url: Annotated[str, typer.Argument(help="The platform's address.", envvar="FAIRHAVEN_URL")] = DEFAULT_URL,
    with_token: Annotated[bool, typer.Option(help="Read a token from the standard input instead.")] = False,
    here: Annotated[bool, typer.Option(help="The platform runs on this machine and is mine.")] = False,
) -> None:
    """Sign this machine in: approve a code in your browser (RFC 8628)."""
    if here:
        _login_here()
        return
    address = url.rstrip("/")
    token = sys.stdin.readline().strip() if with_token else _device_login(address)
    with Fairhaven(address, token) as platform:
        person = platform.me().person
    if person is None:
        fail("The platform does not know this token.")
    file = remember(address, token)
    out.print(
        f"Signed in at {address} as {person.name}. The token is kept in {file}.",
        markup=False,
        highlight=False,
    )


@tells_failures
def logout() -> None:
    """Forget the token of the present platform, and revoke it there."""
    kept = credentials()
    token = kept.tokens.get(kept.current)
    if token is None:
        fail("You are not signed in.")
    with Fairhaven(kept.current, token) as platform:
        for each in platform.tokens.list():
            if token.startswith(each.prefix):
                platform.tokens.revoke(each.id)
    remember(kept.current, "")
    out.print(f"Signed out of {kept.current}.", highlight=False)


@tells_failures
def whoami() -> None:
    """Say which platform you speak to, and as whom."""
    with client() as platform:
        person = platform.me().person
        out.print(
            f"{person.name if person else 'nobody (run `fairhaven login`)'} at {platform.connection.url}",
            highlight=False,
        )


def _login_here() -> None:
    """Whoever owns the data folder of a platform is its operator: nothing else needs to be proven."""
    settings = settings_of()
    remember(settings.public_url, local_token(settings, days=90))
    out.print(f"Signed in at {settings.public_url} as its administrator.", highlight=False)


def _device_login(url: str) -> str:
    connection = Connection(url)
    begun: DeviceLogin = connection.post("/device-logins", DeviceLogin)
    out.print(
        f"Open [bold]{begun.verification_uri}[/bold]\nand let in the code [bold]{begun.user_code}[/bold].",
        highlight=False,
    )
    deadline = time.monotonic() + begun.expires_in
    with out.status("Waiting for your approval in the browser …"):
        while time.monotonic() < deadline:
            try:
                made: NewToken = connection.post(
                    "/device-logins/token", NewToken, json=DeviceCode(device_code=begun.device_code)
                )
                return made.secret
            except ApiProblem as problem:
                if problem.details.status != PENDING:
                    raise
            time.sleep(begun.interval)
    fail("Nobody approved it in time. Run `fairhaven login` again.")

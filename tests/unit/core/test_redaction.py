"""What looks like a secret is in no log line, whoever logged it and however."""

import json
import logging
import traceback

import pytest
import structlog

from fairhaven.core import credentials, telemetry
from fairhaven.core.config import Settings
from fairhaven.core.redaction import masked, masked_fields

CANARY = "cAnArY-0123456789-abcdefghij"
TOKEN = credentials.make(credentials.TOKEN_PREFIX)
KEY = (
    "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\nAAAAB3NzaC1yc2E\n-----END OPENSSH PRIVATE KEY-----"
)

LEAKS = [
    f"a request with {TOKEN} was refused",
    f"Authorization: Bearer {CANARY}",
    f"headers={{'authorization': 'Basic {CANARY}='}}",
    f"GET /sign-in/{CANARY} HTTP/1.1",
    f"postgresql://fairhaven:{CANARY}@db.example.org/fairhaven",
    f"s3+https://key:{CANARY}@host/bucket",
    f"password={CANARY}",
    f'{{"password": "{CANARY}"}}',
    f"{{'db_password': '{CANARY}', 'user': 'ada'}}",
    f'"{{\\"client_secret\\": \\"{CANARY}\\"}}"',
    f"HF_TOKEN={CANARY}",
    f"api-key: {CANARY}",
    f"?access_token={CANARY}&page=2",
    f"Set-Cookie: {CANARY}",
    f"login with s.{CANARY}",
    f"login with hvs.{CANARY}",
    f"hf_{CANARY.replace('-', '')} is not valid",
    f"eyJhbGciOiJSUzI1NiJ9.{CANARY}.{CANARY}",
    KEY,
    KEY.replace("\n", "\\n"),
]


@pytest.mark.parametrize("line", LEAKS, ids=[str(number) for number in range(len(LEAKS))])
def test_what_looks_like_a_secret_is_masked(line: str) -> None:
    shown = masked(line)
    assert CANARY not in shown
    assert CANARY.replace("-", "") not in shown
    assert TOKEN not in shown
    assert "AAAAB3" not in shown
    assert masked(shown) == shown


@pytest.mark.parametrize(
    "line",
    [
        "The token is not known, or it expired, or it was revoked.",
        "the secret my-token was delivered to digits",
        "component name=postgres state=running",
        "2 secrets are under the newest key changed=2",
        "https://example.org/sign-in and https://ada@example.org:8443/",
        "Basic needs of a bearer of news",
        "src/fairhaven/secrets/service.py:42",
    ],
)
def test_what_does_not_is_left_as_it_is(line: str) -> None:
    assert masked(line) == line


def test_a_token_is_still_known_by_its_beginning() -> None:
    assert masked(TOKEN) == f"{TOKEN[:7]}…"


def test_fields_are_masked_by_name_at_any_depth() -> None:
    shown = masked_fields(
        {
            "password": CANARY,
            "db.password": CANARY,
            "headers": [{"Authorization": CANARY, "Accept": "text/html"}],
            "token_id": "kept",
            "secret": None,
            "tokens": 7,
        }
    )
    assert CANARY not in str(shown)
    assert shown["headers"][0]["Accept"] == "text/html"
    assert (shown["token_id"], shown["secret"]) == ("kept", None)


@pytest.mark.parametrize("log_format", ["json", "text"])
@pytest.mark.parametrize("by", ["structlog", "standard library"])
def test_no_log_line_bears_one(capsys: pytest.CaptureFixture[str], log_format: str, by: str) -> None:
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    try:
        telemetry.configure(Settings(log_format=log_format))
        _log(by)
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.configure(**before)
    said = capsys.readouterr().err
    assert CANARY not in said
    assert TOKEN not in said
    assert "it went wrong" in said
    assert "RuntimeError" in said
    if log_format == "json":
        assert all(json.loads(line) for line in said.splitlines())


def _log(by: str) -> None:
    if by == "structlog":
        log = structlog.get_logger("test")
        log.warning(
            "it went wrong", password=CANARY, url=f"https://ada:{CANARY}@host", deep={"token": CANARY}
        )
        log.warning(f"it went wrong with {TOKEN}")
    else:
        logging.getLogger("test").warning("it went wrong: %s %s", TOKEN, {"password": CANARY})
    try:
        _raise()
    except RuntimeError as error:
        assert CANARY in "".join(traceback.format_exception(error))
        if by == "structlog":
            structlog.get_logger("test").error("it went wrong", exc_info=error)
        else:
            logging.getLogger("test").exception("it went wrong")


def _raise() -> None:
    raise RuntimeError(f"cannot sign in with password={CANARY} and {TOKEN}")

"""The settings in docs/how-to/sign-in.md are settings."""

import re
import tomllib
from pathlib import Path

import pytest

from fairhaven.core.config import Settings

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "sign-in.md"
BLOCKS = re.findall(r"```toml\n(.*?)```", PAGE.read_text(), re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS, ids=[block.strip().splitlines()[0:2][-1] for block in BLOCKS])
def test_what_an_operator_copies_is_understood(block: str) -> None:
    Settings(**tomllib.loads(block))


def test_every_shape_of_claims_is_told() -> None:
    issuers = [each for block in BLOCKS for each in Settings(**tomllib.loads(block)).issuers]
    told = {rule.claim for issuer in issuers for rule in issuer.claims}
    assert told == {"entitlements", "realm_access.roles", "groups"}

"""What operators are told to set up in OpenBao is what the tests set up there."""

import re
from pathlib import Path

from fairhaven.core.testing import openbao

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "keep-secrets.md").read_text("utf-8")


def test_the_policies_are_those_that_are_tested() -> None:
    owner, ours = re.findall(r"```hcl\n(.*?)```", PAGE, re.DOTALL)
    assert owner.strip() == openbao.OWNERS.format("ACCESSOR").strip()
    assert ours.strip() == openbao.OURS.strip()


def test_the_role_of_tokens_is_the_one_that_is_tested() -> None:
    command = re.search(r"bao write auth/token/roles/fairhaven (.*?)\n\$", PAGE, re.DOTALL)
    assert command is not None
    written = dict(each.split("=", 1) for each in command[1].replace("\\\n", " ").split())
    tested = {
        name: ",".join(value)
        if isinstance(value, list)
        else str(value).lower()
        if value in (True, False)
        else value
        for name, value in openbao.ROLE.items()
    }
    assert written == tested

"""The threat model names tests, and they are there; it tells of every finding."""

import ast
import re
from pathlib import Path

import pytest
from tests.service.matrix import page

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "explanation").glob("*.md"))
PAGE = ROOT / "docs" / "explanation" / "threat-model.md"
NAMED = re.compile(r"`((?:tests|src)/[\w/.-]+\.py)::(\w+)`")


@pytest.mark.parametrize("told", PAGES, ids=lambda told: told.name)
def test_every_test_that_is_named_exists(told: Path) -> None:
    for file, name in NAMED.findall(told.read_text("utf-8")):
        assert (ROOT / file).exists(), f"{told.name} names {file}"
        assert name in functions_of(ROOT / file), f"{told.name} names {name}, which is not in {file}"


def test_every_finding_is_told_with_a_test_that_shows_it() -> None:
    findings = re.split(r"^### ", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    assert [each.partition(".")[0] for each in findings] == [f"S{number}" for number in range(1, 12)]
    for each in findings:
        assert NAMED.search(each), each.partition("\n")[0]


def test_the_page_of_access_is_the_table() -> None:
    written = (ROOT / "docs" / "reference" / "access.md").read_text("utf-8")
    assert written == page.text(), "`python -m tests.service.matrix.page docs/reference/access.md`"


def functions_of(file: Path) -> set[str]:
    tree = ast.parse(file.read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}

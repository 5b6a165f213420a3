"""The description of the REST interface is committed, complete and useful to whoever generates a client."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fairhaven import reference

COMMITTED = Path(__file__).parents[2] / "openapi.json"
METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return reference.openapi()


def test_the_committed_document_is_up_to_date() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == reference.openapi_text(), "run `make openapi`"


def test_every_operation_has_a_name_of_its_own(document: dict[str, Any]) -> None:
    names = [about["operationId"] for _, about in operations(document)]
    assert len(names) == len(set(names))
    assert all(name.replace("_", "").isalpha() and name.islower() for name in names)


def test_every_operation_says_what_it_does(document: dict[str, Any]) -> None:
    for where, about in operations(document):
        assert about.get("summary"), where
        assert about.get("description"), f"{where} needs a docstring"
        assert about.get("tags"), where


def test_every_operation_says_what_it_answers(document: dict[str, Any]) -> None:
    for where, about in operations(document):
        good = {status: each for status, each in about["responses"].items() if status.startswith("2")}
        assert good, where
        for status, answer in good.items():
            if status != "204" and "content" in answer:
                assert all(each.get("schema") for each in answer["content"].values()), where


def test_every_path_is_below_the_api_and_in_the_plural(document: dict[str, Any]) -> None:
    for path in document["paths"]:
        assert path.startswith("/api/v1/"), path
        noun = path.removeprefix("/api/v1/").partition("/")[0]
        assert noun.endswith("s") or noun in ("audit", "me", "people"), path


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, about in methods.items():
            if method in METHODS:
                yield f"{method.upper()} {path}", about

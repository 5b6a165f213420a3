"""The half that runs in the module's environment keeps its promises: old Pythons, no dependency, no trace."""

import ast
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import fairhaven_runtime

FILES = sorted((Path(fairhaven_runtime.__file__).parent / "worker").glob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_worker_file_is_python_3_8_and_imports_the_standard_library_only(file: Path) -> None:
    tree = ast.parse(file.read_text(), feature_version=(3, 8))
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {alias.name for node in imported if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in imported if isinstance(node, ast.ImportFrom) and not node.level}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_the_schemas_are_valid_draft_2020_12(shared: Callable[[str], Any]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    document = shared("everything").client.get("/description").json()
    for part in ("predict", "train"):
        jsonschema.Draft202012Validator.check_schema(document[part]["schema"])
    checker = jsonschema.Draft202012Validator(document["predict"]["schema"])
    assert checker.is_valid({"count": 3, "nested": {"deep": 1}})
    assert not checker.is_valid({"count": 77})

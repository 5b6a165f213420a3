"""What the platform tells others about the schema, and that it agrees with the published tool."""

import subprocess
import sys
from pathlib import Path

import pytest

from fairhaven.catalog.metadata import (
    describe_schema,
    facets,
    known_versions,
    newest_version,
    parse,
    published_schema,
)
from fairhaven.catalog.metadata.schemas import SchemaMissing


def test_the_published_versions_are_known() -> None:
    assert known_versions()[:5] == ("1.0.0", "2.0.0", "2.1.0", "2.2.0", "2.3.0")
    assert newest_version() == known_versions()[-1] == "3.0.0"


def test_facets_are_the_words_of_the_newest_schema() -> None:
    assert "Scikit-learn" in facets().libraries
    assert "Computer Vision" in facets().tasks
    assert "AI4 tools" in facets().categories
    assert "Tabular" in facets().data_types


def test_every_field_is_described() -> None:
    fields = {field.path: field for field in describe_schema()}
    assert fields["title"].required
    assert fields["links.source_code"].format == "uri"
    assert fields["libraries"].choices == facets().libraries
    assert fields["resources.training.memory_MB"].type == "integer"
    assert all(field.label for field in fields.values())


def test_an_older_version_describes_fewer_fields() -> None:
    assert not [field for field in describe_schema("2.0.0") if field.path.startswith("resources")]


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(SchemaMissing, match=r"2\.0\.0"):
        published_schema("7.0.0")


def test_a_published_schema_is_the_callers_own_copy() -> None:
    published_schema("2.0.0").clear()
    assert published_schema("2.0.0")["required"]


def test_importing_the_package_reads_no_schema_and_loads_no_yaml() -> None:
    code = (
        "import sys, fairhaven.catalog.metadata as m; from fairhaven.catalog.metadata import schemas;"
        "assert not {'jsonschema', 'ruamel.yaml', 'ai4_metadata'} & set(sys.modules);"
        "assert schemas._folder.cache_info().currsize == 0;"
        "m.parse('title: a'); assert 'ai4_metadata' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_what_we_accept_the_published_tool_accepts(good: str, tmp_path: Path) -> None:
    from ai4_metadata.metadata import MetadataVersions, get_schema_file
    from ai4_metadata.validate import validate_file

    for version in [version for version in known_versions() if version[0] == "2"]:
        text = good.replace("2.3.0", version)
        assert parse(text).valid
        file = tmp_path / f"{version}.yml"
        file.write_text(text)
        validate_file(file, get_schema_file(MetadataVersions(version)))

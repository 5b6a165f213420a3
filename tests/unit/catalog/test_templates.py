"""What templates make is right at once, for every kind of data and any words; no code of theirs runs."""

import ast
import io
import os
import subprocess
import sys
import tomllib
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2.exceptions import SecurityError, UndefinedError
from jsonschema import Draft202012Validator
from packaging.requirements import Requirement
from ruamel.yaml import YAML
from typer.testing import CliRunner

from fairhaven.catalog.exports import cff
from fairhaven.catalog.metadata import ModuleMetadata, facets, parse
from fairhaven.catalog.schemas import Template
from fairhaven.catalog.starting import answers, archive, rendering, shelf
from fairhaven.catalog.starting.answers import Base
from fairhaven.catalog.starting.inputs import INPUTS
from fairhaven.catalog.toolbox.values import FormInvalid
from fairhaven.cli.main import app

TODAY = date(2026, 11, 23)
NEEDED = {
    "name": "bird-songs",
    "title": "Bird songs",
    "summary": "Names the bird that sings.",
    "repository": "https://github.com/ada/bird-songs",
    "author": "Ada Lovelace",
}
BASE = Base(
    "digits", "Handwritten digits", "https://example.edu/digits.git", "a" * 40, "1.0.0", "fairhaven-digits",
    "digits", "Apache-2.0", ("Classification",), ("Scikit-learn",), ("Image",),
)  # fmt: skip
words = st.text(min_size=1, max_size=100)


def template(name: str) -> Template:
    return next(each for each in shelf.templates() if each.name == name)


def files(kind: str, /, **more: Any) -> dict[str, bytes]:
    wanted = {**NEEDED, **more, **({"base": "digits"} if kind == "child" else {})}
    checked = answers.checked(template(kind), wanted)
    base = BASE if kind == "child" else None
    return rendering.files(kind, answers.context(template(kind), checked, today=TODAY, base=base))


def metadata(made: dict[str, bytes]) -> ModuleMetadata:
    report = parse(made["ai4-metadata.yml"])
    assert report.problems == (), "\n".join(map(str, report.problems))
    assert report.metadata is not None
    return report.metadata


def test_the_simplest_stands_first_and_each_form_is_a_schema() -> None:
    assert [each.name for each in shelf.templates()] == ["minimal", "advanced", "child"]
    for each in shelf.templates():
        Draft202012Validator.check_schema(each.form)
    assert set(INPUTS) == set(facets().data_types)


@pytest.mark.parametrize("data_type", sorted(INPUTS))
@pytest.mark.parametrize("name", ["minimal", "advanced"])
def test_what_is_made_is_right_for_every_kind_of_data(name: str, data_type: str) -> None:
    made = files(name, data_type=data_type, orcid="0000-0002-1825-0097")
    said = metadata(made)
    assert (said.data_type, said.authors[0].orcid) == ((data_type,), "0000-0002-1825-0097")
    _are_sound(made)
    assert f"samples/{INPUTS[data_type].sample}" in made


@pytest.mark.parametrize("licence", shelf.licences())
def test_each_licence_has_its_text(licence: str) -> None:
    made = files("minimal", license=licence)
    assert metadata(made).license == licence
    assert len(made["LICENSE"]) > 1000
    assert b"{{" not in made["LICENSE"]


def test_a_child_needs_the_release_of_its_base() -> None:
    made = files("child")
    project = tomllib.loads(made["pyproject.toml"].decode())["project"]
    (need,) = map(Requirement, project["dependencies"])
    assert (need.name, need.url) == ("fairhaven-digits", f"git+{BASE.source}@{BASE.commit}")
    said = metadata(made)
    assert said.model is not None and said.model.base_models[0].version == "1.0.0"
    assert said.tasks == ("Classification",)
    _are_sound(made)


@settings(max_examples=60, deadline=None)
@given(
    title=words, summary=words, author=words, affiliation=words, name=st.sampled_from(["minimal", "advanced"])
)
def test_no_words_break_what_is_made(name: str, **said: str) -> None:
    try:
        made = files(name, **said)
    except FormInvalid:
        return
    found = metadata(made)
    assert (found.title, found.summary) == (said["title"].strip(), said["summary"].strip())
    assert found.authors[0].name == said["author"].strip()
    project = tomllib.loads(made["pyproject.toml"].decode())["project"]
    assert project["authors"] == [{"name": said["author"].strip()}]
    _are_sound(made)


def test_the_citation_names_the_author() -> None:
    cited = YAML(typ="safe").load(files("minimal", author="Augusta Ada King")["CITATION.cff"])
    assert cited["authors"] == [{"family-names": "King", "given-names": "Augusta Ada"}]
    assert cff.name_parts("King, Ada") == ("King", "Ada")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "json"}, "name"),
        ({"name": "class-room"}, None),
        ({"name": "pytest"}, "name"),
        ({"name": "../up"}, "name"),
        ({"name": "Upper"}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"orcid": "0000-0002-1825-0098"}, "orcid"),
        ({"task": "Guessing"}, "task"),
        ({"license": "Proprietary"}, "license"),
        ({"repository": "javascript:alert(1)"}, "repository"),
        ({"title": ""}, "title"),
        ({"title": "x" * 101}, "title"),
        ({"extra": "x"}, "extra"),
    ],
)
def test_what_the_form_does_not_allow_is_named(wrong: dict[str, str], field: str | None) -> None:
    if field is None:
        assert files("minimal", **wrong)
        return
    with pytest.raises(FormInvalid) as refused:
        files("minimal", **wrong)
    assert [each.field for each in refused.value.errors] == [field]


def test_the_same_answers_give_the_same_bytes() -> None:
    first, second = (archive.zipped("bird-songs", files("advanced")) for _ in range(2))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as opened:
        assert opened.testzip() is None
        assert all(name.startswith("bird-songs/") and ".." not in name for name in opened.namelist())


@pytest.mark.parametrize(
    "text", ["{{ ''.__class__.__mro__ }}", "{{ title.__init__.__globals__ }}", "{% include '/etc/passwd' %}"]
)
def test_a_template_runs_nothing_and_reads_nothing(text: str) -> None:
    with pytest.raises((SecurityError, UndefinedError, TypeError)):
        rendering._rendered(text, {"title": "x"})


def test_the_tests_of_every_minimal_module_pass(tmp_path: Path) -> None:
    paths = []
    for number, data_type in enumerate(INPUTS):
        name = f"kind-{number}"
        folder = tmp_path / name
        archive.write(folder, files("minimal", name=name, data_type=data_type))
        (folder / "tests" / "test_api.py").rename(folder / "tests" / f"test_{number}.py")
        paths.append(folder)
        _installed(folder / "src", name)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(str(each / "src") for each in paths)}
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib"]
    done = subprocess.run(
        [*argv, "--rootdir", str(tmp_path), *map(str, paths)],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "24 passed" in done.stdout


def test_the_command_writes_a_folder_that_is_right(tmp_path: Path) -> None:
    run = CliRunner().invoke
    asked = [f"--{name}={value}" for name, value in NEEDED.items() if name != "name"]
    folder = tmp_path / "bird-songs"
    done = run(app, ["module", "new", "bird-songs", *asked, "--template=advanced", f"--into={folder}"])
    assert done.exit_code == 0, done.output
    assert run(app, ["metadata", "check", str(folder)]).exit_code == 0
    assert (folder / ".gitignore").is_file()
    again = run(app, ["module", "new", "bird-songs", *asked, f"--into={folder}"])
    assert again.exit_code == 1
    assert "not empty" in " ".join(again.output.split())  # lines are broken wherever the path is long
    wrong = run(app, ["module", "new", "bird-songs", *asked, "--orcid=1", f"--into={tmp_path / 'b'}"])
    assert wrong.exit_code == 1 and "orcid: It must be an ORCID" in wrong.output
    prompted = run(
        app, ["module", "new", "seals", *asked[1:], f"--into={tmp_path / 'seals'}"], input="Seal sounds\n"
    )
    assert prompted.exit_code == 0, prompted.output


def _are_sound(made: dict[str, bytes]) -> None:
    """Every file can be read as what it is."""
    for path, content in made.items():
        if path.endswith(".py"):
            ast.parse(content)
        elif path.endswith((".toml",)):
            tomllib.loads(content.decode())
        elif path.endswith(".cff"):
            YAML(typ="safe").load(content)
    assert {"LICENSE", "README.md", "CITATION.cff", ".gitignore", "pyproject.toml"} <= set(made)


def _installed(source: Path, name: str) -> None:
    """What an installer would write of the package, so that it can say which version it is."""
    about = source / f"{name.replace('-', '_')}-0.1.0.dist-info"
    about.mkdir()
    said = f"Metadata-Version: 2.4\nName: {name}\nVersion: 0.1.0\nSummary: S\nAuthor: A\n"
    said += "License-Expression: MIT\n"
    (about / "METADATA").write_text(said)

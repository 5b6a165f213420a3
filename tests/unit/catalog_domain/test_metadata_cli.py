"""`fairhaven metadata …` works on files of this machine, without a platform."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from fairhaven.cli.main import app

DIGITS = Path(__file__).parents[3] / "examples" / "modules" / "digits" / "ai4-metadata.yml"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    copy = tmp_path / "ai4-metadata.yml"
    copy.write_bytes(DIGITS.read_bytes())
    return copy


def run(*words: object, given: bytes = b"") -> Result:
    return CliRunner().invoke(app, ["metadata", *map(str, words)], input=given)


def break_it(file: Path) -> None:
    file.write_text(file.read_text().replace("Scikit-learn", "sklearn # ours"))


def test_a_sound_folder_is_right(file: Path) -> None:
    done = run("check", file.parent)
    assert done.exit_code == 0, done.output
    assert "is right" in " ".join(done.output.split())


def test_problems_are_told_by_line_with_exit_code_one(file: Path) -> None:
    break_it(file)
    done = run("check", file)
    assert done.exit_code == 1
    assert "ai4-metadata.yml:" in done.output
    assert "Did you mean 'Scikit-learn'?" in done.output


def test_programs_get_json(file: Path) -> None:
    break_it(file)
    done = run("check", file, DIGITS, "--json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert [each["valid"] for each in told] == [False, True]
    assert told[0]["problems"][0]["path"] == "libraries[0]"
    assert told[0]["problems"][0]["line"] > 1


def test_standard_input_can_be_checked() -> None:
    assert run("check", "-", given=DIGITS.read_bytes()).exit_code == 0


def test_a_file_is_mended_in_its_place_and_keeps_its_comments(file: Path) -> None:
    break_it(file)
    done = run("fix", file)
    assert done.exit_code == 0, done.output
    assert "Scikit-learn # ours" in file.read_text()


def test_a_dry_run_shows_the_difference_and_changes_nothing(file: Path) -> None:
    break_it(file)
    before = file.read_text()
    done = run("fix", file, "--dry-run")
    assert "Scikit-learn # ours" in done.stdout
    assert file.read_text() == before


def test_what_cannot_be_mended_gives_exit_code_one(file: Path) -> None:
    file.write_text(file.read_text().replace("title: Handwritten digits", "title: ''"))
    assert run("fix", file).exit_code == 1


def test_a_file_is_brought_to_version_three(file: Path, tmp_path: Path) -> None:
    before, new = file.read_text(), tmp_path / "new.yml"
    done = run("migrate", file, "-o", new)
    assert done.exit_code == 0, done.output
    assert "metadata_version: 3.0.0" in new.read_text()
    assert file.read_text() == before


def test_a_file_with_errors_is_not_migrated(file: Path) -> None:
    break_it(file)
    done = run("migrate", file)
    assert done.exit_code == 1
    assert "fix" in done.output


def test_a_file_is_converted_to_json(file: Path) -> None:
    assert json.loads(run("convert", file, "--to", "json").stdout)["title"] == "Handwritten digits"


def test_json_is_converted_to_yaml_that_is_right(file: Path, tmp_path: Path) -> None:
    converted = tmp_path / "m.json"
    converted.write_text(run("convert", file, "--to", "json").stdout)
    back = run("convert", converted, "--to", "yaml").stdout
    assert run("check", "-", given=back.encode()).exit_code == 0


def test_an_unknown_format_is_refused_with_the_known_ones(file: Path) -> None:
    done = run("convert", file, "--to", "jsn")
    assert done.exit_code == 1
    assert "Did you mean 'json'?" in done.output.replace("\n", "")


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    for command in ("check", "fix", "migrate", "convert"):
        done = run(command, tmp_path / "none.yml")
        assert done.exit_code == 1
        assert "cannot be read" in " ".join(done.output.split())


def test_a_file_is_converted_to_what_the_catalog_tells(file: Path) -> None:
    for name in run("convert", "--to", "list").stdout.split():
        done = run("convert", file, "--to", name)
        assert done.exit_code == 0 or "croissant" in name, done.output
        assert done.exit_code or done.stdout.strip()
    assert "cff-version" in run("convert", file, "--to", "cff").stdout
    assert (
        "https://hub.example.eu/"
        in run("convert", file, "--to", "turtle", "--base", "https://hub.example.eu").stdout
    )

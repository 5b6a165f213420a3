"""`fairhaven module validate` works on this machine, without a platform."""

from pathlib import Path

from typer.testing import CliRunner

from fairhaven.cli.main import app

DIGITS = Path(__file__).parents[3] / "examples" / "modules" / "digits"


def test_a_sound_file_is_right() -> None:
    done = CliRunner().invoke(app, ["module", "validate", str(DIGITS)])
    assert done.exit_code == 0, done.output


def test_a_broken_file_is_told_by_line_with_exit_code_one(tmp_path: Path) -> None:
    text = (DIGITS / "ai4-metadata.yml").read_text().replace("title: Handwritten digits", "title: ''")
    file = tmp_path / "m.yml"
    file.write_text(text)
    done = CliRunner().invoke(app, ["module", "validate", str(file)])
    assert done.exit_code == 1
    assert "m.yml:2:" in done.output.replace("\n", "")


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["module", "validate", str(tmp_path / "none.yml")])
    assert done.exit_code == 1

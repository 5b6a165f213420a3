"""What operators ask for while a part of theirs does not answer: told in a sentence, never as a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

NOWHERE = "127.0.0.1:9"


@pytest.mark.parametrize("command", ["migrate", "serve", "work", "sign-in-link"])
def test_a_database_that_does_not_answer_is_told_in_a_sentence(command: str, tmp_path: Path) -> None:
    code, said = _run(command, tmp_path)
    assert code == 1
    assert "The database does not answer. Is it up? Is `database` right?" in said
    assert "Traceback" not in said and "sqlalche.me" not in said and "hidden" not in said


def test_doctor_tells_every_part_that_does_not_answer(tmp_path: Path) -> None:
    code, said = _run("doctor", tmp_path)
    assert code == 1
    for words in ("Is `database` right?", "Is `objects` right?", "Is `listen` or `url` right?"):
        assert words in said
    assert "hidden" not in said and "Debug source" not in said


def _run(command: str, folder: Path) -> tuple[int, str]:
    """Exit code and words of a command whose database and object store are nowhere."""
    settings = {
        "FAIRHAVEN_DATABASE": f"postgresql://us:hidden@{NOWHERE}/x",
        "FAIRHAVEN_OBJECTS": f"s3+http://us:hidden@{NOWHERE}/bucket",
        "FAIRHAVEN_DATA": str(folder / "data"),
        "COLUMNS": "200",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FAIRHAVEN_")}
    argv = [sys.executable, "-m", "fairhaven", command]
    done = subprocess.run(argv, env=kept | settings, capture_output=True, text=True, cwd=folder, timeout=60)
    return done.returncode, " ".join((done.stdout + done.stderr).split())

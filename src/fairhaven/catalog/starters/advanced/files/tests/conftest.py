"""Keeps the models of tests apart from yours."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for each test."""
    folder = tmp_path / "models"
    monkeypatch.setenv("MODULE_MODELS", str(folder))
    return folder

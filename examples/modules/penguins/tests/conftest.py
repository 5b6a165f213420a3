"""Keeps the tests' models apart from the user's own."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the first test that asks a question leaves the default model."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture(autouse=True)
def default_model(shared_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let questions be answered by the default model."""
    monkeypatch.setenv("MODULE_MODELS", str(shared_models))


@pytest.fixture
def models(default_model: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for the test that trains."""
    folder = tmp_path / "models"
    monkeypatch.setenv("MODULE_MODELS", str(folder))
    return folder

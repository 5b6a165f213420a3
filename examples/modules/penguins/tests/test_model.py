"""How good the model is, whether its reasons add up, and how it is kept."""

import multiprocessing
from pathlib import Path

import numpy as np
import pytest

from fairhaven_penguins import api, model, store


def test_unseen_penguins_are_named_correctly(models: Path) -> None:
    report = api.train()
    assert report["accuracy"] >= 0.95
    assert report["training_penguins"] + report["test_penguins"] == 344
    assert report["seconds"] > 0


def test_the_confusion_matrix_counts_every_test_penguin_once(models: Path) -> None:
    report = api.train(test_size=0.4, seed=5)
    matrix = np.array(report["confusion_matrix"])
    assert matrix.shape == (3, 3)
    assert matrix.sum() == report["test_penguins"]
    assert matrix.trace() / matrix.sum() == pytest.approx(report["accuracy"])


def test_reasons_add_up_to_the_log_odds() -> None:
    _, unseen, _, _ = model.split(test_size=0.25, seed=0)
    for number in range(0, len(unseen), 7):
        penguin = unseen.iloc[[number]]
        reasons = model.explain(penguin)
        logs = np.log(model.probabilities(penguin)[0])
        assert sum(reasons["contributions"]) + reasons["baseline"] == pytest.approx(logs.max() - logs.mean())


def test_a_smaller_c_gives_smoother_probabilities(models: Path) -> None:
    _, unseen, _, _ = model.split(test_size=0.25, seed=0)
    api.train(C=0.001)
    smooth = model.probabilities(unseen).max(axis=1).mean()
    api.train(C=100)
    assert model.probabilities(unseen).max(axis=1).mean() > smooth


def test_a_new_training_replaces_the_model_in_use(models: Path) -> None:
    api.warm()
    before = model.ready()
    api.train(C=0.01)
    assert model.ready() is not before


def test_a_trained_model_is_used_again(models: Path) -> None:
    api.warm()
    written = (models / store.FILE).stat().st_mtime_ns
    api.warm()
    assert (models / store.FILE).stat().st_mtime_ns == written


def test_a_folder_that_cannot_be_written_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("MODULE_MODELS", str(tmp_path / "file" / "models"))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    api.warm()
    assert store.folder().parent == tmp_path


def test_two_workers_can_start_at_once(models: Path) -> None:
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(["fairhaven_penguins.api"])  # so that both begin at the same moment
    workers = [server.Process(target=api.warm) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert [path.name for path in models.iterdir()] == [store.FILE]
    assert store.load() is not None

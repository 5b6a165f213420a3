"""How good the model is, and how it is kept."""

import multiprocessing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fairhaven_digits import api, model, picture, store


def test_unseen_digits_are_read_correctly(models: Path) -> None:
    report = api.train()
    assert report["accuracy"] >= 0.97
    assert report["training_images"] == 1437
    assert report["test_images"] == 360
    assert report["seconds"] > 0


def test_unseen_digits_are_read_from_image_files_too(tmp_path: Path) -> None:
    _, unseen, _, truth = model.split(test_size=0.2, seed=0)
    path = tmp_path / "digit.png"
    right = 0
    for grid, label in zip(unseen[:100], truth[:100], strict=True):
        ink = Image.fromarray((grid.reshape(8, 8) * 255).astype(np.uint8)).resize((200, 200))
        page = Image.new("L", (300, 260), 0)
        page.paste(ink, (40, 30))
        page.save(path)
        right += model.rank(picture.read(path))[0][0] == str(label)
    assert right >= 95


def test_the_confusion_matrix_counts_every_test_image_once(models: Path) -> None:
    report = api.train(test_size=0.3, seed=5)
    matrix = np.array(report["confusion_matrix"])
    assert matrix.shape == (10, 10)
    assert matrix.sum() == report["test_images"]
    assert matrix.trace() / matrix.sum() == pytest.approx(report["accuracy"])


def test_the_same_seed_gives_the_same_score(models: Path) -> None:
    first, second = api.train(seed=3), api.train(seed=3)
    assert first["confusion_matrix"] == second["confusion_matrix"]


def test_a_new_training_replaces_the_model_in_use(models: Path) -> None:
    api.warm()
    before = model.ready()
    api.train(C=1)
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
    server.set_forkserver_preload(["fairhaven_digits.api"])  # so that both begin at the same moment
    workers = [server.Process(target=api.warm) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert [path.name for path in models.iterdir()] == [store.FILE]
    assert store.load() is not None

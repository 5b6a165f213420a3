"""The contract of the object store: inherit `ObjectsContract` and give it a fixture `objects`."""

from pathlib import Path

import pytest

from fairhaven.core.errors import NotFound
from fairhaven.core.ids import new_id
from fairhaven.core.objects import Objects

LARGE = 20 << 20  # more than one part of an upload


class ObjectsContract:
    """What every driver of `fairhaven.core.objects.Objects` does."""

    @pytest.fixture
    def key(self) -> str:
        return f"contract/{new_id()}/a name with spaces & ünïcode.bin"

    async def test_what_was_put_is_read_again(self, objects: Objects, key: str) -> None:
        await objects.put(key, b"content")
        assert await objects.read(key) == b"content"

    async def test_a_put_replaces_what_was_there(self, objects: Objects, key: str) -> None:
        await objects.put(key, b"first")
        await objects.put(key, b"second")
        assert await objects.read(key) == b"second"

    async def test_a_large_file_comes_back_as_it_was(
        self, objects: Objects, key: str, tmp_path: Path
    ) -> None:
        source, target = tmp_path / "source", tmp_path / "target"
        source.write_bytes(bytes(range(256)) * (LARGE // 256))
        await objects.put(key, source)
        await objects.get(key, target)
        assert target.read_bytes() == source.read_bytes()

    async def test_parts_are_read(self, objects: Objects, key: str) -> None:
        await objects.put(key, b"content")
        assert await objects.part(key, 0, 3) == b"con"
        assert await objects.part(key, 3, 4) == b"tent"

    async def test_what_is_missing_is_not_found(self, objects: Objects, key: str, tmp_path: Path) -> None:
        assert not await objects.exists(key)
        with pytest.raises(NotFound):
            await objects.read(key)
        with pytest.raises(NotFound):
            await objects.get(key, tmp_path / "target")
        with pytest.raises(NotFound):
            await objects.part(key, 0, 1)
        assert not (tmp_path / "target").exists()

    async def test_what_was_deleted_is_gone_and_deleting_again_is_no_error(
        self, objects: Objects, key: str
    ) -> None:
        await objects.put(key, b"content")
        assert await objects.exists(key)
        await objects.delete(key)
        await objects.delete(key)
        assert not await objects.exists(key)

    async def test_keys_are_listed_by_prefix(self, objects: Objects) -> None:
        folder = f"contract/{new_id()}"
        for name in ("a", "b/c"):
            await objects.put(f"{folder}/{name}", b"")
        assert sorted([key async for key in objects.list(folder)]) == [f"{folder}/a", f"{folder}/b/c"]

"""The table store keeps the contract on a real PostgreSQL; and what only it promises."""

import asyncio
import json
import os
import stat
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update

from fairhaven.core.db import Database
from fairhaven.core.errors import Unconfigured
from fairhaven.core.ids import new_id
from fairhaven.core.sealing.envelope import Key
from fairhaven.core.sealing.keys import KeyCommand, KeyFile, key_source
from fairhaven.core.testing import servers
from fairhaven.core.testing.secrets import StoreContract
from fairhaven.secrets.drivers.table import TableStore
from fairhaven.secrets.models import SecretValueRow
from fairhaven.secrets.ports import Owner, OwnerKind, Place, StoreFailed

CANARY = "correct horse battery staple"


@pytest.fixture
def keys(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "secrets" / "keys", ours=True)


@pytest.fixture(scope="module")
def database_url() -> Iterator[str]:
    """One database for all tests here: emptied is sooner made than new."""
    name = "t" + os.urandom(6).hex()
    yield servers.new_database(name)
    servers.drop_database(name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    async with opened.transaction() as session:
        await session.execute(delete(SecretValueRow))
    yield opened
    await opened.close()


@pytest.fixture
def store(database: Database, keys: KeyFile) -> TableStore:
    return TableStore(database, keys)


@pytest.fixture
def place() -> Place:
    return Place(Owner(OwnerKind.PERSON, new_id()), new_id(), "my-token")


class TestContract(StoreContract):
    """Every store's promises."""


class TestContractWithACommand(StoreContract):
    """The same, with keys that a program prints."""

    @pytest.fixture
    def store(self, database: Database) -> TableStore:
        ring = "\n".join(Key.make().written() for _ in range(2))
        return TableStore(database, KeyCommand([sys.executable, "-c", f"print({ring!r})"]))


async def test_the_first_use_makes_a_key_that_only_we_can_read(store: TableStore, keys: KeyFile) -> None:
    await store.check()
    assert stat.S_IMODE(keys.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(keys.path.parent.stat().st_mode) == 0o700
    before = keys.path.read_text()
    await store.check()
    assert keys.path.read_text() == before


async def test_processes_that_start_at_the_same_time_agree_on_one_key(
    database: Database, keys: KeyFile
) -> None:
    stores = [TableStore(database, keys) for _ in range(8)]
    assert len(set(await asyncio.gather(*(store.check() for store in stores)))) == 1


async def test_no_value_is_in_the_table(store: TableStore, database: Database, place: Place) -> None:
    await store.put(place, CANARY)
    async with database.transaction() as session:
        row = await session.scalar(select(SecretValueRow))
    assert row is not None
    assert CANARY.encode() not in row.sealed + row.sealed_key


async def test_two_values_that_are_the_same_look_different(
    store: TableStore, database: Database, place: Place
) -> None:
    await store.put(place, CANARY)
    await store.put(place, CANARY)
    async with database.transaction() as session:
        rows = (await session.scalars(select(SecretValueRow))).all()
    assert len({row.sealed for row in rows}) == len({row.sealed_key for row in rows}) == 2


@pytest.mark.parametrize("what", ["owner", "name", "id", "version"])
async def test_a_value_that_was_moved_does_not_open(
    store: TableStore, database: Database, place: Place, what: str
) -> None:
    """Whoever can write into the table cannot make another's value their own."""
    version = await store.put(place, CANARY)
    moved = {
        "owner": Place(Owner(OwnerKind.PERSON, new_id()), place.id, place.name),
        "name": Place(place.owner, place.id, "another"),
        "id": Place(place.owner, new_id(), place.name),
        "version": place,
    }[what]
    to = version + (what == "version")
    async with database.transaction() as session:
        await session.execute(update(SecretValueRow).values(place_id=moved.id, version=to))
    with pytest.raises(StoreFailed, match="does not open"):
        await store.read(moved, to)


@pytest.mark.parametrize("column", ["sealed", "sealed_key"])
async def test_a_value_that_was_changed_does_not_open(
    store: TableStore, database: Database, place: Place, column: str
) -> None:
    version = await store.put(place, CANARY)
    changed = text(
        f"UPDATE secret_values SET {column} = set_byte({column}, 20, 255 - get_byte({column}, 20))"
    )
    async with database.transaction() as session:
        await session.execute(changed)
    with pytest.raises(StoreFailed, match="does not open"):
        await store.read(place, version)


async def test_a_new_key_counts_at_once_and_values_are_not_touched_by_renewing(
    store: TableStore, database: Database, keys: KeyFile, place: Place
) -> None:
    version = await store.put(place, CANARY)
    before = await row_of(database)
    new = keys.turn()
    assert await store.read(place, version) == CANARY
    assert await store.renew() == 1
    after = await row_of(database)
    assert (after.sealed, after.key_id) == (before.sealed, new.id)
    assert after.sealed_key != before.sealed_key
    assert await store.read(place, version) == CANARY
    await store.put(place, CANARY)
    assert await store.renew() == 0


async def test_another_process_reads_what_was_sealed_with_a_key_that_it_does_not_know_yet(
    store: TableStore, database: Database, keys: KeyFile, place: Place
) -> None:
    await store.check()
    other = TableStore(database, keys)
    keys.turn()
    assert await store.read(place, await other.put(place, CANARY)) == CANARY


async def test_lost_keys_are_told_and_never_replaced(store: TableStore, keys: KeyFile, place: Place) -> None:
    version = await store.put(place, CANARY)
    keys.path.unlink()
    for attempt in (store.check(), store.read(place, version), store.put(place, CANARY)):
        with pytest.raises(Unconfigured, match="no file of keys"):
            await attempt
    assert not keys.path.exists()


async def test_other_keys_are_told_with_the_name_of_the_one_that_is_missing(
    store: TableStore, database: Database, keys: KeyFile, place: Place
) -> None:
    await store.put(place, CANARY)
    needed = (await row_of(database)).key_id
    keys.path.write_text(Key.make().written())
    with pytest.raises(Unconfigured, match=needed):
        await store.check()


async def test_a_file_of_ones_own_is_not_made(database: Database, tmp_path: Path) -> None:
    source = key_source(f"file:{tmp_path / 'keys'}", tmp_path)
    with pytest.raises(Unconfigured, match="no file of keys"):
        await TableStore(database, source).check()


async def test_keys_that_everybody_can_read_are_refused(store: TableStore, keys: KeyFile) -> None:
    await store.check()
    keys.path.chmod(0o644)
    with pytest.raises(Unconfigured, match="read by everybody"):
        await store.check()


@pytest.mark.parametrize("content", ["", "# only words\n", "bm90IGEga2V5\n", "not base64!\n"])
async def test_what_is_no_key_is_told_without_quoting_it(
    store: TableStore, keys: KeyFile, content: str
) -> None:
    keys.path.parent.mkdir()
    keys.path.write_text(content)
    keys.path.chmod(0o600)
    with pytest.raises(Unconfigured) as told:
        await store.check()
    assert "bm90" not in str(told.value)


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["/no/such/program"], "cannot be run"),
        ([sys.executable, "-c", "raise SystemExit('the KMS is closed')"], "exit code 1 the KMS is closed"),
        ([sys.executable, "-c", "print('no key')"], "no key"),
    ],
)
async def test_a_command_that_gives_no_key_is_told(database: Database, argv: list[str], says: str) -> None:
    source = key_source(f"command:{json.dumps(argv)}", Path("/"))
    with pytest.raises(Unconfigured, match=says):
        await TableStore(database, source).check()


@pytest.mark.parametrize(
    "setting", ["", "keys", "command:", "command:cat keys", 'command:"cat"', "command:[]"]
)
def test_a_setting_that_is_not_understood_says_how_it_must_look(setting: str) -> None:
    with pytest.raises(Unconfigured, match=r'command:\["program", "argument"\]'):
        key_source(setting, Path("/"))


def test_no_key_is_shown() -> None:
    key = Key.make()
    assert key.written() not in repr(key)
    assert str(key.secret) not in repr(key)


async def row_of(database: Database) -> SecretValueRow:
    async with database.transaction() as session:
        row = await session.scalar(select(SecretValueRow))
    assert row is not None
    return row

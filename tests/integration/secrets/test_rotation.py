"""An operator rotates the key of secrets while the platform runs: nothing is lost, nothing is interrupted."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from fairhaven.core.db import Database
from fairhaven.core.sealing.keys import KeyFile
from fairhaven.core.testing.whole import until
from fairhaven.secrets.drivers.table import TableStore
from fairhaven.secrets.ports import Owner, OwnerKind, Place

pytestmark = [pytest.mark.xdist_group("whole"), pytest.mark.slow]

KEYS_IN_USE = "SELECT DISTINCT key_id FROM secret_values"
SEALED = "SELECT place_id, sealed FROM secret_values ORDER BY place_id"


async def test_a_rotation_puts_every_secret_under_the_new_key(install: Callable[..., Any]) -> None:
    whole = install()
    for number in range(20):
        put(whole, f"secret-{number}")
    before, first = whole.rows(SEALED), keys_in_use(whole)
    assert "values are sealed with the key" in whole.command("doctor")

    said = whole.command("rotate-key")
    new = said.split()[0]
    put(whole, "another")
    until(lambda: keys_in_use(whole) == {new})
    assert new not in first
    assert [row for row in whole.rows(SEALED) if row in before] == before

    database = Database(whole.database)
    store = TableStore(database, KeyFile(whole.data / "secrets" / "keys", ours=True))
    for row in whole.rows("SELECT id, person_id, name, version FROM secrets"):
        place = Place(Owner(OwnerKind.PERSON, UUID(str(row["person_id"]))), UUID(str(row["id"])), row["name"])
        assert await store.read(place, row["version"]) == f"the value of {row['name']}"
    await database.close()
    assert new in whole.command("doctor")


def test_a_key_file_that_is_lost_is_told_by_doctor(install: Callable[..., Any]) -> None:
    whole = install()
    put(whole, "my-token")
    keys = whole.data / "secrets" / "keys"
    keys.rename(whole.data.parent / "keys")
    assert "There is no file of keys" in whole.command("doctor", check=False)
    answer = whole.api.put("/api/v1/secrets/another", json={"value": "x"})
    assert (answer.status_code, "not set up" in answer.text, str(whole.data) in answer.text) == (
        502,
        True,
        False,
    )
    assert whole.ready()


def put(whole: Any, name: str) -> None:
    answer = whole.api.put(f"/api/v1/secrets/{name}", json={"value": f"the value of {name}"})
    assert answer.status_code == 200, answer.text


def keys_in_use(whole: Any) -> set[str]:
    return {row["key_id"] for row in whole.rows(KEYS_IN_USE)}

"""What every store of secrets must do, as a test class to inherit: a driver's own tests give it `store`."""

import asyncio

import pytest

from fairhaven.core.ids import new_id
from fairhaven.secrets.ports import Owner, OwnerKind, Place, SecretStore, ValueGone
from fairhaven.secrets.schemas import LONGEST

KINDS = tuple(OwnerKind)
VALUES = {
    "plain": "hf_abcdefghijklmnopqrstuvwxyz",
    "of many lines": "-----BEGIN KEY-----\nMIIB\n-----END KEY-----\n",
    "of many languages": "größer → 秘密 🗝",
    "quoted": "\"'\\ {{x}} ${HOME} $(id) %s\t\r\n",
    "blank": " ",
    "the longest": "s" * LONGEST,
}


class StoreContract:
    """Inherit it and give the fixture `store`; it may hold other values already."""

    @pytest.fixture(params=KINDS)
    def place(self, request: pytest.FixtureRequest) -> Place:
        return Place(Owner(request.param, new_id()), new_id(), "my-token")

    @pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
    async def test_what_was_put_is_read_again(self, store: SecretStore, place: Place, value: str) -> None:
        assert await store.read(place, await store.put(place, value)) == value

    async def test_a_new_value_is_a_new_version_and_the_last_one_stays(
        self, store: SecretStore, place: Place
    ) -> None:
        first = await store.put(place, "first")
        second = await store.put(place, "second")
        assert (first, second) == (1, 2)
        assert await store.read(place, first) == "first"
        assert await store.read(place, second) == "second"

    async def test_values_put_at_the_same_time_get_versions_of_their_own(
        self, store: SecretStore, place: Place
    ) -> None:
        values = [f"value {number}" for number in range(8)]
        versions = await asyncio.gather(*(store.put(place, value) for value in values))
        assert sorted(versions) == list(range(1, 9))
        read = [await store.read(place, version) for version in versions]
        assert read == values

    async def test_what_is_missing_is_gone(self, store: SecretStore, place: Place) -> None:
        with pytest.raises(ValueGone):
            await store.read(place, 1)
        await store.put(place, "value")
        with pytest.raises(ValueGone):
            await store.read(place, 2)

    async def test_a_place_of_another_owner_is_another_place(self, store: SecretStore, place: Place) -> None:
        version = await store.put(place, "mine")
        for other in (
            Place(Owner(place.owner.kind, new_id()), new_id(), place.name),
            Place(place.owner, new_id(), place.name),
        ):
            with pytest.raises(ValueGone):
                await store.read(other, version)

    async def test_earlier_versions_are_forgotten(self, store: SecretStore, place: Place) -> None:
        for value in ("first", "second", "third"):
            await store.put(place, value)
        await store.forget(place, keep=2)
        await store.forget(place, keep=2)
        with pytest.raises(ValueGone):
            await store.read(place, 1)
        assert await store.read(place, 2) == "second"
        assert await store.read(place, 3) == "third"
        assert await store.put(place, "fourth") == 4

    async def test_a_place_is_forgotten_and_again(self, store: SecretStore, place: Place) -> None:
        await store.put(place, "first")
        await store.put(place, "second")
        await store.forget(place)
        await store.forget(place)
        await store.forget(place, keep=2)
        for version in (1, 2):
            with pytest.raises(ValueGone):
                await store.read(place, version)
        assert place.id not in await ids(store)

    async def test_every_place_is_told(self, store: SecretStore, place: Place) -> None:
        other = Place(place.owner, new_id(), "another")
        for each in (place, other, place):
            await store.put(each, "value")
        told = [(each.owner, each.id) async for each in store.places()]
        assert told.count((place.owner, place.id)) == 1
        assert told.count((other.owner, other.id)) == 1

    async def test_renewing_keys_keeps_every_value(self, store: SecretStore, place: Place) -> None:
        version = await store.put(place, "value")
        await store.renew()
        assert await store.read(place, version) == "value"
        assert await store.renew() == 0

    async def test_a_store_says_how_it_is(self, store: SecretStore) -> None:
        assert await store.check()


async def ids(store: SecretStore) -> set[object]:
    return {each.id async for each in store.places()}

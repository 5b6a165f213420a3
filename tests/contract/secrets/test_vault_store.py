"""The vault store keeps the contract against a real OpenBao; and what only it promises."""

from collections.abc import Callable, Iterator
from pathlib import Path

import hvac
import pytest

from fairhaven.core.components.ports import LOOPBACK, free_port
from fairhaven.core.config import Settings
from fairhaven.core.db import Database
from fairhaven.core.errors import Unconfigured
from fairhaven.core.ids import new_id
from fairhaven.core.platform import Platform
from fairhaven.core.testing import openbao
from fairhaven.core.testing.openbao import OpenBao
from fairhaven.core.testing.secrets import StoreContract
from fairhaven.secrets.drivers.vault import VaultStore
from fairhaven.secrets.ports import Owner, OwnerKind, Place, StoreFailed

pytestmark = pytest.mark.xdist_group("openbao")


@pytest.fixture(scope="module")
def bao(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenBao]:
    with openbao.running(openbao.program(request.config), tmp_path_factory.mktemp("openbao")) as server:
        yield server


@pytest.fixture
def opened(bao: OpenBao, tmp_path: Path) -> Callable[..., VaultStore]:
    """`opened(url, token=…)`: the driver as the settings make it; the token comes in a file."""

    def opened(url: str = bao.setting, *, token: str = bao.token) -> VaultStore:
        file = tmp_path / "token"
        file.write_text(f"{token}\n")
        settings = Settings(data=tmp_path, secrets=url, secrets_token=f"file:{file}")
        return VaultStore.open(url, Platform(settings, Database("postgresql://unused/unused")))

    return opened


@pytest.fixture
def store(opened: Callable[..., VaultStore]) -> VaultStore:
    return opened()


@pytest.fixture
def place() -> Place:
    return Place(Owner(OwnerKind.PERSON, new_id()), new_id(), "my-token")


class TestContract(StoreContract):
    """Every store's promises."""


async def test_each_owner_has_a_folder(bao: OpenBao, store: VaultStore, place: Place) -> None:
    await store.put(place, "value")
    path = f"fairhaven/person-{place.owner.id}/{place.id}"
    kept = bao.client().secrets.kv.v2.read_secret_version(path, raise_on_deleted_version=True)["data"]
    assert kept["data"] == {"value": "value"}
    assert kept["metadata"]["custom_metadata"] == {"name": "my-token"}


async def test_our_own_token_reads_no_value(bao: OpenBao, store: VaultStore, place: Place) -> None:
    await store.put(place, "value")
    path = f"fairhaven/person-{place.owner.id}/{place.id}"
    with pytest.raises(hvac.exceptions.Forbidden):
        bao.client(bao.token).secrets.kv.v2.read_secret_version(path, raise_on_deleted_version=True)


async def test_a_visit_has_a_token_that_lives_a_minute_and_opens_one_owners_folder(
    bao: OpenBao, store: VaultStore, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens: list[str] = []
    made = store._client
    monkeypatch.setattr(store, "_client", lambda token: tokens.append(token) or made(token))
    await store.put(place, "value")
    minted = next(token for token in tokens if token != bao.token)
    about = bao.client().auth.token.lookup(minted)["data"]
    assert 0 < about["ttl"] <= 60
    assert about["policies"] == ["fairhaven-owner"]
    assert not about["renewable"]
    visiting = bao.client(minted)
    visiting.secrets.kv.v2.read_secret_version(
        f"fairhaven/person-{place.owner.id}/{place.id}", raise_on_deleted_version=True
    )
    other = Place(Owner(OwnerKind.PROJECT, new_id()), new_id(), "theirs")
    await store.put(other, "value")
    with pytest.raises(hvac.exceptions.Forbidden):
        visiting.secrets.kv.v2.read_secret_version(
            f"fairhaven/project-{other.owner.id}/{other.id}", raise_on_deleted_version=True
        )


async def test_looking_at_it_renews_our_token(bao: OpenBao, store: VaultStore) -> None:
    bao.client(bao.token).auth.token.renew_self(increment="1h")
    before = bao.client().auth.token.lookup(bao.token)["data"]["last_renewal_time"]
    assert await store.check() == f"{bao.url} answers"
    assert bao.client().auth.token.lookup(bao.token)["data"]["last_renewal_time"] >= before


async def test_a_token_that_is_replaced_counts_at_once(
    bao: OpenBao, opened: Callable[..., VaultStore], place: Place
) -> None:
    store = opened(token="s.not-a-token")
    with pytest.raises(StoreFailed, match="does not let us"):
        await store.put(place, "value")
    opened()  # writes the file
    assert await store.put(place, "value") == 1


async def test_a_token_may_come_from_the_environment(
    bao: OpenBao, tmp_path: Path, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data=tmp_path, secrets=bao.setting)
    store = VaultStore.open(bao.setting, Platform(settings, Database("postgresql://unused/unused")))
    monkeypatch.delenv("VAULT_TOKEN", raising=False)
    with pytest.raises(Unconfigured, match="no token in VAULT_TOKEN"):
        await store.put(place, "value")
    monkeypatch.setenv("VAULT_TOKEN", bao.token)
    assert await store.put(place, "value") == 1


async def test_a_server_that_is_not_there_is_told(opened: Callable[..., VaultStore], place: Place) -> None:
    store = opened(f"vault+http://{LOOPBACK}:{free_port()}/secret/fairhaven")
    for attempt in (store.check(), store.put(place, "correct horse"), store.read(place, 1)):
        with pytest.raises(StoreFailed, match="ConnectionError") as told:
            await attempt
        assert "correct horse" not in told.value.detail


async def test_a_server_that_does_not_answer_is_given_up(
    opened: Callable[..., VaultStore], place: Place, silent_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fairhaven.secrets.drivers.vault.TIME_LIMIT", 0.3)
    with pytest.raises(StoreFailed, match="ReadTimeout"):
        await opened(f"vault+{silent_server}/secret/fairhaven").read(place, 1)


async def test_an_engine_that_is_not_there_is_told(
    bao: OpenBao, opened: Callable[..., VaultStore], place: Place
) -> None:
    store = opened(f"vault+{bao.url}/nowhere/fairhaven")
    with pytest.raises(StoreFailed):
        await store.check()
    with pytest.raises(StoreFailed):
        await store.put(place, "value")


@pytest.mark.parametrize(
    "url",
    [
        "vault+https://",
        "vault+https://host",
        "vault+https://s.token@host/secret",
        "vault+https://host/secret?token=s.token",
    ],
)
def test_an_address_that_is_wrong_or_bears_a_token_is_refused(
    opened: Callable[..., VaultStore], url: str
) -> None:
    with pytest.raises(Unconfigured) as told:
        opened(url)
    assert "s.token" not in f"{told.value.detail}{told.value.remedy}"
    assert "vault+https://host:8200/mount/prefix" in f"{told.value.detail}{told.value.remedy}"


@pytest.mark.parametrize("setting", ["", "s.token", "file:", "environment:"])
def test_a_token_is_never_in_the_settings(tmp_path: Path, setting: str) -> None:
    settings = Settings(data=tmp_path, secrets_token=setting)
    platform = Platform(settings, Database("postgresql://unused/unused"))
    with pytest.raises(Unconfigured, match="environment:NAME"):
        VaultStore.open("vault+https://host/secret", platform)


@pytest.fixture
def silent_server() -> Iterator[str]:
    """Takes connections and says nothing."""
    import socket

    with socket.create_server((LOOPBACK, 0)) as server:
        yield f"http://{LOOPBACK}:{server.getsockname()[1]}"

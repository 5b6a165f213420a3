"""The store `vault+https://host/mount/prefix`: OpenBao or Vault, key-value engine version 2 (library: hvac).

Values lie at `<mount>/<prefix>/person-<id>/<secret>` and `<mount>/<prefix>/project-<id>/<secret>`. Our own
token can read none of them: for each visit it mints a token that lives a minute and opens the folder of one
owner, by an entity alias that a templated policy names (`docs/how-to/keep-secrets.md` sets that up).
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from importlib import import_module
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from fairhaven.core import references
from fairhaven.core.errors import Unconfigured
from fairhaven.core.platform import Platform
from fairhaven.secrets.ports import Owner, OwnerKind, Place, StoreFailed, ValueGone

ROLE = "fairhaven"  # of tokens: what may be minted
TOKEN_LIFE = "60s"  # noqa: S105 - a time
TIME_LIMIT = 5.0  # seconds to connect, and to answer, each
KEPT_VERSIONS = 100  # far more than are ever there: we erase what is not needed ourselves
SHAPE = "vault+https://host:8200/mount/prefix"

T = TypeVar("T")


class VaultStore:
    """One folder of one key-value engine."""

    def __init__(
        self,
        url: str,
        *,
        mount: str,
        prefix: str,
        token: Callable[[], str],
        namespace: str = "",
        ca: str = "",
    ) -> None:
        self._url, self._mount, self._prefix = url, mount, prefix
        self._token, self._namespace, self._ca = token, namespace, ca

    @classmethod
    def open(cls, url: str, platform: Platform) -> "VaultStore":
        """Read `vault+https://host[:port]/mount[/prefix]?namespace=…&ca=/a/file`.

        Raises:
            Unconfigured: it is not like that, or bears a credential.
        """
        parts = urlsplit(url.removeprefix("vault+"))
        mount, _, prefix = parts.path.strip("/").partition("/")
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if "@" in parts.netloc or query.keys() - {"namespace", "ca"}:
            raise Unconfigured(
                "`secrets` bears something that it must not.",
                fix=f"Write {SHAPE}; the token comes from where `secrets_token` says.",
            )
        if not (parts.hostname and mount):
            raise Unconfigured(f"`secrets` must look like {SHAPE}.")
        return cls(
            f"{parts.scheme}://{parts.netloc}",
            mount=mount,
            prefix=prefix or "fairhaven",
            token=token_source(platform.settings.secrets_token),
            **query,
        )

    async def put(self, place: Place, value: str) -> int:
        def put(client: Any) -> int:
            path = self._path(place)
            kept = client.secrets.kv.v2.create_or_update_secret(
                path, secret={"value": value}, mount_point=self._mount
            )
            version = int(kept["data"]["version"])
            if version == 1:
                client.secrets.kv.v2.update_metadata(
                    path,
                    mount_point=self._mount,
                    max_versions=KEPT_VERSIONS,
                    custom_metadata={"name": place.name},
                )
            return version

        return await self._visit(place.owner, put)

    async def read(self, place: Place, version: int) -> str:
        def read(client: Any) -> str:
            found = client.secrets.kv.v2.read_secret_version(
                self._path(place), version=version, mount_point=self._mount, raise_on_deleted_version=True
            )
            return str(found["data"]["data"]["value"])

        found: str | None = await self._visit(place.owner, read, missing=None)
        if found is None:
            raise ValueGone(f"The value of the secret {place.name} is not in the store.")
        return found

    async def forget(self, place: Place, *, keep: int | None = None) -> None:
        def forget(client: Any) -> None:
            engine, here = client.secrets.kv.v2, {"path": self._path(place), "mount_point": self._mount}
            if keep is None:
                engine.delete_metadata_and_all_versions(**here)
                return
            versions = engine.read_secret_metadata(**here)["data"]["versions"]
            if gone := [each for each in map(int, versions) if each < keep]:
                engine.destroy_secret_versions(versions=gone, **here)

        await self._visit(place.owner, forget, missing=None)

    async def places(self) -> AsyncIterator[Place]:
        for folder in await self._list(self._prefix):
            owner = _owner_of(folder)
            for name in await self._list(f"{self._prefix}/{folder}") if owner else ():
                if owner and (place_id := _uuid(name)):
                    yield Place(owner, place_id)

    async def renew(self) -> int:
        """Nothing: the server keeps its own keys (`bao operator rotate`)."""
        return 0

    async def check(self) -> str:
        def ask(client: Any) -> str:
            engine = client.adapter.get(f"/v1/sys/internal/ui/mounts/{self._mount}")["data"]
            if (engine.get("options") or {}).get("version") != "2":
                raise Unconfigured(f"{self._url} has no key-value engine of version 2 at {self._mount}.")
            token = client.auth.token.lookup_self()["data"]
            if token["renewable"]:
                client.auth.token.renew_self()
            return f"{self._url} answers"

        return await self._call(ask)

    async def _list(self, path: str) -> list[str]:
        def names(client: Any) -> list[str]:
            found = client.secrets.kv.v2.list_secrets(path, mount_point=self._mount)
            return [str(name).rstrip("/") for name in found["data"]["keys"]]

        return await self._call(names, missing=[])

    def _path(self, place: Place) -> str:
        return f"{self._prefix}/{_folder(place.owner)}/{place.id}"

    async def _visit(self, owner: Owner, act: Callable[[Any], T], **missing: T) -> T:
        """Act with a token that opens the folder of this owner, and soon nothing any more."""

        def visit(ours: Any) -> T:
            minted = ours.auth.token.create(role_name=ROLE, entity_alias=_folder(owner), ttl=TOKEN_LIFE)
            return act(self._client(minted["auth"]["client_token"]))

        return await self._call(visit, **missing)

    async def _call(self, act: Callable[[Any], T], **missing: T) -> T:
        def call() -> T:
            with self._translated():
                return act(self._client(self._token()))

        try:
            return await asyncio.to_thread(call)
        except _Missing:
            if "missing" in missing:
                return missing["missing"]
            raise StoreFailed(
                f"{self._url} has no engine at {self._mount}.", fix="Is `secrets` right?"
            ) from None

    def _client(self, token: str) -> Any:
        return self._hvac.Client(
            self._url,
            token=token,
            namespace=self._namespace or None,
            timeout=TIME_LIMIT,
            session=self._session,
            allow_redirects=False,
        )

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """The library's errors as ours. None of their words go on: they may quote what was sent."""
        failed, requests = self._hvac.exceptions, self._requests
        try:
            yield
        except failed.InvalidPath:
            raise _Missing from None
        except failed.Forbidden:
            raise StoreFailed(
                f"{self._url} does not let us.", fix="Is the token valid, and are role and policies set up?"
            ) from None
        except failed.VaultDown:
            raise StoreFailed(
                f"{self._url} is sealed or not ready.", fix="An operator must unseal it."
            ) from None
        except (failed.VaultError, requests.RequestException, OSError) as error:
            raise StoreFailed(
                f"{self._url} did not do it: {type(error).__name__}.", fix="Is it up? Is `secrets` right?"
            ) from None

    @cached_property
    def _hvac(self) -> Any:
        try:
            return import_module("hvac")
        except ModuleNotFoundError:
            raise Unconfigured(
                "`vault+https:` needs one more package.", fix="pip install 'fairhaven[vault]'"
            ) from None

    @cached_property
    def _requests(self) -> Any:
        return import_module("requests")

    @cached_property
    def _session(self) -> Any:
        """Connections that are kept; nothing is taken from the environment, no `.netrc` and no proxy."""
        session = self._requests.Session()
        session.trust_env = False
        session.verify = self._ca or os.environ.get("SSL_CERT_FILE") or True
        return session


class _Missing(Exception):
    """There is nothing at this path."""


def token_source(setting: str) -> Callable[[], str]:
    """Read the setting `secrets_token`: where our own token is. It is looked up each time: agents renew it.

    Raises:
        Unconfigured: it is neither `environment:NAME` nor `file:/a/path`.
    """
    kind, _, where = setting.partition(":")
    if kind not in ("environment", "file") or not where:
        raise Unconfigured("`secrets_token` is `environment:NAME` or `file:/a/path`.")

    return partial(references.value_of, setting, what="token")


def _folder(owner: Owner) -> str:
    return f"{owner.kind}-{owner.id}"


def _owner_of(folder: str) -> Owner | None:
    kind, _, rest = folder.partition("-")
    owner_id = _uuid(rest)
    return Owner(OwnerKind(kind), owner_id) if kind in set(OwnerKind) and owner_id else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

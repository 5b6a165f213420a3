"""The S3 driver of the object store (library: obstore)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, unquote, urlsplit

import obstore
from obstore.exceptions import NotFoundError
from obstore.store import S3Store

from fairhaven.core.errors import NotFound, Unconfigured

if TYPE_CHECKING:
    from obstore import GetResult

PART = 8 << 20  # bytes read and sent at a time


def address(*, endpoint: str, bucket: str, access_key: str, secret_key: str) -> str:
    """The setting `objects` that leads to this bucket."""
    scheme, _, host = endpoint.partition("://")
    return f"s3+{scheme}://{quote(access_key, safe='')}:{quote(secret_key, safe='')}@{host}/{bucket}"


class S3Objects:
    """A bucket of any S3 server."""

    def __init__(self, *, endpoint: str, bucket: str, access_key: str, secret_key: str, region: str) -> None:
        self._store = S3Store(
            bucket,
            endpoint=endpoint,
            access_key_id=access_key,
            secret_access_key=secret_key,
            region=region,
            virtual_hosted_style_request=False,
            client_options={"allow_http": endpoint.startswith("http://"), "timeout": timedelta(seconds=60)},
            retry_config={
                "max_retries": 8,
                "retry_timeout": timedelta(seconds=30),
                "backoff": {
                    "init_backoff": timedelta(milliseconds=100),
                    "max_backoff": timedelta(seconds=3),
                    "base": 2,
                },
            },
        )

    @classmethod
    def open(cls, url: str) -> "S3Objects":
        """Read `s3+https://key:secret@host[:port]/bucket?region=…` (or `s3+http`).

        Raises:
            Unconfigured: a part is missing.
        """
        parts = urlsplit(url.removeprefix("s3+"))
        bucket = parts.path.strip("/")
        if not (parts.hostname and bucket and parts.username and parts.password):
            raise Unconfigured("`objects` must look like s3+https://key:secret@host/bucket.")
        netloc = parts.netloc.rpartition("@")[2]
        return cls(
            endpoint=f"{parts.scheme}://{netloc}",
            bucket=bucket,
            access_key=unquote(parts.username),
            secret_key=unquote(parts.password),
            region=parse_qs(parts.query).get("region", ["us-east-1"])[0],
        )

    async def put(self, key: str, source: Path | bytes) -> None:
        await obstore.put_async(self._store, key, source, chunk_size=PART)

    async def get(self, key: str, target: Path) -> None:
        stream = (await self._fetch(key)).stream(min_chunk_size=PART)
        with target.open("wb") as file:
            async for chunk in stream:
                file.write(chunk)

    async def read(self, key: str) -> bytes:
        return bytes(await (await self._fetch(key)).bytes_async())

    async def part(self, key: str, start: int, length: int) -> bytes:
        try:
            return bytes(await obstore.get_range_async(self._store, key, start=start, length=length))
        except (NotFoundError, FileNotFoundError):
            raise _no(key) from None

    async def exists(self, key: str) -> bool:
        try:
            await obstore.head_async(self._store, key)
        except (NotFoundError, FileNotFoundError):
            return False
        return True

    async def delete(self, key: str) -> None:
        try:
            await obstore.delete_async(self._store, key)
        except (NotFoundError, FileNotFoundError):
            return

    async def list(self, prefix: str) -> AsyncIterator[str]:
        async for batch in obstore.list(self._store, prefix):
            for found in batch:
                yield found["path"]

    async def _fetch(self, key: str) -> "GetResult":
        try:
            return await obstore.get_async(self._store, key)
        except (NotFoundError, FileNotFoundError):
            raise _no(key) from None


def _no(key: str) -> NotFound:
    return NotFound(f"The object store has no {key}.")

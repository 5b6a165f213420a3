"""What a server is told at its start; read once, never changed."""

import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One server: which module, where it listens, and its limits. Times in seconds, sizes in bytes."""

    python: Path
    model: str = ""
    host: str = "127.0.0.1"
    port: int = 5000
    uds: str | None = None
    base_path: str = ""
    workers: int = 1
    queue: int = 64
    timeout: float = 600.0
    startup_timeout: float = 300.0
    drain_timeout: float = 30.0
    max_upload: int = 1024**3
    work_dir: Path = field(default_factory=lambda: Path(os.environ.get("TMPDIR") or tempfile.gettempdir()))
    train: bool = True
    predict: bool = True
    docs: bool = True
    warm: bool = True
    trainings: int = 1
    batch_size: int = 32
    per_client: int = 0
    device_lock: Path | None = None
    state_dir: Path | None = None
    preload: tuple[str, ...] = ()
    keep_jobs: float = 3600.0
    jobs: int = 100
    record: Path | None = None
    release: str = ""
    tap: Path | None = None
    tap_rate: float = 0.01

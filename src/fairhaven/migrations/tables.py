"""Every table of every domain, gathered for Alembic: the one place besides a domain that sees its models."""

from contextlib import suppress
from importlib import import_module

from fairhaven.core import facts, idempotency, throttle
from fairhaven.core.db import Base

for _name in ("identity", "projects", "secrets", "audit", "notices", "catalog", "workloads", "builds"):
    with suppress(ModuleNotFoundError):
        import_module(f"fairhaven.{_name}.models")

metadata = Base.metadata
TABLES = (facts.FactRow, idempotency.Remembered, throttle.ThrottleRow)

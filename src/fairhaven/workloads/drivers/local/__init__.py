"""The engine `local:`: workloads as closed-in processes, each kept by a small process of its own."""

from fairhaven.workloads.drivers.local.engine import LocalEngine

__all__ = ["LocalEngine"]

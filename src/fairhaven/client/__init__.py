"""The Python client: `Fairhaven(url, token)`. Needs httpx and pydantic only."""

from fairhaven.client.base import ApiProblem, Connection, Unreachable
from fairhaven.client.fairhaven import Fairhaven

__all__ = ["ApiProblem", "Connection", "Fairhaven", "Unreachable"]

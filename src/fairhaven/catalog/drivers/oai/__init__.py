"""OAI-PMH 2.0 endpoints: their lists (`OaiEndpoint`) and their records (`OaiRecords`)."""

from fairhaven.catalog.drivers.oai.endpoint import OaiEndpoint
from fairhaven.catalog.drivers.oai.origin import OaiRecords

__all__ = ["OaiEndpoint", "OaiRecords"]

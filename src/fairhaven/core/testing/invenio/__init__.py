"""A stand-in for an InvenioRDM behind a real HTTP server: it checks every call as InvenioRDM does.

It is written from InvenioRDM's documentation and its own tests (version 13): what is asked in a wrong order,
with a wrong content type, without a token or with metadata that is not right is refused with the same status
and words. Tests may let it fail: before it does what it was asked, or after, so that only the answer is lost.
"""

from fairhaven.core.testing.invenio.answering import Fault, Served, running

__all__ = ["Fault", "Served", "running"]

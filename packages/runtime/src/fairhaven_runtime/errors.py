"""Everything that can keep a request from its answer, each named after the situation."""


class Refusal(Exception):
    """A request is not served; rendered as `application/problem+json` (RFC 9457)."""

    status = 500
    title = "Internal error"
    retry_after: int | None = None

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class NotReady(Refusal):
    """The module is not loaded (yet, or because it fails to load)."""

    status, title, retry_after = 503, "The module is not ready", 5


class QueueFull(Refusal):
    """Too many requests wait already."""

    status, title, retry_after = 503, "Too many requests are waiting", 2


class TooMany(Refusal):
    """This client has too many requests under way."""

    status, title, retry_after = 429, "Too many requests of yours are under way", 2


class DeviceBusy(Refusal):
    """A training holds the device that predictions need."""

    status, title, retry_after = 503, "The device is busy", 10


class MetadataFailed(Refusal):
    """The module cannot tell its metadata; an exception that has a status of its own keeps it."""

    title = "The module cannot tell its metadata"

    def __init__(self, detail: str, status: int = 500) -> None:
        super().__init__(detail)
        self.status = status


class ClientGone(Refusal):
    """Nobody is there to read the answer; the status is for the counters only."""

    status, title = 499, "The client went away"


class WorkerCrashed(Refusal):
    """The process that ran the module ended in the middle of this request."""

    status, title, retry_after = 503, "The module crashed while it worked on this request", 1


class DeadlinePassed(Refusal):
    """The module took longer than one request may take; its process was ended."""

    status, title = 504, "The module took too long"


class TooLarge(Refusal):
    """The body is larger than the server takes."""

    status, title = 413, "The upload is too large"


class Malformed(Refusal):
    """The body is not what its content type says."""

    status, title = 400, "The request body cannot be read"


class TooMuchJson(Refusal):
    """A body that must be parsed before it goes to the module has more JSON than may hold others up."""

    status, title = 413, "The JSON is too large"


class NoSuchModel(Refusal):
    """The Open Inference Protocol was asked for a model, or a version of it, that is not served here."""

    status, title = 404, "There is no such model"


class SwitchedOff(Refusal):
    """Predictions are switched off on this server."""

    status, title = 402, "Predictions are switched off"


class LoadFailed(Exception):
    """A worker did not get ready; the text says why and what to do."""

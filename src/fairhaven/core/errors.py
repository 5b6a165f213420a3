"""Errors named after the situation: each has a status, a title, a detail and what to do next.

They are rendered once, in `core.http`, as RFC 9457 `application/problem+json` or as a page.
"""

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from fairhaven.core.schemas import FieldError, ProblemDetails


class Problem(Exception):
    """The base of every expected failure; `fix` says what the reader can do about it."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"
    fix: ClassVar[str | None] = None

    def __init__(
        self,
        detail: str = "",
        *,
        fix: str | None = None,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.remedy = fix or self.fix
        self.errors = list(errors)
        self.headers = dict(headers or {})

    @property
    def type(self) -> str:
        """A URN made of the class's name: `QuotaReached` → `urn:fairhaven:problem:quota-reached`."""
        return "urn:fairhaven:problem:" + re.sub(r"(?<!^)(?=[A-Z])", "-", type(self).__name__).lower()

    def details(self, request_id: str | None = None) -> ProblemDetails:
        return ProblemDetails(
            type=self.type,
            title=self.title,
            status=self.status,
            detail=self.detail,
            fix=self.remedy,
            request_id=request_id,
            errors=self.errors,
        )


class BadRequest(Problem):
    status = 400
    title = "The request is not understood"


class SignInNeeded(Problem):
    status = 401
    title = "Sign in first"
    fix = "Sign in, or send a token: `Authorization: Bearer fh_…`."

    def __init__(self, detail: str = "", **kwargs: object) -> None:
        super().__init__(
            detail or "This needs to know who you are.",
            headers={"WWW-Authenticate": 'Bearer realm="fairhaven"'},
        )


class NotAllowed(Problem):
    status = 403
    title = "Not allowed"
    fix = "Ask an administrator of the project for the role that this needs."


class NotFound(Problem):
    status = 404
    title = "Not found"
    fix = "Check the address; the thing may have been deleted, or may be visible to others only."


class Conflict(Problem):
    status = 409
    title = "That conflicts with what is there"


class Gone(Problem):
    status = 410
    title = "No longer there"


class TooLarge(Problem):
    status = 413
    title = "Too large"
    fix = "Send less, or ask the operator to raise `max_upload` (files) or `max_body` (everything else)."


class Invalid(Problem):
    """Well-formed, but wrong; `errors` names the fields."""

    status = 422
    title = "Some of this is not right"
    fix = "Correct what is named and send it again."


class TooMany(Problem):
    """Asked too often; `Retry-After` says when it goes on."""

    status = 429
    title = "Too many requests"
    fix = "Wait as long as Retry-After says, then go on more slowly."


class UpstreamFailed(Problem):
    """A program behind us answered wrongly or not at all."""

    status = 502
    title = "A part of the platform did not answer"
    fix = "Try again in a moment; `fairhaven doctor` tells an operator what is wrong."


class NotReady(Problem):
    status = 503
    title = "Not ready yet"
    fix = "Try again in a moment."


class Unconfigured(Problem):
    """The settings name something that does not exist here."""

    status = 500
    title = "The settings are not right"

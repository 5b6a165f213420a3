"""What all functions of the API share."""

from functools import wraps

from aiohttp.web import HTTPBadRequest


def _catch_error(function):
    """Turn whatever goes wrong into a bad request."""

    @wraps(function)
    def wrap(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except Exception as error:
            raise HTTPBadRequest(reason=error)  # noqa: B904 - as modules have it

    return wrap

"""Arguments of a module that declares none: read from its function's own signature.

`def predict(image: Path, threshold: float = 0.5)` needs no `get_predict_args` and no library of fields. The
classes below stand where marshmallow's stand and answer to the same names, so that schemas, forms and error
texts are the same for both.
"""

from __future__ import annotations

import enum
import inspect
import sys
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .arguments import Arguments
from .values import BadArguments

TRUE, FALSE = {"true", "t", "yes", "y", "on", "1"}, {"false", "f", "no", "n", "off", "0"}


class Invalid(Exception):
    """A value is not what the signature asks for; the text says so."""


class OneOf:
    """Stands for marshmallow's validator of this name."""

    def __init__(self, choices: list[Any]) -> None:
        self.choices = choices


class Field:
    """One argument: how it is converted, its default and description."""

    message = "Not a valid value."
    metadata: dict[str, Any]

    def __init__(self) -> None:
        self.required = True
        self.load_default: Any = None
        self.allow_none = False
        self.metadata = {}
        self.validators: list[Any] = []

    def convert(self, value: Any) -> Any:
        """The value as the function takes it.

        Raises:
            Invalid: it cannot be read as that.
        """
        if value is None and self.allow_none:
            return None
        try:
            taken = self._convert(value)
        except (ValueError, TypeError, AttributeError) as error:
            raise Invalid(self.message) from error
        for check in self.validators:
            if taken not in check.choices:
                raise Invalid(f"Must be one of: {', '.join(map(str, check.choices))}.")
        return taken

    def _convert(self, value: Any) -> Any:
        return value


class String(Field):
    """Text."""

    message = "Not a valid string."

    def _convert(self, value: Any) -> str:
        if not isinstance(value, str):
            raise TypeError
        return value


class Integer(Field):
    """A whole number."""

    message = "Not a valid integer."

    def _convert(self, value: Any) -> int:
        if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
            raise TypeError
        return int(value)


class Number(Field):
    """A number."""

    message = "Not a valid number."

    def _convert(self, value: Any) -> float:
        if isinstance(value, bool):
            raise TypeError
        return float(value)


class Boolean(Field):
    """Yes or no, in the words of forms."""

    message = "Not a valid boolean."

    def _convert(self, value: Any) -> bool:
        word = str(value).lower()
        if word not in TRUE | FALSE:
            raise ValueError
        return word in TRUE


class Mapping(Field):
    """An object."""

    message = "Not a valid mapping type."

    def _convert(self, value: Any) -> dict[str, Any]:
        return dict(value.items())


class List(Field):
    """Several of one kind; a query repeats its key."""

    message = "Not a valid list."

    def __init__(self, inner: Field) -> None:
        super().__init__()
        self.inner = inner

    def _convert(self, value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise TypeError
        return [self.inner.convert(each) for each in value]


class Choice(Field):
    """A member of an enumeration, told by its value."""

    def __init__(self, members: Any) -> None:
        super().__init__()
        self._members = {str(member.value): member for member in members}
        self.metadata = {"enum": [member.value for member in members]}

    def convert(self, value: Any) -> Any:
        if value is None and self.allow_none:
            return None
        if str(value) not in self._members:
            raise Invalid(f"Must be one of: {', '.join(self._members)}.")
        return self._members[str(value)]


class File(Field):
    """An uploaded file: its path, or its bytes."""

    message = "Not a file."

    def __init__(self, *, content: bool) -> None:
        super().__init__()
        self._content = content
        self.metadata = {"type": "file", "location": "form"}

    def _convert(self, value: Any) -> Any:
        path = Path(value.filename)
        return path.read_bytes() if self._content else path


class Signature(Arguments):
    """The arguments that a function's signature declares."""

    def _checker_of(self, fields: dict[str, Any]) -> Any:
        return fields

    def _checked(self, found: dict[str, Any]) -> dict[str, Any]:
        taken, wrong = {}, {}
        for name, field in self._fields.items():
            try:
                if name in found:
                    taken[name] = field.convert(found[name])
                elif field.required:
                    raise Invalid("Missing data for required field.")
            except Invalid as error:
                wrong[name] = [str(error)]
        if wrong:
            raise BadArguments(422, wrong)
        return taken

    @classmethod
    def of(cls, function: Callable[..., Any]) -> Signature:
        """The arguments of `function`; one without annotations, or with `**kwargs` only, has none.

        Raises:
            TypeError: an annotation means nothing to us; the text says which.
        """
        hints = _hints(function)
        parameters = inspect.signature(function).parameters.values()
        named = [each for each in parameters if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)]
        return cls({each.name: _field(each, hints.get(each.name)) for each in named})


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    if sys.version_info >= (3, 9):  # noqa: UP036 - modules may run older Pythons than we
        return typing.get_type_hints(function, include_extras=True)
    return typing.get_type_hints(function)


def _field(parameter: inspect.Parameter, hint: Any) -> Field:
    described = getattr(hint, "__metadata__", ())
    if described:
        hint = hint.__origin__
    field = _of_type(hint if hint is not None else type(parameter.default), parameter.name)
    text = next((each for each in described if isinstance(each, str)), "")
    if text:
        field.metadata = {**field.metadata, "description": text}
    if parameter.default is not parameter.empty:
        field.required = False
        field.load_default = getattr(parameter.default, "value", parameter.default)
    return field


SIMPLE: dict[Any, Callable[[], Field]] = {
    str: String,
    int: Integer,
    float: Number,
    bool: Boolean,
    dict: Mapping,
    list: lambda: List(Field()),
    bytes: lambda: File(content=True),
    Path: lambda: File(content=False),
    type(None): Field,
    Any: Field,
}


def _of_type(hint: Any, name: str) -> Field:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    inner = [each for each in arguments if each is not type(None)]
    if _is_union(origin) and len(inner) == 1:
        field = _of_type(inner[0], name)
        field.allow_none = True
        return field
    if origin is list:
        return List(_of_type(arguments[0], name))
    if origin is typing.Literal:
        field = _of_type(type(arguments[0]), name)
        field.validators = [OneOf(list(arguments))]
        return field
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return Choice(hint)
    simple = SIMPLE.get(dict if origin is dict else hint)
    if simple is None:
        known = "str, int, float, bool, list, dict, Literal, Enum, Path or bytes (files)"
        raise TypeError(f"the argument {name!r} has the type {hint!r}; use {known}, or get_predict_args")
    return simple()


def _is_union(origin: Any) -> bool:
    return origin is typing.Union or getattr(origin, "__name__", "") == "UnionType"

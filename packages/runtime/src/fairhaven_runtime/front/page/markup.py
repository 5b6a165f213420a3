"""HTML that is safe by how it is made: every text is escaped, only what `tag` made is taken as it is."""

from collections.abc import Iterable
from html import escape
from typing import Union

VOID = frozenset({"br", "img", "input", "link", "meta"})


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


Content = Union[None, str, int, float, Iterable["Content"]]  # noqa: UP007 - a name in quotes has no `|`
Attribute = str | int | float | bool | None


def tag(element: str, /, *content: Content, **attributes: Attribute) -> Html:
    """An element; `class_` and `aria_label` are written as `class` and `aria-label`.

    An attribute that is None or False is left out, True stands without a value.
    """
    start = f"<{element}{''.join(_attribute(*each) for each in attributes.items())}>"
    return Html(start if element in VOID else f"{start}{joined(content)}</{element}>")


def joined(content: Content) -> Html:
    """One piece of HTML out of many; what is no HTML is escaped."""
    if content is None:
        return Html()
    if isinstance(content, Html):
        return content
    if isinstance(content, str | int | float):
        return Html(escape(str(content)))
    return Html("".join(joined(each) for each in content))


def _attribute(name: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    written = name.rstrip("_").replace("_", "-")
    return f" {written}" if value is True else f' {written}="{escape(str(value))}"'

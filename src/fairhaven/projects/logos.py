"""Whether bytes are a logo that can be shown to anybody: PNG, WebP, or SVG that only draws.

SVG is XML that can run programs and fetch things. Nothing is taken out of one that does: it is refused with
what was found, because a picture that silently lost a part is not the community's mark any more. It is shown
as an image, where browsers run no programs, and its address forbids them too.
"""

import re
import struct
from typing import ClassVar
from xml.etree import ElementTree  # documents with a DTD, the way of XML's bombs, are refused before

from fairhaven.core.errors import BadRequest

MOST = 256 * 1024
LARGEST = 4096  # pixels, of either side
PNG, WEBP, SVG = "image/png", "image/webp", "image/svg+xml"

_SVG_SPACE = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink}"
_DRAWN = """
svg g path rect circle ellipse line polyline polygon text tspan textPath defs use symbol title desc
metadata clipPath mask pattern marker linearGradient radialGradient stop filter feBlend
feColorMatrix feComponentTransfer feComposite feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur
feMerge feMergeNode feMorphology feOffset feDropShadow style switch a
"""
_DRAWS = frozenset(_DRAWN.split())
_FOREIGN_URL = re.compile(r"url\(\s*['\"]?\s*(?!#)", re.IGNORECASE)
_STYLE = re.compile(r"@|expression|javascript:|\\", re.IGNORECASE)


class NotALogo(BadRequest):
    title: ClassVar[str] = "This cannot be the logo"
    fix: ClassVar[str | None] = "Take a PNG, WebP or plain SVG of at most 256 KiB."


def kind_of(content: bytes) -> str:
    """The media type of a logo.

    Raises:
        NotALogo: too large, another format, or an SVG that does more than draw; the detail says what.
    """
    if len(content) > MOST:
        raise NotALogo(f"It has {len(content) / 1024:.0f} KiB; at most {MOST // 1024} are taken.")
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        _check_size(*_png_size(content))
        return PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        _check_size(*_webp_size(content))
        return WEBP
    _check_svg(content)
    return SVG


def _check_size(width: int, height: int) -> None:
    if not (0 < width <= LARGEST and 0 < height <= LARGEST):
        raise NotALogo(f"It is {width} × {height} pixels large; at most {LARGEST} each way are taken.")


def _png_size(content: bytes) -> tuple[int, int]:
    if content[12:16] != b"IHDR" or len(content) < 24:
        raise NotALogo("It begins as a PNG and is none.")
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _webp_size(content: bytes) -> tuple[int, int]:
    """https://developers.google.com/speed/webp/docs/riff_container"""
    kind, head = content[12:16], content[20:30]
    if len(head) < 10:
        raise NotALogo("It begins as a WebP and is none.")
    if kind == b"VP8X":
        return int.from_bytes(head[4:7], "little") + 1, int.from_bytes(head[7:10], "little") + 1
    if kind == b"VP8L" and head[0] == 0x2F:
        bits = int.from_bytes(head[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and head[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", head[6:10])
        return width & 0x3FFF, height & 0x3FFF
    raise NotALogo("It begins as a WebP and is none.")


def _check_svg(content: bytes) -> None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotALogo("It is no PNG, WebP or SVG.") from None
    if re.search(r"<!(DOCTYPE|ENTITY)", text, re.IGNORECASE):
        raise NotALogo("The SVG has a document type definition: take that line out.")
    if re.search(r"<\?(?!xml\s)", text):
        raise NotALogo("The SVG has instructions for programs (`<?…?>`).")
    told = re.match(r"\s*<\?xml[^>]*\sencoding\s*=\s*['\"]([^'\"]*)", text)
    if told and told[1].lower() not in ("utf-8", "us-ascii"):
        raise NotALogo(f"The SVG is written in {told[1]}: save it as UTF-8.")
    try:
        root = ElementTree.fromstring(text.encode())  # noqa: S314 - no DTD, and bounded in size
    except (ElementTree.ParseError, RecursionError) as wrong:
        raise NotALogo(f"It is no PNG or WebP, and not readable as SVG: {wrong}.") from None
    if root.tag != f"{_SVG_SPACE}svg":
        raise NotALogo("It is XML, but no SVG.")
    for element in root.iter():
        _check_element(element)


def _check_element(element: "ElementTree.Element[str]") -> None:
    space, _, name = str(element.tag).rpartition("}")
    if f"{space}}}" == _SVG_SPACE and name not in _DRAWS:
        raise NotALogo(f"The SVG has an element `{name}`; a logo only draws.")
    if f"{space}}}" != _SVG_SPACE and name.lower() in ("script", "iframe", "object", "embed", "html", "body"):
        raise NotALogo(f"The SVG has an element `{name}`; a logo only draws.")
    if name == "style" and _harms(element.text or ""):
        raise NotALogo("The style sheet of the SVG refers to something outside.")
    for key, value in element.attrib.items():
        _check_attribute(key.removeprefix(_XLINK), value)


def _check_attribute(name: str, value: str) -> None:
    if name.lower().startswith("on"):
        raise NotALogo(f"The SVG has a program in `{name}`.")
    if name.lower() in ("href", "src") and not value.startswith("#"):
        raise NotALogo(f"The SVG refers to something outside (`{name}`): {value[:60]}")
    if (name == "style" and _harms(value)) or _FOREIGN_URL.search(value):
        raise NotALogo(f"The SVG refers to something outside (`{name}`).")


def _harms(style: str) -> bool:
    return bool(_STYLE.search(style) or _FOREIGN_URL.search(style))

"""Markdown of strangers as HTML that is safe to show inside a page of ours.

CommonMark with tables and raw HTML goes through markdown-it; nh3 (an allow-list over a real HTML5 parser) has
the last word over whatever came out. Headings move two levels down so that the page keeps its one `h1`;
nothing carries an `id`, `class` or `style` of the author's, so nothing can clash with the page.
"""

import html
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from urllib.parse import unquote, urljoin, urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markupsafe import Markup

MAX_CHARACTERS = 200_000
CUT_NOTE = "The text is cut here: it is longer than 200 kB."

# An HTML5 parser repeats unclosed formatting tags in every later block, so work grows with tags times blocks.
_MAX_HTML_WORK = 1_000_000
_LINK_REL = "nofollow noopener noreferrer"
_TAGS = frozenset(
    """
    a abbr b blockquote br caption cite code dd del details dfn div dl dt em figcaption figure h3 h4 h5 h6 hr
    i img ins kbd li mark ol p pre q s samp small span strong sub summary sup table tbody td tfoot th thead tr
    u ul var wbr
    """.split()  # noqa: SIM905 - words read better than a list
)

_SHIFTED_BEFORE = frozenset(("h1", "h2"))
_ATTRIBUTES: dict[str, set[str]] = {
    "a": {"class", "href", "title"},
    "abbr": {"title"},
    "code": {"class"},
    "details": {"open"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan", "scope"},
}
_DROPPED_WITH_CONTENT = set(
    """
    script style iframe object embed applet noscript noembed noframes template svg math title textarea
    select form frameset xmp plaintext
    """.split()  # noqa: SIM905
)

_IMAGE_POLICY = ' loading="lazy" referrerpolicy="no-referrer"'
_IMAGE_VALUES = {"img": {"loading": {"lazy"}, "referrerpolicy": {"no-referrer"}}}
# What is wider than the page is scrolled within, also by keyboard.
_REACHED = {"pre": {"tabindex": "0"}, "table": {"tabindex": "0"}}
_LANGUAGE = re.compile(r"language-[A-Za-z0-9_+#-]{1,40}")
_NUMBER = re.compile(r"[0-9]{1,4}%?")
_TAG = re.compile(r'<(/?)(h[1-6]|img)((?:\s+[a-z]+(?:="[^"<>]*")?)*)\s*/?>')
_LOOSE_IMG = re.compile(r"<img\s[^<>]{1,2000}>", re.IGNORECASE)
_DEFINITION = re.compile(r"^ {0,3}\[[^\]\n]{1,200}\]: .{1,500}$", re.MULTILINE)
_PICTURE = re.compile(r"<a[ >]|</a>|<img([^<>]*)>")
_TWO_QUOTES = re.compile(r"=\s*''([^'<>]+)''")


def render(
    text: str, *, base_url: str | None = None, pictures: bool = True, own: Mapping[str, str] | None = None
) -> Markup:
    """The Markdown as sanitised HTML, ready for a template.

    Images are kept when they are https, or become so against `base_url` (such as the raw files of the
    repository at the release's commit); links when they are http, https or mailto. Without an absolute
    `base_url` relative ones are dropped: they would point into our own site. Without `pictures`, images
    become links: our pages load nothing from elsewhere, so that no stranger learns who reads them. But those
    that `own` names by their relative path are shown from where we have them, an absolute path of ours.
    Text beyond 200,000 characters is cut, and a note says so.
    """
    readable = text[:MAX_CHARACTERS].encode("utf-8", "replace").decode()
    base = _base(base_url)
    ours = dict(own or {})
    clean = _cleaner(base, _TAGS | _SHIFTED_BEFORE, ours).clean(_to_html(readable))
    # The rewriting works on clean HTML, and its result is cleaned again: nh3 decides, not a pattern.
    shown = _TAG.sub(_rewrite, clean)
    body = _cleaner(base, _TAGS, ours).clean(shown if pictures else _linked(shown, ours))
    note = f"<p><em>{CUT_NOTE}</em></p>" if len(text) > MAX_CHARACTERS else ""
    return Markup(body + note)  # noqa: S704 - this is the place that makes it safe


def parted(text: str, most: int = 4000) -> tuple[str, str]:
    """The first blocks of a Markdown text, about `most` characters, and the rest, from a heading if it can.

    There is no rest when it would be short. Both have the definitions of links that the other part holds.
    """
    if len(text) <= most + most // 2:
        return text, ""
    head = text[: 2 * most]
    starts = [0]
    for line in head.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    blocks = [each for each in _parser(True).parse(head) if each.level == 0 and each.map]
    ends = [(starts[each.map[0]], each.type) for each in blocks if each.map]
    headings = [end for end, kind in ends if kind == "heading_open" and most // 3 <= end <= most]
    others = [end for end, _kind in ends if 0 < end <= most]
    cut = (headings or others or [most])[-1]
    return text[:cut] + _definitions(text[cut:]), text[cut:] + _definitions(text[:cut])


def _definitions(text: str) -> str:
    found = _DEFINITION.findall(text[:MAX_CHARACTERS])[:200]
    return "\n\n" + "\n".join(found) + "\n" if found else ""


def _to_html(text: str) -> str:
    tokens = _parser(True).parse(text)
    if _html_work(tokens) > _MAX_HTML_WORK:
        tokens = _parser(False).parse(text)
    parser = _parser(True)
    return str(parser.renderer.render(_aligned(tokens), parser.options, {}))


def _html_work(tokens: Sequence[Token]) -> int:
    """An upper bound of the elements that a parser makes of the raw HTML in these tokens."""
    raw = sum(_raw_tags(token) for token in tokens)
    return raw * (raw + len(tokens))


def _raw_tags(token: Token) -> int:
    own = token.content.count("<") if token.type in ("html_block", "html_inline") else 0
    return own + sum(_raw_tags(child) for child in token.children or ())


@cache
def _parser(raw_html: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": raw_html}).enable(["table", "strikethrough"])
    if raw_html:
        parser.inline.ruler.before("html_inline", "loose_img", _loose_img)
    return parser


def _loose_img(state: StateInline, silent: bool) -> bool:
    """Accept `<img class='fit', src='…'/>`, which browsers read, modules write and CommonMark refuses."""
    found = _LOOSE_IMG.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        token = state.push("html_inline", "", 0)
        token.content = _TWO_QUOTES.sub(r"='\1'", found[0])
    state.pos = found.end()
    return True


def _base(base_url: str | None) -> str | None:
    """The base when it is an address on the web."""
    return base_url if base_url and _is_web(base_url, ("http", "https")) else None


def _is_web(address: str, schemes: Collection[str]) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.netloc)


def _cleaner(base: str | None, tags: AbstractSet[str], ours: Mapping[str, str]) -> nh3.Cleaner:
    places = frozenset(ours.values())

    return nh3.Cleaner(
        tags=set(tags),
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute_filter(base, ours),
        clean_content_tags=_DROPPED_WITH_CONTENT,
        link_rel=_LINK_REL,
        tag_attribute_values=_IMAGE_VALUES,
        set_tag_attribute_values=_REACHED,
        url_schemes={"http", "https", "mailto"},
        # Asked after the filter, which has resolved what it could.
        url_relative=lambda address: address if address in places else None,
    )


def _attribute_filter(base: str | None, ours: Mapping[str, str]) -> Callable[[str, str, str], str | None]:
    def keep(tag: str, attribute: str, value: str) -> str | None:
        match tag, attribute:
            case "a", "href":
                return _link(value, base)
            case "img", "src":
                return _ours(value, ours) or _image(value, base)
            case "a", "class":
                return value if value == "picture" else None
            case "code", "class":
                return value if _LANGUAGE.fullmatch(value) else None
            case "img", "width" | "height":
                return value if _NUMBER.fullmatch(value) else None
            case _:
                return value

    return keep


def _link(value: str, base: str | None) -> str | None:
    address = _resolve(value, base)
    if address.lower().startswith("mailto:"):
        return address
    return address if _is_web(address, ("http", "https")) else None


def _ours(value: str, ours: Mapping[str, str]) -> str | None:
    """Where we have a picture that is named by its path, or by its place with us already."""
    return value if value in ours.values() else ours.get(unquote(value.strip().removeprefix("./")))


def _image(value: str, base: str | None) -> str | None:
    address = _resolve(value, base)
    return address if _is_web(address, ("https",)) else None


def _resolve(value: str, base: str | None) -> str:
    """The address against the base, without the blanks that browsers skip."""
    address = re.sub(r"[\t\r\n]", "", value).strip()
    try:
        return urljoin(base, address) if base else address
    except ValueError:
        return ""


def _aligned(tokens: Sequence[Token]) -> Sequence[Token]:
    """Say a cell's alignment in an attribute, for styles are not allowed."""
    for token in tokens:
        style = str(token.attrs.pop("style", "")) if token.type in ("td_open", "th_open") else ""
        if style.startswith("text-align:"):
            token.attrs["align"] = style.removeprefix("text-align:")
    return tokens


def _rewrite(found: re.Match[str]) -> str:
    slash, name, attributes = found[1], found[2], found[3]
    if name != "img":
        return f"<{slash}h{min(int(name[1]) + 2, 6)}>"
    if ' src="' not in attributes:
        alternative = re.search(r' alt="([^"]*)"', attributes)
        return html.escape(html.unescape(alternative[1])) if alternative else ""
    alternative_text = "" if " alt=" in attributes else ' alt=""'
    return f"<img{attributes}{alternative_text}{_IMAGE_POLICY}>"


def _linked(page: str, ours: Mapping[str, str]) -> str:
    """Clean HTML with a link in the place of each image of others, or only its words within another link."""
    parts, end, inside = [], 0, False
    for found in _PICTURE.finditer(page):
        if found[1] is None:
            inside = found[0] != "</a>"
            continue
        if any(f' src="{html.escape(each)}"' in found[1] for each in ours.values()):
            continue
        parts += [page[end : found.start()], _picture(found[1], inside=inside)]
        end = found.end()
    return "".join([*parts, page[end:]])


def _picture(attributes: str, *, inside: bool) -> str:
    given = dict(re.findall(r' (src|alt)="([^"]*)"', attributes))
    address = given.get("src", "")
    words = given.get("alt") or address.partition("?")[0].rstrip("/").rpartition("/")[2] or "picture"
    # An author's text may hold what looks like a tag: in attributes it need not be escaped.
    words = html.escape(html.unescape(words))
    return words if inside else f'<a class="picture" href="{address}">{words}</a>'

"""The Jinja environment of the pages: where templates are found, and what every one of them can use.

A domain's template is named `<domain>/<file>`, the shared ones `ui/<file>`. Every macro of
`ui/templates/macros` is there as `ui.<macro>` with no import, in pages as well as in single blocks.
"""

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from hashlib import sha256
from os import PathLike, stat_result
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

from babel.support import NullTranslations
from jinja2 import BaseLoader, BytecodeCache, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from fairhaven.ui import formats, forms, results, urls
from fairhaven.ui import translations as words

HERE = Path(__file__).parent
STATIC = HERE / "static"
STATIC_URL = "/static"
_YEAR = "public, max-age=31536000, immutable"


def templates(
    *extra_folders: Path, translations: NullTranslations | None = None, reload: bool = False
) -> Environment:
    """The environment for these domains' folders (`…/catalog/templates`, or `…/catalog`).

    Args:
        translations: one fixed language, for tests; otherwise each reader's own.
        reload: look for changed files at each use, for those who write templates.
    """
    loaders = dict(_domain(folder) for folder in (HERE / "templates", *extra_folders))
    env = Environment(
        loader=PrefixLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=reload,
        bytecode_cache=_Compiled(),
    )
    speech = translations or words
    env.install_gettext_callables(speech.gettext, speech.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.globals["_"] = _spoken(speech.gettext)
    env.filters.update(_FILTERS)
    env.globals.update(_GLOBALS)
    if not reload:
        env.globals.update(static=cache(static), has_static=cache(has_static))
    # First the name, then the macros: they call one another through it.
    env.globals["ui"] = shelf = SimpleNamespace()
    vars(shelf).update(_macros(env))
    if not reload:
        # A page repeats few icons many times; `typed`, because markup is escaped otherwise than text.
        shelf.icon = lru_cache(maxsize=1024, typed=True)(shelf.icon)
    return env


def static(name: str) -> str:
    """The address of a static file; it changes with the file's content, so that it may be kept for ever."""
    file = STATIC / name
    if not file.is_file():
        return f"{STATIC_URL}/{name}"
    return f"{STATIC_URL}/{name}?v={_digest(file, file.stat().st_mtime_ns)}"


def has_static(name: str) -> bool:
    return (STATIC / name).is_file()


class _Compiled(BytecodeCache):
    """Compiled templates, shared by all environments of a process: compiling is most of making one."""

    codes: ClassVar[dict[tuple[str, str], Any]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.codes[bucket.key, bucket.checksum] = bucket.code


class _Kept(StaticFiles):
    """Static files that browsers keep: for a year when the address carries the hash of the content."""

    def file_response(
        self, full_path: PathLike[str] | str, stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        hashed = scope.get("query_string", b"").startswith(b"v=")
        response.headers["Cache-Control"] = _YEAR if hashed else "no-cache"
        return response


def static_files() -> StaticFiles:
    """To be mounted at `STATIC_URL`."""
    return _Kept(directory=STATIC)


def markdown(text: str) -> Markup:
    """Markdown as sanitised HTML; pictures are links, because pages load nothing from elsewhere."""
    from fairhaven.core.markdown import render

    return Markup(render(text, pictures=False))  # noqa: S704 - sanitised there


def attributes(given: Mapping[str, Any]) -> Markup:
    """Keyword arguments as HTML attributes: `hx_get="/x"` → `hx-get="/x"`; True stands alone, None is out."""
    parts = []
    for key, value in given.items():
        name = key.rstrip("_").replace("_", "-")
        if value is True:
            parts.append(Markup(" {}").format(name))
        elif value is not None and value is not False:
            parts.append(Markup(' {}="{}"').format(name, value))
    return Markup("").join(parts)


def _spoken(gettext: Callable[[str], str]) -> Callable[..., Markup]:
    """What `_` is in templates. As Jinja's own, but a page has seventy sentences, most without values."""

    @lru_cache(maxsize=4096)
    def plain(language: str, message: str) -> Markup:
        return Markup(gettext(message)) % {}  # noqa: S704 - the words of templates, and of translators

    def spoken(message: str, **values: Any) -> Markup:
        if not values:
            return plain(words.language(), message)
        return Markup(gettext(message)) % values  # noqa: S704 - values are escaped

    return spoken


def _domain(folder: Path) -> tuple[str, BaseLoader]:
    home = folder if folder.name == "templates" else folder / "templates"
    return home.parent.name, FileSystemLoader(home)


def _macros(env: Environment) -> dict[str, Callable[..., Markup]]:
    found: dict[str, Callable[..., Markup]] = {}
    for file in sorted((HERE / "templates" / "macros").glob("*.html")):
        module = env.get_template(f"ui/macros/{file.name}").module
        macros = {name: value for name, value in vars(module).items() if not name.startswith("_")}
        if twice := found.keys() & macros.keys():
            raise ValueError(f"{file.name} defines again: {', '.join(sorted(twice))}")
        found.update(macros)
    return found


@cache
def _digest(file: Path, changed_ns: int) -> str:
    return sha256(file.read_bytes()).hexdigest()[:10]


_FILTERS: dict[str, Callable[..., Any]] = {
    "attrs": attributes,
    "bytes": formats.size,
    "coded": formats.coded,
    "duration": formats.duration,
    "markdown": markdown,
    "linked": formats.linked,
    "number": formats.number,
    "percent": formats.percent,
    "plain_log": formats.plain_log,
    "said": formats.said,
    "safe_href": urls.safe_href,
    "tojson_pretty": formats.pretty_json,
    "when": formats.when,
}
_GLOBALS: dict[str, Any] = {
    "form_fields": forms.fields,
    "has_static": has_static,
    "look_of": results.look,
    "query_value": urls.query_value,
    "static": static,
    "toggled": urls.toggled,
    "with_query": urls.with_query,
}

"""The icons that pages may use, and the one SVG file they are drawn into.

They are Lucide's (ISC licence, Lucide Contributors), taken at build time; add a name here to use another.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

ICONS = (
    "activity", "arrow-down-to-line", "ban", "bell", "book-open", "boxes", "braces", "chart-line", "check",
    "chevron-down", "chevron-left", "chevron-right", "chevron-up", "circle-alert", "circle-check",
    "circle-dashed", "circle-dot", "circle-pause", "circle-play", "circle-question-mark", "circle-stop",
    "circle-user", "circle-x", "clock", "cloud", "copy", "cpu", "database", "download", "ellipsis",
    "external-link", "eye", "file", "filter-x", "flask-conical", "folder", "gauge", "git-branch",
    "git-commit-horizontal", "hammer", "hourglass", "house", "image", "info", "key-round", "keyboard",
    "landmark", "library", "list", "loader-circle", "lock", "log-in", "log-out", "message-square",
    "monitor", "moon", "network", "package", "play", "plus", "quote", "refresh-cw", "rocket", "scale",
    "search", "server", "settings", "shield", "square", "sun", "sun-moon", "table", "tag", "terminal",
    "trash", "triangle-alert", "undo-2", "unplug", "upload", "users", "waves", "workflow", "x", "zap",
)  # fmt: skip

# The pen is the page's (`.icon` in the style sheet): what every shape repeats is left out.
_PEN = re.compile(
    r' (?:fill="none"|stroke="currentColor"|stroke-(?:linecap|linejoin)="round"|stroke-width="2")'
)
_NOTICE = """<!-- Icons: Lucide (ISC License). Copyright (c) Lucide Contributors. Permission to use, copy,
modify, and/or distribute this software for any purpose with or without fee is hereby granted,
provided that the above copyright notice and this permission notice appear in all copies. THE
SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE
INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE
LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER
RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER
TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE. -->"""


def sprite(lucide: Mapping[str, Any], names: Sequence[str]) -> str:
    """One SVG with a symbol per icon, out of Lucide's `icons.json`.

    Raises:
        KeyError: Lucide has no icon of that name.
    """
    symbols = (_symbol(name, lucide["icons"][name]["body"]) for name in names)
    return f'<svg xmlns="http://www.w3.org/2000/svg">{_NOTICE}\n' + "\n".join(symbols) + "\n</svg>\n"


def _symbol(name: str, body: str) -> str:
    return f'<symbol id="{name}" viewBox="0 0 24 24">{_PEN.sub("", body)}</symbol>'

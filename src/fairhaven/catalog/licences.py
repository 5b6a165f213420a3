"""Which licence a text is, told by sentences that it must have: only the most common, and only whole texts.

A text that has more than one licence, or a good deal of its own, is none: to say nothing is better than to
grant what nobody granted. Of the GNU licences it says the version of the text, which `-only` grants.
"""

import re
from dataclasses import dataclass

# The names under which forges look for it, the usual one first.
FILES = (
    "LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "LICENCE.md", "LICENCE.txt", "COPYING", "COPYING.txt",
    "COPYING.md", "license", "license.md", "license.txt", "LICENSE.rst", "UNLICENSE", "License.txt",
)  # fmt: skip


@dataclass(frozen=True)
class _Text:
    """A licence by its sentences; `words`: about how many it has, `without`: what others of its kind say."""

    has: tuple[str, ...]
    words: int
    without: tuple[str, ...] = ()


_AS_IS = "the software is provided as is without warranty of any kind"
_BSD = "redistribution and use in source and binary forms with or without modification are permitted"
_NEITHER = "endorse or promote products derived from this software"
_FREELY = "distribute this software for any purpose with or without fee"
_COPYLEFT = "everyone is permitted to copy and distribute verbatim copies of this license document"
_LESSER = "gnu lesser general public license"
_CC = "creative commons is not a law firm"

_KNOWN: dict[str, _Text] = {
    "Apache-2.0": _Text(
        (
            "apache license version 2 0 january 2004",
            "terms and conditions for use reproduction and distribution",
            "grant of patent license",
        ),
        1600,
    ),
    "MIT": _Text(
        (
            "permission is hereby granted free of charge to any person obtaining a copy of this software",
            "the above copyright notice and this permission notice shall be included in all copies",
            _AS_IS,
        ),
        170,
    ),
    "MIT-0": _Text(
        (
            "permission is hereby granted free of charge to any person obtaining a copy of this software",
            _AS_IS,
        ),
        140,
        without=("the above copyright notice and this permission notice shall be included",),
    ),
    "ISC": _Text(
        (
            _FREELY,
            "provided that the above copyright notice and this permission notice appear in all copies",
        ),
        120,
    ),
    "0BSD": _Text(
        (_FREELY,),
        110,
        without=("provided that the above copyright notice",),
    ),
    "BSD-3-Clause": _Text((_BSD, _NEITHER), 215, without=("all advertising materials",)),
    "BSD-2-Clause": _Text((_BSD,), 190, without=("endorse or promote", "all advertising materials")),
    "GPL-3.0-only": _Text(("gnu general public license version 3 29 june 2007", _COPYLEFT), 5600),
    "GPL-2.0-only": _Text(("gnu general public license version 2 june 1991", _COPYLEFT), 2900),
    "AGPL-3.0-only": _Text(("gnu affero general public license version 3 19 november 2007", _COPYLEFT), 5500),
    "LGPL-3.0-only": _Text((f"{_LESSER} version 3 29 june 2007", _COPYLEFT), 1150),
    "LGPL-2.1-only": _Text((f"{_LESSER} version 2 1 february 1999", _COPYLEFT), 4350),
    "MPL-2.0": _Text(
        ("mozilla public license version 2 0", "exhibit b incompatible with secondary licenses"), 2600
    ),
    "EUPL-1.2": _Text(("european union public licence v 1 2", "compatibility clause"), 2300),
    "Unlicense": _Text(
        ("this is free and unencumbered software released into the public domain", "unlicense org"), 220
    ),
    "CC0-1.0": _Text(("cc0 1 0 universal", "statement of purpose", "affirmer"), 1050),
    "CC-BY-4.0": _Text(
        ("creative commons attribution 4 0 international", _CC),
        2600,
        without=("sharealike 4 0", "noncommercial 4 0", "noderivatives 4 0"),
    ),
    "CC-BY-SA-4.0": _Text(
        ("creative commons attribution sharealike 4 0 international", _CC),
        2900,
    ),
    "CC-BY-NC-4.0": _Text(
        ("creative commons attribution noncommercial 4 0 international", _CC),
        2800,
    ),
}
_SLACK = 1.25  # how much longer a text may be than its licence: names and years, no second licence
_OWN = 60  # words that a copyright notice may have beyond that
_LONGEST = 200_000  # characters of a text that is looked at
_MARKS = re.compile(r"[^a-z0-9]+")
_QUOTED = re.compile(r"[\"'“”‘’`*_]+")


def identify(text: str) -> str | None:
    """The SPDX identifier of the licence whose text this is; None: none that is known, or more than one."""
    plain = _plain(text[:_LONGEST])
    found = [name for name, each in _KNOWN.items() if _says(each, plain)]
    return found[0] if len(found) == 1 and _is_whole(_KNOWN[found[0]], plain) else None


def _says(known: _Text, plain: str) -> bool:
    return all(each in plain for each in known.has) and not any(each in plain for each in known.without)


def _is_whole(known: _Text, plain: str) -> bool:
    words = plain.count(" ") + 1
    return known.words * 0.6 <= words <= known.words * _SLACK + _OWN


def _plain(text: str) -> str:
    return _MARKS.sub(" ", _QUOTED.sub("", text.casefold())).strip()

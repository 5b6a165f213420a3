"""Words as people write them, and as search keeps them: accents folded, questions taken apart."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

MOST_WORDS = 16  # of one question that are asked for; who writes more, has said enough

# Letters that are no letter with an accent to Unicode, and are one to those who search.
_LETTERS = str.maketrans(
    {"ß": "ss", "ẞ": "SS", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "đ": "d", "Đ": "D",
     "ł": "l", "Ł": "L", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH", "ı": "i"}
)  # fmt: skip
_ACCENTS = re.compile(r"[\u0300-\u036f]+")
_TOKEN = re.compile(r'(-?)"([^"]*)"?|(\S+)')
_PLAIN = re.compile(r"[^\W_]{2,}")
_WORD = re.compile(r"[^\W\d_][^\W_]{2,}")

_OMITTED = """
i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers
herself it its itself they them their theirs themselves what which who whom this that these those am is are
was were be been being have has had having do does did doing a an the and but if or because as until while
of at by for with about against between into through during before after above below to from up down in out
on off over under again further then once here there when where why how all any both each few more most other
some such no nor not only own same so than too very s t can will just don should now
"""
# What PostgreSQL's `english` leaves out; to `simple` these are words like all others.
STOP_WORDS = frozenset(_OMITTED.split())


def fold(text: str) -> str:
    """The text without accents: `Zürich` and `Zurich` are one word."""
    if text.isascii():
        return text
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", text.translate(_LETTERS)))
    return unicodedata.normalize("NFC", bare)


def words_of(text: str) -> Iterator[str]:
    """The words of a text that somebody may misspell: folded, small, of three letters or more."""
    for found in _WORD.finditer(fold(text).lower()):
        yield found.group()


@dataclass(frozen=True)
class Token:
    """One part of a question.

    Attributes:
        kind: `word` (also a phrase), `begun` (the beginning of a word), or `not` (a word that must not be).
    """

    kind: str
    text: str
    quoted: bool = False

    @property
    def correctable(self) -> bool:
        return not self.quoted and self.kind != "not" and _WORD.fullmatch(self.text) is not None


@dataclass(frozen=True)
class Question:
    """What somebody typed: groups of parts; all parts of one group must fit."""

    groups: tuple[tuple[Token, ...], ...] = ()

    @property
    def shape(self) -> tuple[tuple[str, ...], ...]:
        """Everything but the words themselves."""
        return tuple(tuple(token.kind for token in group) for group in self.groups)

    @property
    def values(self) -> dict[str, str]:
        tokens = (token for group in self.groups for token in group)
        return {
            f"w{number}": f"{token.text}:*" if token.kind == "begun" else token.text
            for number, token in enumerate(tokens)
        }

    @property
    def correctable(self) -> list[Token]:
        return [token for group in self.groups for token in group if token.correctable]


@lru_cache(maxsize=1024)
def read(q: str) -> Question:
    """Take a question apart: words, "a phrase", -without, or; the last may be the beginning of a word."""
    groups: list[list[Token]] = [[]]
    for token in _tokens(fold(q)):
        if token.text.lower() == "or" and not token.quoted and token.kind == "word":
            groups.append([])
        else:
            groups[-1].append(token)
    kept = [group for group in (_telling(group) for group in groups) if group]
    if not kept:
        return Question(((Token("word", q),),)) if q.strip() else Question()
    last = kept[-1][-1]
    if last.kind == "word" and not last.quoted and _PLAIN.fullmatch(last.text):
        kept[-1] = [*kept[-1][:-1], replace(last, kind="begun")]
    return Question(tuple(tuple(group) for group in kept))


def replaced(q: str, better: Mapping[str, str]) -> str:
    """The question with words exchanged for better ones, and all else as it was written."""

    def exchange(found: re.Match[str]) -> str:
        return better.get(fold(found.group()).lower(), found.group())

    return re.sub(r"[^\W_]+", exchange, q)


def _tokens(q: str) -> Sequence[Token]:
    found = []
    for minus, phrase, word in _TOKEN.findall(q):
        if word:
            without = word.startswith("-") and len(word) > 1
            found.append(Token("not" if without else "word", word[1:] if without else word))
        else:
            found.append(Token("not" if minus else "word", phrase, quoted=True))
    telling = [token for token in found if any(letter.isalnum() for letter in token.text)]
    return telling[:MOST_WORDS]


def _telling(group: Sequence[Token]) -> list[Token]:
    """Without words that nearly every text has, unless there are no others."""
    kept = [token for token in group if token.quoted or token.text.lower() not in STOP_WORDS]
    return kept or list(group)

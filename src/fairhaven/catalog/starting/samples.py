"""Small made-up data of each kind, calm and lively, always the same: samples and examples of new modules."""

import io
import json
import random
import struct
import wave
import zlib
from collections.abc import Callable
from itertools import pairwise

EXAMPLES = 6  # of each label
LABELS = ("calm", "lively")
_CALM = ("the", "quiet", "river", "runs", "slowly", "below", "old", "trees", "while", "evening", "settles")
_LIVELY = ("STOP", "HURRY", "wow", "LOOK", "run", "FAST", "what", "NOW", "JUMP", "LOUD", "hey", "GO")


def made(data_type: str, label: str, number: int) -> bytes:
    """One piece of data of a kind that `inputs.INPUTS` knows; the same arguments give the same bytes."""
    return _MAKERS[data_type](label == "lively", random.Random(f"{label} {number}"))  # noqa: S311 - no secret


def _text(lively: bool, chance: random.Random) -> bytes:
    words = chance.sample(_LIVELY if lively else _CALM, 10)
    return ((f"{'! '.join(words)}!" if lively else f"{' '.join(words)}.") + "\n").encode()


def _table(lively: bool, chance: random.Random) -> bytes:
    rows = ["x,y", *(f"{_value(lively, chance):.3f},{_value(lively, chance):.3f}" for _ in range(20))]
    return ("\n".join(rows) + "\n").encode()


def _series(lively: bool, chance: random.Random) -> bytes:
    rows = ["t,value", *(f"{moment},{_value(lively, chance):.3f}" for moment in range(30))]
    return ("\n".join(rows) + "\n").encode()


def _value(lively: bool, chance: random.Random) -> float:
    return chance.uniform(-50, 50) if lively else 10 + chance.uniform(-0.5, 0.5)


def _pixels(lively: bool, chance: random.Random, size: int) -> bytes:
    """Grey values: one tone with little noise, or all tones at random."""
    tone = chance.randrange(100, 150)
    return bytes(chance.randrange(256) if lively else tone + chance.randrange(3) for _ in range(size))


def _image(lively: bool, chance: random.Random) -> bytes:
    """A PNG of 32 × 32 grey pixels, uncompressed so that its bytes are its pixels (ISO/IEC 15948)."""
    side = 32
    rows = b"".join(b"\0" + _pixels(lively, chance, side) for _ in range(side))
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 0)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in parts)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _audio(lively: bool, chance: random.Random) -> bytes:
    """A quarter of a second of 8-bit sound: nearly silent, or noise."""
    written = io.BytesIO()
    with wave.open(written, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8000)
        sound.writeframes(_pixels(lively, chance, 2000))
    return written.getvalue()


def _video(lively: bool, chance: random.Random) -> bytes:
    """Four grey frames as YUV4MPEG2, which every player of raw films knows."""
    frames = b"".join(b"FRAME\n" + _pixels(lively, chance, 256) for _ in range(4))
    return b"YUV4MPEG2 W16 H16 F4:1 Ip A1:1 Cmono\n" + frames


def _graph(lively: bool, chance: random.Random) -> bytes:
    names = [f"{chance.randrange(1 << 64):016x}" if lively else f"{number:016d}" for number in range(20)]
    return json.dumps({"edges": [list(pair) for pair in pairwise(names)]}).encode()


def _file(lively: bool, chance: random.Random) -> bytes:
    return _pixels(lively, chance, 1024)


_MAKERS: dict[str, Callable[[bool, random.Random], bytes]] = {
    "Image": _image,
    "Text": _text,
    "Time Series": _series,
    "Tabular": _table,
    "Graph": _graph,
    "Audio": _audio,
    "Video": _video,
    "Other": _file,
}

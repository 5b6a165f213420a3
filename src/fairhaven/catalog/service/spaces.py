"""Places for texts: those that speak of the same things are near each other (latent semantic analysis).

Words are hashed to buckets and weighted by how few texts have them; a truncated singular value
decomposition (randomised, with power iterations: Halko, Martinsson, Tropp 2011) finds the directions in which
the texts differ most. Words of like texts get like directions, so that two texts can be near without sharing
a word. With fewer texts than directions nothing is left out, and what is compared are the weighted words.
"""

import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from fairhaven.catalog.models.searching import DIMENSIONS
from fairhaven.catalog.service import words

BUCKETS = 1 << 14
SPARE = 16  # directions more than are kept, so that those which are kept are right
ITERATIONS = 2
CHUNK = 500  # texts that are multiplied at once

Bag = Mapping[int, float]


@dataclass(frozen=True)
class Space:
    """What was learnt: `weights` (one for each bucket) and `directions` (buckets × DIMENSIONS)."""

    weights: Any
    directions: Any

    def place(self, bag: Bag) -> list[float]:
        """The place of a text, of length 1; of a text without known words, nowhere (all zero)."""
        import numpy

        buckets = list(bag)
        values = numpy.fromiter(bag.values(), numpy.float32, len(bag)) * self.weights[buckets]
        found = values @ self.directions[buckets]
        length = float(numpy.linalg.norm(found))
        return [float(each) / length for each in found] if length > 1e-9 else [0.0] * DIMENSIONS

    def packed(self) -> tuple[bytes, bytes]:
        import numpy

        return _packed(self.weights), _packed(self.directions.astype(numpy.float16))

    @classmethod
    def unpacked(cls, weights: bytes, directions: bytes) -> "Space":
        import numpy

        read = [numpy.load(io.BytesIO(each), allow_pickle=False) for each in (weights, directions)]
        return cls(read[0], read[1].astype(numpy.float32))


def bag_of(texts: Iterable[tuple[str, float]]) -> Bag:
    """Buckets of the words of texts, each text with how much it counts."""
    counts: dict[int, float] = {}
    for text, weight in texts:
        for word in words.words_of(text):
            if word not in words.STOP_WORDS:
                bucket = crc32(_stem(word).encode()) % BUCKETS
                counts[bucket] = counts.get(bucket, 0.0) + weight
    return {bucket: 1.0 + math.log(count) if count > 1 else count for bucket, count in counts.items()}


def learn(bags: Sequence[Bag]) -> Space:
    """Find the directions in which these texts differ most."""
    import numpy

    sparse = _Sparse.of(bags)
    known = numpy.bincount(sparse.buckets, minlength=BUCKETS)
    weights = numpy.log((1 + len(bags)) / (1 + known)).astype(numpy.float32)
    weights[known == 0] = 0
    sparse.weigh(weights)
    dice = numpy.random.default_rng(7)
    basis = dice.standard_normal((BUCKETS, DIMENSIONS + SPARE), numpy.float32)
    for _ in range(ITERATIONS + 1):
        texts, _ = numpy.linalg.qr(sparse @ basis)
        basis = sparse.transposed(texts)
    directions, _, _ = numpy.linalg.svd(basis, full_matrices=False)
    kept = directions[:, :DIMENSIONS]
    missing = DIMENSIONS - kept.shape[1]
    return Space(weights, numpy.pad(kept, ((0, 0), (0, missing))).astype(numpy.float32))


def _stem(word: str) -> str:
    """One word for one thing and for many."""
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _packed(array: Any) -> bytes:
    import numpy

    file = io.BytesIO()
    numpy.save(file, array, allow_pickle=False)
    return file.getvalue()


@dataclass
class _Sparse:
    """Texts × buckets, most of it zero: each text's buckets and values one after the other."""

    starts: Any
    buckets: Any
    values: Any
    texts: Any

    @classmethod
    def of(cls, bags: Sequence[Bag]) -> "_Sparse":
        import numpy

        lengths = numpy.array([len(bag) for bag in bags])
        total = int(lengths.sum())
        buckets = numpy.fromiter((bucket for bag in bags for bucket in bag), numpy.int32, total)
        values = numpy.fromiter((value for bag in bags for value in bag.values()), numpy.float32, total)
        starts = numpy.concatenate([[0], numpy.cumsum(lengths)])
        return cls(starts, buckets, values, numpy.repeat(numpy.arange(len(bags)), lengths))

    def weigh(self, weights: Any) -> None:
        """Weigh each bucket, and make every text of length 1."""
        import numpy

        self.values *= weights[self.buckets]
        squares = numpy.bincount(self.texts, self.values**2, minlength=len(self.starts) - 1)
        lengths = numpy.sqrt(numpy.maximum(squares, 1e-12)).astype(numpy.float32)
        self.values /= lengths[self.texts]

    def __matmul__(self, dense: Any) -> Any:
        import numpy

        texts = len(self.starts) - 1
        made = numpy.zeros((texts, dense.shape[1]), numpy.float32)
        for begin in range(0, texts, CHUNK):
            first, last = self.starts[begin], self.starts[min(begin + CHUNK, texts)]
            parts = dense[self.buckets[first:last]] * self.values[first:last, None]
            for column in range(dense.shape[1]):
                sums = numpy.bincount(self.texts[first:last] - begin, parts[:, column], minlength=CHUNK)
                made[begin : begin + CHUNK, column] = sums[: texts - begin]
        return made

    def transposed(self, dense: Any) -> Any:
        """This, transposed, times `dense`."""
        import numpy

        made = numpy.empty((BUCKETS, dense.shape[1]), numpy.float32)
        for column in range(dense.shape[1]):
            made[:, column] = numpy.bincount(
                self.buckets, self.values * dense[self.texts, column], minlength=BUCKETS
            )
        return made

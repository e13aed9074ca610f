"""BM25: which documents fit a question best.

Written here rather than taken from a library: the kept ones bring numpy along to rank millions of
documents, and none tells how much of the question a document covers.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

# The values that Robertson and Zaragoza (2009) recommend: how soon a repeated term stops to count,
# and how much a long document has to hold more of it.
K1 = 1.2
B = 0.75


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that holds some of the question's terms; `coverage` (0 to 1) is their weight."""

    document: int
    score: float
    coverage: float


class Index:
    """Documents as lists of terms, ready to be searched."""

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        self._counts = [Counter(document) for document in documents]
        self._lengths = [len(document) for document in documents]
        self._mean = sum(self._lengths) / len(documents) if documents else 0.0
        self._frequencies = Counter(term for counts in self._counts for term in counts)

    def search(self, query: Sequence[str]) -> list[Hit]:
        """The documents with any of the terms, the best first; equal ones in their order."""
        weights = {term: self._weight(term) for term in dict.fromkeys(query)}
        hits = [
            self._hit(number, weights)
            for number, counts in enumerate(self._counts)
            if not counts.keys().isdisjoint(weights)
        ]
        return sorted(hits, key=lambda hit: (-hit.score, hit.document))

    def _weight(self, term: str) -> float:
        # A term that no document holds weighs as much as one that a single document holds.
        found = max(self._frequencies[term], 1)
        return math.log(1 + (len(self._counts) - found + 0.5) / (found + 0.5))

    def _hit(self, number: int, weights: dict[str, float]) -> Hit:
        counts = self._counts[number]
        norm = K1 * (1 - B + B * self._lengths[number] / self._mean)
        held = {term: weight for term, weight in weights.items() if term in counts}
        score = math.fsum(
            weight * counts[term] * (K1 + 1) / (counts[term] + norm)
            for term, weight in held.items()
        )
        return Hit(number, score, math.fsum(held.values()) / math.fsum(weights.values()))

"""Names by their words: exact, misspelt, and half typed. Hundreds of thousands of names in sorted arrays.

A name is a row of folded words. Three tables of 64-bit hashes answer without touching a name that does not fit:

    whole    the words written together            "phu hoa" and "phuhoa" meet
    gapped   the words with one of them left open  one word may be anything: a slip of whatever size
    short    the words without one of them         the writer left one out

Of each two words that begin names it is known how many words those names have: nearly all pairs of words in a text
begin none, and then nothing is looked up. A vocabulary with the words that lack one letter puts right several small
slips in one name. The hash is Python's own, so the tables live and die with the process; what they find is compared
letter by letter.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, Indel

LONGEST_NAME = 14
# A name of fewer words with one left out could be anything.
LEAST_WORDS_SHORT = 4
LEAST_GLUED = 5
LEAST_LIKENESS = 0.8
MOST_COMPARED = 64
MOST_PER_KEY = 12

Numbers = np.ndarray[Any, np.dtype[np.int32]]


class NameHit(NamedTuple):
    """Names found at words [start, end): their numbers in the index."""

    start: int
    end: int
    names: tuple[int, ...]


class NearName(NamedTuple):
    """A name nearly written at words [start, end); likeness between 0 and 1."""

    start: int
    end: int
    name: int
    likeness: float


def glue(words: Sequence[str]) -> str:
    """The words in one, with a space only between digits: "ql 13" is "ql13", but "30 4" is not "304"."""
    joined = ""
    for word in words:
        joined += f" {word}" if joined and joined[-1].isdigit() and word[0].isdigit() else word
    return joined


class _Hashes:
    """A multi-map from hashes to numbers in flat arrays, sorted by their last bits; a table tells the range of each."""

    __slots__ = ("keys", "mask", "starts", "values")

    def __init__(self, keys: array[int], values: array[int]) -> None:
        hashes = np.frombuffer(keys, dtype=np.int64) if keys else np.empty(0, np.int64)
        self.mask = (1 << len(keys).bit_length()) - 1
        ends = hashes & self.mask
        order = np.lexsort((hashes, ends))
        self.starts = array("i", np.searchsorted(ends[order], np.arange(self.mask + 2)).astype(np.int32).tobytes())
        self.keys = array("q", hashes[order].tobytes())
        numbers = np.frombuffer(values, dtype=np.int32) if values else np.empty(0, np.int32)
        self.values = array("i", numbers[order].tobytes())

    def __getitem__(self, key: int) -> Sequence[int]:
        place = key & self.mask
        first, behind = self.starts[place], self.starts[place + 1]
        if first == behind:
            return ()
        keys = self.keys
        first = bisect_left(keys, key, first, behind)
        if first == behind or keys[first] != key:
            return ()
        return self.values[first : bisect_right(keys, key, first, behind)]


class NameRows:
    """Collects names as numbers of words, so that the words themselves are held once."""

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}
        self.flat = array("i")
        self.starts = array("i", [0])

    def add(self, words: Sequence[str]) -> None:
        ids = self.ids
        self.flat.extend(ids.setdefault(word, len(ids)) for word in words[:LONGEST_NAME])
        self.starts.append(len(self.flat))


class Names:
    """Names in the order they were added: name 0, 1, 2, … Immutable and safe to share between threads."""

    def __init__(self, rows: NameRows) -> None:
        # Sorted words make every beginning one range of numbers.
        self._words: list[str] = sorted(rows.ids)
        self._ids: dict[str, int] = {word: number for number, word in enumerate(self._words)}
        order = np.empty(len(rows.ids), np.int32)
        for word, number in rows.ids.items():
            order[number] = self._ids[word]
        given: Numbers = np.frombuffer(rows.flat, dtype=np.int32) if rows.flat else np.empty(0, np.int32)
        # One row of numbers, as an array for slices and as numpy's for everything else.
        self._numbers = array("i", order[given].tobytes())
        self._flat: Numbers = np.frombuffer(self._numbers, dtype=np.int32) if self._numbers else np.empty(0, np.int32)
        self._starts = rows.starts
        # The words that are a name alone; and of each two words that begin names (the first one's number times
        # `_places`, and the second one's) the lengths of those names as bits.
        self._single = bytearray(len(self._words))
        self._places = len(self._words) + 1
        self._lengths: dict[int, int] = {}
        self._build_hashes()
        self._build_postings()
        self._build_slips()

    def __len__(self) -> int:
        return len(self._starts) - 1

    def words(self, name: int) -> tuple[str, ...]:
        """The folded words of a name."""
        words, starts = self._words, self._starts
        return tuple([words[number] for number in self._numbers[starts[name] : starts[name + 1]]])

    def _build_hashes(self) -> None:
        whole, gapped, gapped_names, short, short_names = array("q"), array("q"), array("i"), array("q"), array("i")
        for name in range(len(self)):
            words = self.words(name)
            whole.append(hash(glue(words)))
            if len(words) == 1:
                self._single[self._ids[words[0]]] = 1
            if len(words) > 1:
                pair = self._ids[words[0]] * self._places + self._ids[words[1]]
                self._lengths[pair] = self._lengths.get(pair, 0) | 1 << len(words)
                for gap in range(len(words)):
                    gapped.append(_gapped(words, gap))
                    gapped_names.append(name)
            if len(words) >= LEAST_WORDS_SHORT:
                for gap in range(len(words)):
                    short.append(hash(glue(words[:gap] + words[gap + 1 :])))
                    short_names.append(name)
        self._whole = _Hashes(whole, array("i", range(len(self))))
        self._mixed = self._different_names_of_one_hash()
        self._gapped = _Hashes(gapped, gapped_names)
        self._short = _Hashes(short, short_names)

    def _different_names_of_one_hash(self) -> frozenset[int]:
        """The hashes that several names share without being spelt the same; elsewhere one comparison tells for all."""
        keys = np.frombuffer(self._whole.keys, dtype=np.int64) if self._whole.keys else np.empty(0, np.int64)
        shared = np.unique(keys[1:][keys[1:] == keys[:-1]]).tolist()
        return frozenset(key for key in shared if len({glue(self.words(name)) for name in self._whole[key]}) > 1)

    def _build_postings(self) -> None:
        """For each word, in order, the names that have it."""
        starts: Numbers = np.frombuffer(self._starts, dtype=np.int32)
        lengths = starts[1:] - starts[:-1]
        names = np.repeat(np.arange(len(self), dtype=np.int32), lengths)
        order = np.argsort(self._flat, kind="stable")
        self._postings: Numbers = names[order]
        self._posting_starts = np.searchsorted(self._flat[order], np.arange(len(self._words) + 1)).astype(np.int32)

    def _build_slips(self) -> None:
        keys, values = array("q"), array("i")
        for number, word in enumerate(self._words):
            if len(word) >= 3 and word.isalpha():
                for form in _forms(word):
                    keys.append(hash(form))
                    values.append(number)
        self._slips = _Hashes(keys, values)

    # --- exact ---------------------------------------------------------------------------------------------------

    def exactly(self, glued: str) -> tuple[int, ...]:
        """The names whose words, written together, are this."""
        key = hash(glued)
        found = self._whole[key]
        if not found:
            return ()
        if key in self._mixed:
            return tuple([name for name in found if glue(self.words(name)) == glued])
        return tuple(found) if glue(self.words(found[0])) == glued else ()

    def scan(self, words: Sequence[str], alone: Container[int] | None = None) -> list[NameHit]:
        """The longest name at every word that begins one; names may overlap.

        `alone`: the places where one word may be a name by itself (None: everywhere).
        """
        hits = []
        numbers = [self._ids.get(word, -1) for word in words]
        last = len(words) - 1
        for start, number in enumerate(numbers):
            word = words[start]
            if number < 0:
                if len(word) >= LEAST_GLUED and (alone is None or start in alone) and (names := self.exactly(word)):
                    hits.append(NameHit(start, start + 1, names))
                continue
            best = self.exactly(word) if self._single[number] and (alone is None or start in alone) else ()
            end = start + 1
            if start < last and numbers[end] >= 0:
                possible = self._lengths.get(number * self._places + numbers[end], 0)
                length = 2
                while possible >> length and start + length <= last + 1 and numbers[start + length - 1] >= 0:
                    if possible >> length & 1 and (names := self.exactly(glue(words[start : start + length]))):
                        best, end = names, start + length
                    length += 1
            if best:
                hits.append(NameHit(start, end, best))
        return hits

    # --- misspelt ------------------------------------------------------------------------------------------------

    def near(
        self, words: Sequence[str], start: int, longest: int = 8, least: int = 1, likeness: float = LEAST_LIKENESS
    ) -> list[NearName]:
        """Names nearly written from a word on, at least so like it, best first. Looks at no more than MOST_COMPARED."""
        best: dict[int, NearName] = {}
        compared = 0
        for length in range(least, min(longest, LONGEST_NAME, len(words) - start) + 1):
            part = tuple(words[start : start + length])
            written = " ".join(part)
            numerals = _numerals(part)
            for name in self._candidates(part, likeness):
                compared += 1
                if compared > MOST_COMPARED:
                    break
                own = self.words(name)
                # Another number is another place, however alike the rest is.
                if _numerals(own) != numerals:
                    continue
                alike = fuzz.ratio(written, " ".join(own), score_cutoff=100 * likeness) / 100
                if alike and (name not in best or alike > best[name].likeness):
                    best[name] = NearName(start, start + length, name, alike)
        return sorted(best.values(), key=lambda one: (-one.likeness, one.start - one.end, one.name))

    def _candidates(self, part: tuple[str, ...], likeness: float) -> Iterator[int]:
        unknown = [place for place, word in enumerate(part) if word not in self._ids]
        if len(part) > 1 and len(unknown) <= 1:
            for gap in unknown or range(len(part)):
                yield from self._alike(part, gap, likeness)
            if len(part) > LEAST_WORDS_SHORT - 1:
                for gap in unknown or range(len(part)):
                    yield from self.exactly(glue(part[:gap] + part[gap + 1 :]))
        if not unknown and len(part) >= LEAST_WORDS_SHORT - 1:
            yield from self._short[hash(glue(part))]
        if unknown and (len(part) > 1 or len(part[0]) >= LEAST_GLUED):
            mended = list(part)
            for place in unknown:
                corrected = self.likely_word(part[place])
                if corrected is None:
                    return
                mended[place] = corrected
            yield from self.exactly(glue(mended))

    def _alike(self, part: tuple[str, ...], gap: int, likeness: float) -> Iterator[int]:
        """The names that differ from the words in one of them only, and in no more letters than they may."""
        names = self._gapped[_gapped(part, gap)][:MOST_PER_KEY]
        if not names:
            return
        written = part[gap]
        letters = 2 * (sum(map(len, part)) + len(part) - 1) - len(written)
        for name in names:
            own = self._words[self._numbers[self._starts[name] + gap]]
            if Indel.distance(written, own) <= (1.0 - likeness) * (letters + len(own)) + 1e-9:
                yield name

    def likely_word(self, word: str) -> str | None:
        """The known word a misspelt one most likely is: one letter wrong, missing, too many, or two exchanged."""
        if len(word) < 3 or not word.isalpha():
            return None
        found = {number for form in _forms(word) for number in self._slips[hash(form)]}
        near = [(OSA.distance(word, self._words[number]), -self._count(number), number) for number in found]
        best = min(near, default=None)
        return self._words[best[2]] if best is not None and best[0] <= 1 else None

    def _count(self, word: int) -> int:
        return int(self._posting_starts[word + 1] - self._posting_starts[word])

    # --- half typed ----------------------------------------------------------------------------------------------

    def beginning(self, words: Sequence[str], most: int) -> list[int]:
        """Names in which each typed word begins a word, in any order; those that begin as typed first, short first."""
        ranges = []
        for word in words:
            low, high = bisect_left(self._words, word), bisect_left(self._words, word + "\uffff")
            ranges.append((int(self._posting_starts[low]), int(self._posting_starts[high])))
        if not ranges:
            return []
        # A name may have a word so begun more than once: marking is far quicker than sorting out what is double.
        fitting = np.ones(len(self), np.bool_)
        for low, high in ranges:
            here = np.zeros(len(self), np.bool_)
            here[self._postings[low:high]] = True
            fitting &= here
        found = np.flatnonzero(fitting)
        if not len(found):
            return []
        starts = np.frombuffer(self._starts, dtype=np.int32)
        lengths = starts[found + 1] - starts[found]
        firsts = self._flat[starts[found]]
        low, high = bisect_left(self._words, words[0]), bisect_left(self._words, words[0] + "\uffff")
        is_first = (firsts >= low) & (firsts < high)
        # The exact order is worked out for the likeliest only.
        likely = found[np.lexsort((found, lengths, ~is_first))[: max(200, most)]]
        typed = tuple(words)
        ordered = sorted(likely.tolist(), key=lambda name: self._order(name, typed))
        return ordered[:most]

    def _order(self, name: int, typed: tuple[str, ...]) -> tuple[Any, ...]:
        own = self.words(name)
        last = len(typed) - 1
        begins = own[:last] == typed[:last] and len(own) > last and own[last].startswith(typed[last])
        return not begins, len(own), own, name


def _gapped(words: Sequence[str], gap: int) -> int:
    return hash("\0".join((*words[:gap], "*", *words[gap + 1 :])))


def _forms(word: str) -> Iterator[str]:
    """The word, and the word without each of its letters."""
    yield word
    for place in range(len(word)):
        yield word[:place] + word[place + 1 :]


def _numerals(words: Sequence[str]) -> list[str]:
    return [word for word in words if not word.isalpha()]

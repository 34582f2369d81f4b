"""Which blocks of a Markdown file are its questions: decided by the evidence of the whole file. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from index.candidates import LINK_ONLY, Found, Style, find_candidates, is_answer_heading
from index.keys import fold
from index.labels import ANSWER_WORDS, NO_QUESTION, SOFTWARE, is_empty_answer
from index.markdown import Block
from index.titles import asks, parse_title, without_loose_number


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for one style."""

    style: Style
    found: tuple[Found, ...]
    precision: float
    """Mean of how much its titles ask, in [0, 1]."""
    mass: float
    """Sum of the same over the titles that something answers."""

    @property
    def score(self) -> float:
        """Many answered questions and few other things; where none is answered, many questions."""
        return (self.mass + 0.001 * len(self.found)) * self.precision


def find_questions(blocks: Sequence[Block]) -> tuple[Found, ...]:
    """The questions of a file in order; none when nothing in it reads like a list of questions."""
    groups: dict[Style, list[Found]] = defaultdict(list)
    for found in _without_labels(list(find_candidates(blocks))):
        groups[found.style].append(found)
    evidence = [_weigh(style, _numbered(group), blocks) for style, group in groups.items()]
    convincing = [one for one in evidence if _convinces(one, blocks)]
    if not convincing:
        return ()
    best = max(convincing, key=lambda one: one.score)
    chosen = _outermost(best, convincing, blocks)
    questions = _with_strays(_accepted(chosen), evidence, chosen, blocks)
    return questions if _fills(questions, blocks) else ()


def _fills(questions: Sequence[Found], blocks: Sequence[Block]) -> bool:
    """The file is about these questions: five of them, or half of its text; half in any case if it is a README."""
    spans = _spans(questions, blocks)
    starts = {start for start, _ in spans}
    text = [at for at, block in enumerate(blocks) if block.kind != "rule" and not block.level]
    inside = sum(1 for at in text if _holds(spans, at) or at in starts)
    software = sum(1 for block in blocks if block.level and SOFTWARE.fullmatch(parse_title(block.plain).text))
    return inside >= 0.5 * len(text) or (software < 2 and sum(one.is_answered for one in questions) >= 5)


def boundary(blocks: Sequence[Block], at: int, end: int) -> int:
    """The place of the first heading after `at`, but before `end`, that ends what block `at` opens; else `end`."""
    for place in range(at + 1, end):
        level = blocks[place].level
        if level and level <= blocks[at].section and not is_answer_heading(blocks[place]):
            return place
    return end


def _without_labels(found: Sequence[Found]) -> list[Found]:
    """Without titles that recur, such as "Advantages": three times in one file is no question."""
    counts = Counter(fold(one.title.text) for one in found)
    return [one for one in found if counts[fold(one.title.text)] < 3 or one.title.word]


def _numbered(found: Sequence[Found]) -> Sequence[Found]:
    """With `1 Salt`, `2 Pepper` read as numbered, when at least three in five titles begin with the next number."""
    loose = [without_loose_number(one.title) for one in found]
    numbers = [int(title.label) for title in loose if title]
    if len(numbers) < max(2, 0.6 * len(found)) or numbers != sorted(set(numbers)):
        return found
    return [
        replace(one, title=title, asks=asks(title)) if title else one for one, title in zip(found, loose, strict=True)
    ]


def _weigh(style: Style, found: Sequence[Found], blocks: Sequence[Block]) -> Evidence:
    ends = [one.at for one in found[1:]] + [len(blocks)]
    marked = tuple(
        replace(one, is_answered=_is_answered(one, end, blocks)) for one, end in zip(found, ends, strict=True)
    )
    against = 0
    if style[0] == "heading":
        against = 2 * sum(1 for block in blocks if block.level and SOFTWARE.fullmatch(parse_title(block.plain).text))
    precision = sum(one.asks for one in marked) / (len(marked) + against)
    return Evidence(style, marked, precision, sum(one.asks for one in marked if one.is_answered))


def _is_answered(one: Found, end: int, blocks: Sequence[Block]) -> bool:
    if any(not is_empty_answer(block.plain) for block in one.rest):
        return True
    return any(
        block.kind in {"paragraph", "code", "math", "row"} and not is_empty_answer(block.plain)
        for block in blocks[one.at + 1 + one.taken : boundary(blocks, one.at, end)]
        if not LINK_ONLY.fullmatch(block.text)
    )


def _convinces(one: Evidence, blocks: Sequence[Block]) -> bool:
    if one.style[0] in {"labelled heading", "labelled text", "row"}:
        return True
    if one.style[0] in {"item", "numbered"}:
        return one.precision >= 0.5 and (one.mass >= 2 or (one.mass > 0 and len(blocks) < 15))
    return one.precision >= (0.4 if one.mass else 0.8) or (one.style[0] == "heading" and _counts_topics(one, blocks))


MIN_TOPICS = 3


def _counts_topics(one: Evidence, blocks: Sequence[Block]) -> bool:
    """Headings `1. HashMap`, `2. Thread pools` that ask nothing: numbered one after the other, a list under each.

    A manual has numbered headings too, but prose under them, or an "Introduction" among them.
    """
    titles = [found.title for found in one.found if found.title.is_numbered]
    labels = [int(title.label) for title in titles if title.label.isdecimal()]
    in_order = all(later in (before + 1, 1) for before, later in pairwise(labels))
    if len(labels) < max(MIN_TOPICS, 0.8 * len(one.found)) or labels[0] != 1 or not in_order:
        return False
    if any(NO_QUESTION.fullmatch(title.text) or SOFTWARE.fullmatch(title.text) for title in titles):
        return False
    listed = sum(bool(blocks[found.at + 1].marker) for found in one.found if found.at + 1 < len(blocks))
    return listed >= 0.8 * len(one.found)


def _outermost(best: Evidence, others: Sequence[Evidence], blocks: Sequence[Block]) -> Evidence:
    """`best`, or the style whose questions hold most of its questions: those are the parts of an answer."""
    for other in others:
        if other is best or other.precision < 0.6 or other.mass < 2:
            continue
        spans = _spans(_accepted(other), blocks)
        inside = sum(1 for one in best.found if _holds(spans, one.at))
        if inside >= 0.8 * len(best.found):
            return _outermost(other, others, blocks)
    return best


def _spans(found: Sequence[Found], blocks: Sequence[Block]) -> list[tuple[int, int]]:
    ends = [one.at for one in found[1:]] + [len(blocks)]
    return [(one.at, boundary(blocks, one.at, end)) for one, end in zip(found, ends, strict=True)]


def _holds(spans: Sequence[tuple[int, int]], at: int) -> bool:
    place = bisect_left(spans, (at, 0)) - 1
    return place >= 0 and spans[place][0] < at < spans[place][1]


def _accepted(evidence: Evidence) -> tuple[Found, ...]:
    kind = evidence.style[0]
    usable = _without_contents(evidence.found)
    if kind in {"labelled heading", "labelled text", "row"}:
        return usable
    numbered = sum(1 for one in usable if one.title.is_numbered)
    if kind == "heading" and numbered >= 0.6 * len(usable):
        return tuple(one for one in usable if one.title.is_numbered)
    return tuple(one for one in usable if one.asks >= 0.5 or _belongs(one, evidence))


def _belongs(one: Found, evidence: Evidence) -> bool:
    """A title that does not ask, among titles that do: `Bias and variance` in a file of questions."""
    if evidence.style[0] == "item" or evidence.precision < 0.75 or not one.is_answered:
        return False
    text = one.title.text
    return not (ANSWER_WORDS.fullmatch(text) or NO_QUESTION.fullmatch(text) or text.endswith((":", "：")))


def _without_contents(found: Sequence[Found]) -> tuple[Found, ...]:
    """Without the entries of a table of contents: unanswered titles that come again."""
    answered: Mapping[str, int] = {fold(one.title.text): one.at for one in found if one.is_answered}
    return tuple(one for one in found if one.is_answered or answered.get(fold(one.title.text), -1) < one.at)


def _with_strays(
    questions: tuple[Found, ...], evidence: Sequence[Evidence], chosen: Evidence, blocks: Sequence[Block]
) -> tuple[Found, ...]:
    """With headings of other levels that ask outright, hold none of the questions and stand in none."""
    if "heading" not in chosen.style[0]:
        return questions
    spans = _spans(questions, blocks)
    places = [one.at for one in questions]
    strays = [
        one
        for other in evidence
        if other is not chosen and other.style[0] == "heading"
        for one in other.found
        if one.asks >= 1 and one.is_answered and not _holds(spans, one.at)
        if bisect_left(places, one.at) == bisect_left(places, boundary(blocks, one.at, len(blocks)))
    ]
    return tuple(sorted([*questions, *strays], key=lambda one: one.at))

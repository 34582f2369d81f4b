"""Which blocks of a Markdown file are its questions: decided by the evidence of the whole file. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from index.keys import fold
from index.labels import ANSWER_WORDS, NO_QUESTION, SOFTWARE, is_empty_answer
from index.markdown import Block, plain_text
from index.titles import Title, asks, parse_title

Style = tuple[str, object]
"""How a file writes its questions, as in `("heading", 3)`, `("labelled text", "Q")` or `("item", (1, True))`."""

_ANSWER_MARK = r"(?:\*\*|__)?(?:A\d{0,3}|Ans(?:wer)?|答案?|回答|参考答案|解答)(?:\*\*|__)?\s*[:：](?:\*\*|__)?"
_ANSWER_LINE = re.compile(r"\s*" + _ANSWER_MARK)
_ANSWER_INSIDE = re.compile(r"(?<=[\s?？。.])" + _ANSWER_MARK)
_BOLD_START = re.compile(
    r"(?P<before>[^\w*]*(?:(?:Q|问题?|题目?)?\s*\d*(?:\.\d+)*\s*[.、)）:：]?\s*))(?:\*\*|__)(?P<bold>.+?)(?:\*\*|__)"
)
_BARE_LABEL = re.compile(r"\W*(?:\d+[.、)）]\s*)?(?:Q(?:uestion)?|问题?|题目?|提问|面试题)\s*\d*\W*", re.IGNORECASE)
_LINK_ONLY = re.compile(r"\W*(?:\*\*)?!?\[.*\]\(\S*\)(?:\*\*)?\W*")
_QUESTION_COLUMN = re.compile(r"questions?|问题|题目|面试题", re.IGNORECASE)
_ANSWER_COLUMN = re.compile(
    r"(short |key |model |sample )?(answers?|points?)|(参考)?答案|回答|要点|解答|关键词", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Found:
    """A block that may be, or is, a question."""

    at: int
    """Its place in the blocks."""
    style: Style
    title: Title
    rest: tuple[Block, ...] = ()
    """The part of its own block that already answers."""
    asks: float = 0.0
    is_answered: bool = False


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
    for found in _without_labels(list(_candidates(blocks))):
        groups[found.style].append(found)
    evidence = [_weigh(style, group, blocks) for style, group in groups.items()]
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


def title_candidates(blocks: Sequence[Block]) -> tuple[Found, ...]:
    """Everything that could be a question by its place, for a message that says why none is."""
    return tuple(_candidates(blocks))


def boundary(blocks: Sequence[Block], at: int) -> int:
    """The place of the first heading after `at` that ends what block `at` opens; `len(blocks)` without one."""
    own = blocks[at].level
    level = own or _section_level(blocks, at)
    for place in range(at + 1, len(blocks)):
        other = blocks[place].level
        if other and other <= level and not (own == 0 and ANSWER_WORDS.fullmatch(blocks[place].plain)):
            return place
    return len(blocks)


def _section_level(blocks: Sequence[Block], at: int) -> int:
    return next((blocks[place].level for place in range(at, -1, -1) if blocks[place].level), 6)


def _candidates(blocks: Sequence[Block]) -> Iterator[Found]:
    columns: tuple[int, int] | None = None
    for at, block in enumerate(blocks):
        if block.kind == "header":
            columns = _columns(block)
        elif block.kind == "row" and columns:
            yield from _row(at, block, *columns)
        elif block.level:
            yield from _heading(at, block)
        elif block.kind == "paragraph" and not _LINK_ONLY.fullmatch(block.text):
            yield from _paragraph(at, block, is_first=bool(block.marker))


def _columns(header: Block) -> tuple[int, int] | None:
    question = next((n for n, cell in enumerate(header.cells) if _QUESTION_COLUMN.fullmatch(cell.strip())), None)
    answer = next((n for n, cell in enumerate(header.cells) if _ANSWER_COLUMN.fullmatch(cell.strip())), None)
    return None if question is None or answer is None else (question, answer)


def _row(at: int, block: Block, question: int, answer: int) -> Iterator[Found]:
    source = [cell.strip() for cell in re.split(r"(?<!\\)\|", block.text.strip().strip("|"))]
    if len(source) <= max(question, answer):
        return
    title, rest = parse_title(block.cells[question]), source[answer]
    block_rest = replace(block, kind="paragraph", text=rest, plain=plain_text(rest), cells=())
    yield Found(at, ("row", 0), title, (block_rest,) if rest else (), max(asks(title), 0.8))


def _heading(at: int, block: Block) -> Iterator[Found]:
    title = parse_title(block.plain)
    style: Style = ("labelled heading", title.word) if title.word else ("heading", block.level)
    yield Found(at, style, title, (), _asks(title))


def _paragraph(at: int, block: Block, *, is_first: bool) -> Iterator[Found]:
    head, rest, is_bold = split_head(block.text)
    title = parse_title(plain_text(f"{block.marker} {head}" if block.marker[:1].isdigit() else head))
    answer = (_rest_block(block, rest),) if rest.strip() else ()
    depth = len(block.items)
    style: Style | None = None
    if title.word:
        style = ("labelled text", title.word)
    elif is_bold and (is_first or not depth):
        style = ("bold", (depth, block.marker[:1].isdigit()))
    elif is_first:
        style = ("item", (depth, block.marker[:1].isdigit()))
    elif not depth and title.is_numbered:
        style = ("numbered", 0)
    score = _asks(title)
    if is_bold and score < 0.5 and answer and answer[0].line == block.line:
        return  # `**Bias** is the error ...`: a term and its explanation.
    if style and title.text and len(title.text) <= MAX_TITLE:
        yield Found(at, style, title, answer, score)


MAX_TITLE = 400
"""Characters: a longer paragraph is no question but a text that begins with a number."""


def _asks(title: Title) -> float:
    if ANSWER_WORDS.fullmatch(title.text) or NO_QUESTION.fullmatch(title.text):
        return 0.0
    return asks(title)


def split_head(text: str) -> tuple[str, str, bool]:
    """A paragraph's source as question, answer and whether the question is bold; the answer may be empty."""
    bold = _BOLD_START.match(text)
    if bold and not _BARE_LABEL.fullmatch(bold["bold"]):
        tail = text[bold.end() :]
        line, _, more = tail.partition("\n")
        if not any(char.isalnum() for char in re.sub(r"[（(\[【].*?[)）\]】]", "", line)):
            return text[: bold.end()] + line, more, True
        return text[: bold.end()], tail.lstrip("：: —-"), True
    if inside := _ANSWER_INSIDE.search(text):
        return text[: inside.start()].rstrip(), text[inside.start() :], False
    lines = text.split("\n")
    for count, line in enumerate(lines[:4], 1):
        if re.search(r"[?？]\W{0,8}$", line):
            return "\n".join(lines[:count]), "\n".join(lines[count:]), False
    return text, "", False


def _rest_block(block: Block, rest: str) -> Block:
    skipped = block.text[: len(block.text) - len(rest)].count("\n")
    leading = len(rest) - len(rest.lstrip("\n"))
    source = rest.strip()
    return replace(block, text=source, plain=plain_text(source), line=block.line + skipped + leading, marker="")


def _without_labels(found: Sequence[Found]) -> list[Found]:
    """Without titles that recur, such as "Advantages": three times in one file is no question."""
    counts = Counter(fold(one.title.text) for one in found)
    return [one for one in found if counts[fold(one.title.text)] < 3 or one.title.word]


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
        for block in blocks[one.at + 1 : min(end, boundary(blocks, one.at))]
        if not _LINK_ONLY.fullmatch(block.text)
    )


def _convinces(one: Evidence, blocks: Sequence[Block]) -> bool:
    if one.style[0] in {"labelled heading", "labelled text", "row"}:
        return True
    if one.style[0] in {"item", "numbered"}:
        return one.precision >= 0.5 and (one.mass >= 2 or (one.mass > 0 and len(blocks) < 15))
    return one.precision >= (0.4 if one.mass else 0.8)


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
    return [(one.at, min(end, boundary(blocks, one.at))) for one, end in zip(found, ends, strict=True)]


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
        if bisect_left(places, one.at) == bisect_left(places, boundary(blocks, one.at))
    ]
    return tuple(sorted([*questions, *strays], key=lambda one: one.at))

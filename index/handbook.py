"""A Markdown handbook as data: directions, questions, bullets, hot topics; and what is wrong with a file that is none.

`parse_handbook` is pure; `load_handbook` reads the disk.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from index.answers import Point, read_answer
from index.candidates import Found, find_candidates
from index.chapters import Chapter, HotRow, find_chapters, find_hot_rows
from index.errors import HandbookError
from index.keys import bullet_key, fold, question_key
from index.markdown import Block, parse_blocks
from index.matter import parse_front_matter
from index.outline import boundary, find_questions
from index.titles import trim_symbols
from index.types import Bullet, Handbook, HotTopic, Question

MAX_BYTES = 20_000_000
"""A hundred times a very large handbook; a bigger file is a mistake, and parsing it would take minutes."""
MAX_FAULTS = 20

HotLinks = Mapping[int, Sequence[str]]
"""Rank of a hot topic -> refs of the questions it concerns."""


def bundled_handbook() -> Path:
    """The handbook that comes with the coach."""
    return Path(str(files("index").joinpath("handbooks", "ai-interview.md")))


def load_handbook(path: Path) -> Handbook:
    """Reads and parses a handbook; its name is the file's without the suffix.

    Hot topics are linked by `<name>.hot.json` beside it (rank -> refs). HandbookError when the file cannot be read,
    or is no handbook.
    """
    text, notices = _decode(_read(path), path)
    return parse_handbook(text, path.stem, _load_hot_links(path), notices, source=str(path))


def parse_handbook(
    text: str, name: str, hot_links: HotLinks | None = None, notices: Sequence[str] = (), *, source: str = ""
) -> Handbook:
    """Markdown to a handbook; `notices` are told before its own, `source` (else the name) is what an error names.

    HandbookError, with up to 20 faults and their lines, when the text holds no question with a bullet.
    """
    front, blocks = parse_blocks(text.removeprefix("\ufeff"))
    found = find_questions(blocks)
    if not found:
        raise _not_a_handbook(source or name, blocks)
    meta = parse_front_matter(front)
    title = _title(meta, blocks, found, name)
    chapters = find_chapters(blocks, [one.at for one in found], title)
    entries = _entries(blocks, found, chapters)
    rows, links = find_hot_rows(blocks), hot_links or {}
    questions = _questions(entries, {row.rank: tuple(links.get(row.rank, ())) for row in rows})
    if not questions:
        raise HandbookError(
            f"{source or name}: none of its {len(entries)} questions has a bullet; "
            "add one '- ' line per point of the answer",
            tuple(_left_out(entry) for entry in entries[:MAX_FAULTS]),
        )
    said = (*notices, *_notices(entries, chapters))
    directions = tuple(chapter.direction for chapter in chapters)
    return Handbook(name, title, meta, directions, questions, _hot_topics(rows, links, questions), said)


def find_question(handbook: Handbook, ref_or_text: str) -> Question | None:
    """The question of a ref such as `2.4` (full-width digits and spaces allowed), or with exactly this text."""
    ref = unicodedata.normalize("NFKC", ref_or_text).replace("。", ".").strip()
    folded = fold(ref_or_text)
    for question in handbook.questions:
        if question.ref == ref or (folded and fold(question.text) == folded):
            return question
    return None


def nearest_refs(handbook: Handbook, ref: str) -> str:
    """What could be meant by an unknown ref, as in `direction 2 has 2.1 to 2.12`."""
    number = unicodedata.normalize("NFKC", ref).strip().partition(".")[0]
    refs = [question.ref for question in handbook.questions if str(question.direction.number) == number]
    if refs:
        return f"direction {number} has {refs[0]}" + (f" to {refs[-1]}" if len(refs) > 1 else "")
    # A direction at a time: questions of the person's own, as direction 0, stand behind the last of the handbook's.
    last = {question.direction.number: question.ref for question in handbook.questions}
    own = last.pop(0, None) if len(last) > 1 else None
    return f"the handbook has {handbook.questions[0].ref} to {[*last.values()][-1]}" + (
        f", and your own up to {own}" if own else ""
    )


@dataclass(frozen=True, slots=True)
class _Entry:
    """A question with its place and its answer, before it has keys."""

    ref: str
    chapter: Chapter
    found: Found
    line: int
    points: tuple[Point, ...]
    notes: tuple[str, ...]


def _entries(blocks: Sequence[Block], found: Sequence[Found], chapters: Sequence[Chapter]) -> tuple[_Entry, ...]:
    """All questions with their refs; a question without bullets keeps its place, so that filling it in moves no ref."""
    entries: list[_Entry] = []
    positions: Counter[int] = Counter()
    ends = [*(one.at for one in found[1:]), len(blocks)]
    for one, end in zip(found, ends, strict=True):
        chapter = [chapter for chapter in chapters if chapter.at < one.at][-1]
        number = chapter.direction.number
        positions[number] += 1
        own = blocks[one.at + 1 + one.taken : boundary(blocks, one.at, end)]
        points, notes = read_answer([*one.rest, *own])
        ref = f"{number}.{positions[number]}"
        entries.append(_Entry(ref, chapter, one, blocks[one.at].line, points, notes))
    return tuple(entries)


def _questions(entries: Sequence[_Entry], links: HotLinks) -> tuple[Question, ...]:
    seen: Counter[str] = Counter()
    questions: list[Question] = []
    for entry in entries:
        title = entry.found.title
        folded = fold(title.text)
        seen[folded] += 1
        if not entry.points:
            continue
        key = question_key(title.text, seen[folded])
        hot = tuple(rank for rank, refs in links.items() if entry.ref in refs)
        bullets = _bullets(key, entry.points)
        direction = entry.chapter.direction
        questions.append(
            Question(entry.ref, key, direction, title.text, bullets, entry.line, title.label, entry.notes, hot)
        )
    return tuple(questions)


def _bullets(question: str, points: Sequence[Point]) -> tuple[Bullet, ...]:
    seen: Counter[str] = Counter()
    bullets: list[Bullet] = []
    for point in points:
        folded = fold(point.plain)
        seen[folded] += 1
        bullets.append(Bullet(bullet_key(question, point.plain, seen[folded]), point.text, point.plain, point.line))
    return tuple(bullets)


def _hot_topics(rows: Sequence[HotRow], links: HotLinks, questions: Sequence[Question]) -> tuple[HotTopic, ...]:
    refs = {question.ref for question in questions}
    return tuple(
        HotTopic(row.rank, row.topic, tuple(ref for ref in links.get(row.rank, ()) if ref in refs), row.gist)
        for row in rows
    )


def _title(meta: Mapping[str, object], blocks: Sequence[Block], found: Sequence[Found], name: str) -> str:
    """From the front matter, else the first heading of level 1 that is no question, else the name."""
    if isinstance(title := meta.get("title"), str) and title:
        return title
    asked = {one.at for one in found}
    titles = (trim_symbols(b.plain) for at, b in enumerate(blocks) if b.level == 1 and at not in asked)
    return next((title for title in titles if title), name)


def _notices(entries: Sequence[_Entry], chapters: Sequence[Chapter]) -> list[str]:
    told = [_left_out(entry) for entry in entries if not entry.points]
    filled = {entry.chapter.at for entry in entries}
    told += [
        f"direction {chapter.direction.number} {chapter.direction.title!r} has no questions"
        for chapter in chapters
        if chapter.at not in filled
    ]
    return told


def _left_out(entry: _Entry) -> str:
    return f"line {entry.line}: question {entry.ref} {entry.found.title.text!r} has no usable bullets and is left out"


def _not_a_handbook(source: str, blocks: Sequence[Block]) -> HandbookError:
    faults = [
        f"line {blocks[one.at].line}: {_clip(one.title.text)!r} "
        + ("asks, but stands alone or unanswered" if one.asks >= 0.5 else "does not read as a question")
        for one in find_candidates(blocks)
    ]
    if not faults:
        faults = [f"line {block.line}: {_clip(block.plain)!r} stands under no question" for block in blocks]
    headings = sum(1 for block in blocks if block.level)
    return HandbookError(
        f"{source}: no handbook: no questions among its {headings} headings and {len(blocks) - headings} other blocks; "
        "write each question as a heading ('### Q1: ...?') with '- ' bullets under it",
        faults[:MAX_FAULTS] or ["line 1: nothing but markup"],
    )


def _clip(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


def _read(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise HandbookError(f"{path}: {size:,} bytes; a handbook may have {MAX_BYTES:,}: split the file")
        return path.read_bytes()
    except FileNotFoundError as exc:
        raise HandbookError(f"{path}: no such file; give the path of a Markdown handbook") from exc
    except (OSError, ValueError) as exc:
        raise HandbookError(f"{path}: cannot be read ({exc}); give the path of a Markdown handbook") from exc


def _decode(raw: bytes, path: Path) -> tuple[str, tuple[str, ...]]:
    """The text, and a notice when it is not UTF-8 but reads as Chinese in GB18030."""
    if not raw.strip(b" \t\r\n\xef\xbb\xbf"):
        raise HandbookError(f"{path}: empty; write questions as headings with '- ' bullets under them")
    if b"\0" in raw:
        raise HandbookError(f"{path}: binary, or not UTF-8 (it holds NUL bytes); save it as UTF-8 text")
    try:
        return raw.decode("utf-8-sig"), ()
    except UnicodeDecodeError as exc:
        line = raw[: exc.start].count(b"\n") + 1
        try:
            text = raw.decode("gb18030")
        except UnicodeDecodeError:
            text = ""
        # GB18030 takes almost any bytes; common Chinese words show that this is what was meant.
        if sum(text.count(char) for char in "的是什么不有，、。？") >= 3:
            return text, (f"{path.name} is not UTF-8; read as GB18030",)
        raise HandbookError(f"{path}:{line}: not UTF-8 text; save the file as UTF-8") from exc


def _load_hot_links(path: Path) -> HotLinks:
    """`<name>.hot.json` beside the handbook; a byte-for-byte copy of the bundled one shares the bundled links."""
    beside = path.with_name(f"{path.stem}.hot.json")
    bundled = bundled_handbook()
    if not beside.is_file() and path.read_bytes() == bundled.read_bytes():
        beside = bundled.with_name(f"{bundled.stem}.hot.json")
    if not beside.is_file():
        return {}
    try:
        table = json.loads(beside.read_text(encoding="utf-8"))
        return {int(rank): tuple(str(ref) for ref in refs) for rank, refs in table.items()}
    except (OSError, ValueError, AttributeError, TypeError) as exc:
        raise HandbookError(f"{beside}: not a JSON object of rank -> refs ({exc}); mend or remove it") from exc

"""Makes a pack part by part, many at once, each finished part on disk before the next is counted.

A part is a question as a whole, or one of its bullets with all its sentences. Knows the author and the second reader,
the log of parts and the handbook; no setting, no screen.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from coach.author import Author
from coach.errors import ChatError, ReplyError
from coach.log import Log
from coach.pool import finished
from coach.second_reader import SecondReader
from coach.types import ChatModel, Message, Reply, ReplyForm, Usage
from index.pack import SCHEMA, Pack, PackQuestion, Provenance, parse_question
from index.packing import VERDICTS, count
from index.types import Handbook, Question


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of work: a question as a whole (`position` None), or its bullet at `position`."""

    question: Question
    position: int | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Question key and bullet key; the latter empty for the question as a whole."""
        return self.question.key, "" if self.position is None else self.question.bullets[self.position].key

    @property
    def name(self) -> str:
        """`2.4`, or `2.4 bullet 1`; bullets from 1, as on screen."""
        return self.question.ref if self.position is None else f"{self.question.ref} bullet {self.position + 1}"


@dataclass(frozen=True, slots=True)
class Written:
    """A finished part, as it stands in the log."""

    question: str
    """Key."""
    bullet: str
    """Key; empty for the question as a whole."""
    content: Mapping[str, object]
    """A `PackBullet` or the members of a `Head`, as JSON."""
    written_by: str
    read_by: str = ""
    read: int = 0
    agreed: int = 0
    dropped: tuple[str, ...] = ()
    """Sentences that the second reader read otherwise."""

    @property
    def key(self) -> tuple[str, str]:
        """That of its `Part`."""
        return self.question, self.bullet


Parts = Mapping[tuple[str, str], Written]
"""Finished parts by key."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A part that could not be made."""

    part: Part
    error: ChatError | ReplyError


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work is; in parts, of which the log may hold some from before."""

    done: int
    total: int
    failed: int
    usage: Usage
    """Tokens paid for in this run: replies from the cache count as calls only."""
    elapsed_s: float


class Meter:
    """Passes calls through to `chat` and adds up what they cost."""

    def __init__(self, chat: ChatModel) -> None:
        self._chat = chat
        self._lock = threading.Lock()
        self.name = chat.name
        self.usage = Usage()

    def reply(
        self,
        messages: Sequence[Message],
        *,
        form: ReplyForm | None = None,
        on_text: Callable[[str], None] | None = None,
    ) -> Reply:
        """The reply of the metered model."""
        reply = self._chat.reply(messages, form=form, on_text=on_text)
        paid = replace(reply.usage, prompt_tokens=0, completion_tokens=0) if reply.usage.cached else reply.usage
        with self._lock:
            self.usage += paid
        return reply


class PartLog:
    """The finished parts on disk, from this run and from one that was killed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._log = Log(path)
        self.parts: dict[tuple[str, str], Written] = {}
        for row in self._log.rows():
            part = Written(**{**row, "dropped": tuple(row["dropped"])})  # type: ignore[arg-type]
            self.parts[part.key] = part

    def add(self, part: Written) -> None:
        """Force the part to the disk."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._log.append([asdict(part)])
        self.parts[part.key] = part

    def remove(self, keys: Iterable[tuple[str, str]]) -> None:
        """Remove the parts that are in the pack now, and the file with the last part."""
        gone = set(keys)
        self.parts = {key: part for key, part in self.parts.items() if key not in gone}
        self._log.close()
        self.path.unlink(missing_ok=True)
        if self.parts:
            self._log.append([asdict(part) for part in self.parts.values()])
            self._log.close()


def needed(questions: Sequence[Question], kept: Pack | None, *, anew: bool = False) -> list[Part]:
    """The parts that `kept` lacks: a question with a new bullet is written anew as a whole, its old bullets stay.

    `anew`: every part, whatever `kept` has.
    """
    parts: list[Part] = []
    for question in questions:
        prepared = kept.question(question.key) if kept and not anew else None
        has = {bullet.key for bullet in prepared.bullets} if prepared else set()
        missing = [n for n, bullet in enumerate(question.bullets) if bullet.key not in has]
        if missing or prepared is None:
            parts += [Part(question), *(Part(question, n) for n in missing)]
    return parts


def make(
    parts: Sequence[Part],
    author: Author,
    reader: SecondReader | None,
    log: PartLog,
    meter: Meter,
    *,
    concurrency: int,
    on_progress: Callable[[Progress], None] | None = None,
) -> list[Failed]:
    """Make the parts that the log lacks, and tell which failed.

    Stops asking when as many parts in a row as run at once did not reach the model; those left over are not failed,
    but missing.
    """
    missing = [part for part in parts if not is_done(part, log, reader)]
    before, failed, unreached, started = len(parts) - len(missing), [], 0, time.monotonic()
    outcomes = finished(lambda part: make_part(part, author, reader), missing, concurrency=concurrency)
    for done, outcome in enumerate(outcomes, before + 1):
        if isinstance(outcome, Failed):
            failed.append(outcome)
            unreached = unreached + 1 if isinstance(outcome.error, ChatError) else 0
        else:
            log.add(outcome)
            unreached = 0
        if on_progress:
            on_progress(Progress(done, len(parts), len(failed), meter.usage, time.monotonic() - started))
        if unreached >= concurrency:
            break
    return failed


def is_done(part: Part, log: PartLog, reader: SecondReader | None) -> bool:
    """Whether the log holds the part; an unread bullet is not what a second reader wants."""
    known = log.parts.get(part.key)
    return known is not None and (reader is None or part.position is None or bool(known.read_by))


def make_part(part: Part, author: Author, reader: SecondReader | None) -> Written | Failed:
    """Write the part and, for a bullet, read its sentences; what the model could not do is an outcome, not an error."""
    writer = f"{author.name} ({', '.join(author.prompt_ids)})"
    try:
        if part.position is None:
            return Written(*part.key, asdict(author.head(part.question)), writer)
        bullet = author.bullet(part.question, part.position)
        if reader is None:
            return Written(*part.key, asdict(bullet), writer)
        seen = reader.read(bullet)
    except (ChatError, ReplyError) as exc:
        return Failed(part, exc)
    by = f"{reader.name}, blind ({reader.prompt_id})"
    return Written(*part.key, asdict(seen.bullet), writer, by, seen.read, seen.agreed, seen.dropped)


def settled(handbook: Handbook, log: PartLog, wanted: Sequence[Part], reader: SecondReader | None) -> Parts:
    """The log's parts that the handbook has a place for, without those of questions that still lack one."""
    lacking = {part.question.key for part in wanted if not is_done(part, log, reader)}
    places = {part.key for part in needed(handbook.questions, None) if part.question.key not in lacking}
    return {key: part for key, part in log.parts.items() if key in places}


def assemble(handbook: Handbook, kept: Pack | None, parts: Parts) -> list[PackQuestion]:
    """The pack's questions in the handbook's order: from new parts where there are all, else as kept, else none."""
    made = [_question(question, kept, parts) for question in handbook.questions]
    return [question for question in made if question is not None]


def _question(question: Question, kept: Pack | None, parts: Parts) -> PackQuestion | None:
    prepared = kept.question(question.key) if kept else None
    old = {bullet.key: asdict(bullet) for bullet in prepared.bullets} if prepared else {}
    new = {key: parts[question.key, key].content for key in _keys(question) if (question.key, key) in parts}
    bullets = [new.get(bullet.key) or old.get(bullet.key) for bullet in question.bullets]
    source = {**(asdict(prepared) if prepared else {}), **new.get("", {})}
    if not new or not source or not all(bullets):
        return prepared
    named = {"schema": SCHEMA, "key": question.key, "ref": question.ref, "question": question.text}
    return parse_question({**source, **named, "bullets": bullets})


def _keys(question: Question) -> list[str]:
    """The second half of its parts' keys."""
    return ["", *(bullet.key for bullet in question.bullets)]


def provenance(handbook: Handbook, made: Sequence[PackQuestion], kept: Pack | None, parts: Parts) -> Provenance:
    """Who wrote and who read what is in the pack.

    The agreement of kept bullets is not recorded one by one: their sentences count with the share of their old pack.
    """
    old = [bullet for question in made for bullet in question.bullets if (question.key, bullet.key) not in parts]
    left = sum(len(getattr(fact, verdict)) for bullet in old for fact in bullet.facts for verdict in VERDICTS)
    agreed, read = sum(part.agreed for part in parts.values()), float(sum(part.read for part in parts.values()))
    before = kept.provenance if kept and old else None
    if before and before.agreement:
        agreed, read = agreed + left, read + left / before.agreement
    return Provenance(
        SCHEMA,
        handbook.name,
        _names([before.written_by if before else "", *(part.written_by for part in parts.values())]),
        _names([before.read_by if before else "", *(part.read_by for part in parts.values())]),
        count(made) | {"read_twice": agreed},
        agreed / read if read else None,
    )


def _names(names: Iterable[str]) -> str:
    """The names in the order of their appearance, without what is said already."""
    said: list[str] = []
    for name in names:
        if name and not any(name in one for one in said):
            said.append(name)
    return "; ".join(said)

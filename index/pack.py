"""The pack of a handbook: its format, one JSON line per question hung on keys; read lazily, checked strictly.

A pack file is UTF-8 JSON Lines, each line an object with `"schema": 1`. The first line is its `Provenance`, every other
one a `PackQuestion`, whose first member after the schema is its `key`. The fields are those of the dataclasses below.
How a pack is made from raw material stands in `index.packing`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, ClassVar, Literal

from index.errors import PackError
from index.keys import fold
from index.types import Handbook, Question

SCHEMA: Literal[1] = 1
SENTENCES = ("covered", "partial", "wrong", "touched")
"""Kinds of sentences about a fact."""
MAX_FAULTS = 20

# Read by pydantic: no coercion ("yes" for true), no unknown members.
_STRICT: Mapping[str, object] = {"strict": True, "extra": "forbid"}


@dataclass(frozen=True, slots=True)
class Both:
    """The same said in both languages."""

    __pydantic_config__: ClassVar = _STRICT
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Variant:
    """Another way to ask a question."""

    __pydantic_config__: ClassVar = _STRICT
    lang: Literal["zh", "en", "mixed"]
    kind: Literal["paraphrase", "terse", "indirect", "english"]
    text: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One checkable statement inside a bullet, and how candidates say it."""

    __pydantic_config__: ClassVar = _STRICT
    fact: str
    en: str
    essential: bool
    """False: a detail without which the bullet is still covered."""
    numbers: tuple[str, ...]
    """The numbers that it states, with their units."""
    covered: tuple[str, ...]
    partial: tuple[str, ...]
    wrong: tuple[str, ...]
    """Sentences that conflict with it."""
    touched: tuple[str, ...] = ()
    """Sentences that use its terms and claim nothing of it: a name dropped, an admission, a row of words."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What is doubtful or dated about a bullet; grading follows the bullet all the same."""

    __pydantic_config__: ClassVar = _STRICT
    status: Literal["doubtful", "dated"]
    zh: str
    en: str
    source: str


@dataclass(frozen=True, slots=True)
class PackBullet:
    """What is prepared for one bullet."""

    __pydantic_config__: ClassVar = _STRICT
    key: str
    text: str
    """The bullet's plain text when the pack was made."""
    en: str
    facts: tuple[Fact, ...]
    probes: tuple[Both, ...]
    """Follow-up questions that lead to it without giving it away."""
    hints: tuple[Both, ...]
    """From vague to nearly there."""
    say: Both
    """The sentence to say in the interview."""
    audit: Audit | None


@dataclass(frozen=True, slots=True)
class PackQuestion:
    """What is prepared for one question."""

    __pydantic_config__: ClassVar = _STRICT
    schema: Literal[1]
    key: str
    ref: str
    """Where it stood when the pack was made; the key decides."""
    question: str
    en: str
    why: Both
    """Why interviewers ask it."""
    variants: tuple[Variant, ...]
    aliases: tuple[tuple[str, ...], ...]
    """Groups of terms that mean the same here."""
    bullets: tuple[PackBullet, ...]
    model_answer: Both
    next: tuple[Both, ...]
    """What an interviewer asks next."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who wrote a pack, who checked it, and what came of it: its first line."""

    __pydantic_config__: ClassVar = _STRICT
    schema: Literal[1]
    handbook: str
    written_by: str
    read_by: str
    """Who gave the second reading; empty without one."""
    counts: Mapping[str, int]
    """Questions, bullets, facts, sentences by verdict, sentences with an agreeing second reading, and so on."""
    agreement: float | None
    """Share of the sentences read twice on which both readings agreed, in [0, 1]; None without a second reading.

    A sentence that was mended after its second reading counts as one on which they did not.
    """


class Pack:
    """A pack in memory, its questions decoded when they are asked for: a look-up pays for one, not for all."""

    def __init__(self, provenance: Provenance, lines: Mapping[str, bytes]) -> None:
        """`lines`: question key -> JSON line, known to be valid; as bytes, which take half the memory of the text."""
        self.provenance = provenance
        self._lines = lines
        self._decoded: dict[str, PackQuestion] = {}

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its questions, in the order of the file."""
        return tuple(self._lines)

    def question(self, key: str) -> PackQuestion | None:
        """What is prepared for the question with this key."""
        if key not in self._decoded and key in self._lines:
            self._decoded[key] = _decode_question(json.loads(self._lines[key]))
        return self._decoded.get(key)

    def bullet(self, key: str) -> PackBullet | None:
        """What is prepared for the bullet with this key."""
        member = _member("key", key)
        owner = next((question for question, line in self._lines.items() if member in line), None)
        prepared = self.question(owner) if owner else None
        return next((one for one in prepared.bullets if one.key == key), None) if prepared else None

    def aliases(self, question_key: str) -> Sequence[Sequence[str]]:
        """Groups of terms that mean the same in a question."""
        prepared = self.question(question_key)
        return prepared.aliases if prepared else []

    def texts(self) -> Iterator[str]:
        """Its lines as in the file, the provenance first."""
        yield _encode(self.provenance).decode()
        yield from (line.decode() for line in self._lines.values())


def bundled_pack() -> Path:
    """The pack of the bundled handbook."""
    return Path(str(files("index").joinpath("handbooks", "ai-interview.pack.jsonl")))


def open_pack(path: Path) -> Pack:
    """Reads a pack that was checked when it was built, as the bundled one; costs a few milliseconds."""
    try:
        with path.open("rb") as file:
            provenance = Provenance(**json.loads(next(file, b"")))
            return Pack(provenance, {_key(line): line.rstrip() for line in file if line.strip()})
    except OSError as exc:
        raise PackError(f"{path}: cannot be read ({exc}); give the path of a pack (.jsonl)") from exc
    except (ValueError, TypeError) as exc:
        raise PackError(f"{path}: not a pack ({exc}); build it again") from exc


def load_pack(path: Path) -> Pack:
    """Reads a pack and checks every line; PackError lists up to 20 faults with their lines."""
    provenance, questions, faults = _validated(_read(path))
    if faults or provenance is None:
        told = f"{path}: not a usable pack, {len(faults)} faults; mend the lines or make it again with 'coach enrich'"
        raise PackError(told, faults[:MAX_FAULTS])
    return make_pack(provenance, questions)


def make_pack(provenance: Provenance, questions: Iterable[PackQuestion]) -> Pack:
    """A pack of questions that are at hand."""
    return Pack(provenance, {question.key: _encode(question) for question in questions})


def write_pack(pack: Pack, path: Path) -> None:
    """Writes a pack in whole: a reader sees the old file or the new one."""
    draft = path.with_name(f"{path.name}.part")
    draft.write_text("".join(f"{line}\n" for line in pack.texts()), encoding="utf-8")
    draft.replace(path)


def parse_question(source: Mapping[str, object]) -> PackQuestion:
    """A question from JSON members; ValueError says, one fault a line, what is missing, unknown or of a wrong type."""
    from pydantic import ValidationError  # 0.1 s: only checking pays it, opening does not

    try:
        question: PackQuestion = _adapter().validate_json(json.dumps(source))
    except ValidationError as exc:
        raise ValueError("\n".join(f"{_place(fault['loc'])}: {fault['msg']}" for fault in exc.errors())) from exc
    return question


def attach(pack: Pack, handbook: Handbook) -> tuple[Pack, tuple[str, ...]]:
    """What of `pack` fits `handbook`, under the handbook's keys, and what was carried over or does not fit.

    A question whose words changed is known by its bullets: at least half of them must be the same. A bullet whose words
    changed fits no more, since one changed figure can turn what is right into what is wrong.
    """
    fitting: dict[str, bytes] = {}
    notices: list[str] = []
    strangers = [question for question in handbook.questions if question.key not in pack.keys]
    wanted = {question.key: question for question in handbook.questions}
    for key in pack.keys:
        line = pack._lines[key]
        target = wanted.get(key)
        if target and all(_member("key", bullet.key) in line for bullet in target.bullets):
            fitting[key] = line  # the usual case, without decoding
            continue
        prepared = pack.question(key)
        if prepared is None:
            continue
        target = target or _renamed(prepared, strangers)
        if target is None:
            notices.append(f"{prepared.ref} {prepared.question!r}: not in the handbook")
            continue
        fitted, lost = _fit(prepared, target)
        fitting[target.key] = _encode(fitted)
        notices += [f"{target.ref} bullet {text!r}: not in the handbook" for text in lost]
        if target.key != key:
            notices.append(f"{prepared.ref} {prepared.question!r}: carried over to {target.ref} {target.text!r}")
    return Pack(pack.provenance, fitting), tuple(notices)


def _renamed(prepared: PackQuestion, strangers: Sequence[Question]) -> Question | None:
    texts = {fold(bullet.text) for bullet in prepared.bullets}
    for question in strangers:
        same = sum(fold(bullet.plain) in texts for bullet in question.bullets)
        if 2 * same >= max(len(question.bullets), len(texts)):
            return question
    return None


def _fit(prepared: PackQuestion, target: Question) -> tuple[PackQuestion, list[str]]:
    """`prepared` under the keys of `target`, and the texts of its bullets that `target` does not have."""
    keys = {fold(bullet.plain): bullet.key for bullet in target.bullets}
    kept = [replace(one, key=keys[fold(one.text)]) for one in prepared.bullets if fold(one.text) in keys]
    lost = [one.text for one in prepared.bullets if fold(one.text) not in keys]
    return replace(prepared, key=target.key, bullets=tuple(kept)), lost


def _read(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as exc:
        raise PackError(f"{path}: cannot be read ({exc}); give the path of a pack (.jsonl)") from exc
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines:
        raise PackError(f"{path}: empty; make a pack with 'coach enrich'")
    return lines


def _validated(lines: Sequence[str]) -> tuple[Provenance | None, list[PackQuestion], list[str]]:
    """The provenance, the good questions, and what is wrong with the other lines."""
    from pydantic import TypeAdapter, ValidationError

    provenance: Provenance | None = None
    questions: dict[str, PackQuestion] = {}
    faults: list[str] = []
    for number, line in enumerate(lines, 1):
        try:
            if number == 1:
                provenance = TypeAdapter(Provenance).validate_json(line)
                continue
            question: PackQuestion = _adapter().validate_json(line)
        except ValidationError as exc:
            faults += [f"line {number}: {_place(fault['loc'])}: {fault['msg']}" for fault in exc.errors()]
            continue
        if question.key in questions:
            faults.append(f"line {number}: repeats the key {question.key!r} of {questions[question.key].ref}")
        questions[question.key] = question
    return provenance, list(questions.values()), faults


@lru_cache(maxsize=1)
def _adapter() -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(PackQuestion)


def _place(location: Sequence[int | str]) -> str:
    return ".".join(str(part) for part in location) or "line"


def _encode(value: PackQuestion | Provenance) -> bytes:
    return json.dumps(asdict(value), ensure_ascii=False, separators=(",", ":")).encode()


def _member(name: str, value: str) -> bytes:
    """A JSON member as `_encode` writes it."""
    return f'"{name}":{json.dumps(value)}'.encode()


def _key(line: bytes) -> str:
    """The key of a question's line, without decoding the rest of it."""
    start = f'{{"schema":{SCHEMA},"key":"'.encode()
    if not line.startswith(start):
        raise ValueError(f"a line begins {line[:30].decode(errors='replace')!r} instead of {start.decode()!r}")
    return line[len(start) :].partition(b'"')[0].decode()


def _decode_question(source: Mapping[str, Any]) -> PackQuestion:
    changed = {
        "why": Both(**source["why"]),
        "variants": tuple(Variant(**one) for one in source["variants"]),
        "aliases": tuple(tuple(group) for group in source["aliases"]),
        "bullets": tuple(_decode_bullet(one) for one in source["bullets"]),
        "model_answer": Both(**source["model_answer"]),
        "next": tuple(Both(**one) for one in source["next"]),
    }
    return PackQuestion(**{**source, **changed})


def _decode_bullet(source: Mapping[str, Any]) -> PackBullet:
    changed = {
        "facts": tuple(_decode_fact(one) for one in source["facts"]),
        "probes": tuple(Both(**one) for one in source["probes"]),
        "hints": tuple(Both(**one) for one in source["hints"]),
        "say": Both(**source["say"]),
        "audit": Audit(**source["audit"]) if source["audit"] else None,
    }
    return PackBullet(**{**source, **changed})


def _decode_fact(source: Mapping[str, Any]) -> Fact:
    lists = {name: tuple(source.get(name, ())) for name in ("numbers", *SENTENCES)}
    return Fact(**{**source, **lists})

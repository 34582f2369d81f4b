"""Writes a pack's entry through a chat model: one call for the question, one for each bullet, one for each fact.

Small calls, so that a small model keeps the form and a cut reply costs little. What the entry is about comes from the
handbook alone; the shape of the result is that of `index.pack`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from coach.formed import Draft, Text, ask, repeated
from coach.language import is_han, language_of
from coach.types import ChatModel
from index.keys import fold
from index.pack import Audit, Both, Fact, PackBullet, Variant
from index.packing import LEAST, VERDICTS
from index.types import Question
from prompts.library import fence, load

PROMPTS = ("enrich_question", "enrich_bullet", "enrich_sentences")
REPAIR = "enrich_repair"
MAX_FACTS = 4
MAX_NOTES = 2_000
"""Characters of what else the handbook says under a question; a book's chapter would drive the rules out of mind."""


@dataclass(frozen=True, slots=True)
class Head:
    """What is prepared for a question as a whole: the members of a `PackQuestion` beside its bullets."""

    en: str
    why: Both
    variants: tuple[Variant, ...]
    aliases: tuple[tuple[str, ...], ...]
    model_answer: Both
    next: tuple[Both, ...]


class Spoken(Draft):
    """The same in both languages."""

    zh: Text
    en: Text


class Ways(Draft):
    """Other ways to ask, by kind; the language of each is seen from its letters."""

    paraphrase: tuple[Text, ...]
    english: tuple[Text, ...]
    terse: tuple[Text, ...]
    indirect: tuple[Text, ...]


class QuestionDraft(Draft):
    """What the model says about a question as a whole."""

    en: Text
    why: Spoken
    variants: Ways
    aliases: tuple[tuple[Text, ...], ...]
    model_answer: Spoken
    next: tuple[Spoken, ...]


class FactDraft(Draft):
    """One fact of a bullet."""

    fact: Text
    en: Text
    essential: bool
    numbers: tuple[Text, ...]


class DoubtDraft(Draft):
    """The model's check of a bullet; all empty but the status when it finds nothing."""

    status: Literal["none", "doubtful", "dated"]
    zh: str
    en: str
    source: str


class BulletDraft(Draft):
    """What the model says about a bullet."""

    en: Text
    facts: Annotated[tuple[FactDraft, ...], Field(min_length=1)]
    probes: tuple[Spoken, ...]
    hints: tuple[Spoken, ...]
    say: Spoken
    doubt: DoubtDraft


class SentencesDraft(Draft):
    """How candidates say a fact, half-say it and get it wrong."""

    covered: Annotated[tuple[Text, ...], Field(min_length=1)]
    partial: tuple[Text, ...]
    wrong: Annotated[tuple[Text, ...], Field(min_length=1)]


class Author:
    """Writes through `chat`. Every method raises ChatError when no reply came, ReplyError when none can be used."""

    def __init__(self, chat: ChatModel) -> None:
        self._chat = chat
        self.name = chat.name
        self.prompt_ids = tuple(load(name).id for name in PROMPTS)

    def head(self, question: Question) -> Head:
        """What belongs to the question as a whole."""
        draft = ask(self._chat, PROMPTS[0], REPAIR, QuestionDraft, head_faults, entry=entry(question))
        variants = [Variant(script_of(text), kind, text) for kind, text in _ways(draft.variants)]  # type: ignore[arg-type]
        asked = fold(question.text)
        return Head(
            draft.en,
            _both(draft.why),
            tuple(variant for variant in variants if fold(variant.text) != asked),
            tuple(group for group in map(_distinct, draft.aliases) if len(group) > 1),
            _both(draft.model_answer),
            tuple(map(_both, draft.next)),
        )

    def bullet(self, question: Question, position: int) -> PackBullet:
        """What belongs to the bullet at `position`, its facts with their sentences."""
        own = question.bullets[position]

        def check(draft: BulletDraft) -> list[str]:
            return [*bullet_faults(draft), *giveaways(draft.probes, own.plain, question.text)]

        draft = ask(
            self._chat, PROMPTS[1], REPAIR, BulletDraft, check, entry=entry(question), bullet=f"b{position + 1}"
        )
        return PackBullet(
            own.key,
            own.plain,
            draft.en,
            tuple(self._fact(question, own.plain, fact) for fact in draft.facts[:MAX_FACTS]),
            tuple(map(_both, draft.probes)),
            tuple(map(_both, draft.hints)),
            _both(draft.say),
            _audit(draft.doubt),
        )

    def _fact(self, question: Question, bullet: str, draft: FactDraft) -> Fact:
        described = f"Question: {question.text}\nBullet: {bullet}\nFact: {draft.fact} / {draft.en}"
        said = ask(self._chat, PROMPTS[2], REPAIR, SentencesDraft, sentence_faults, fact=fence("material", described))
        kept = apart({name: getattr(said, name) for name in VERDICTS})
        numbers = tuple(number for number in draft.numbers if _states(draft, number))
        return Fact(draft.fact, draft.en, draft.essential, numbers, kept["covered"], kept["partial"], kept["wrong"])


def entry(question: Question) -> str:
    """The question with its chapter, its bullets numbered from b1, and its notes, fenced."""
    lines = [question.direction.title, f"Question: {question.text}"]
    lines += [f"b{n}: {bullet.plain}" for n, bullet in enumerate(question.bullets, 1)]
    if notes := "\n".join(question.notes)[:MAX_NOTES]:
        lines += ["Notes in the handbook:", notes]
    return fence("entry", "\n".join(lines))


def head_faults(draft: QuestionDraft) -> list[str]:
    """What falls short of a good entry."""
    texts = [text for _, text in _ways(draft.variants)]
    faults = [*_few("variants", _distinct(texts)), *_few("next", draft.next)]
    faults += [f"variants: {text!r} stands there twice" for text in repeated(texts)]
    faults += [f"aliases: {group[0]!r} has no equivalent" for group in draft.aliases if len(_distinct(group)) == 1]
    faults += _languages({"why": [draft.why], "model_answer": [draft.model_answer], "next": draft.next})
    return faults + _english({"en": draft.en})


def bullet_faults(draft: BulletDraft) -> list[str]:
    """What falls short of a good preparation."""
    faults = [*_few("probes", draft.probes), *_few("hints", draft.hints)]
    if len(draft.facts) > MAX_FACTS:
        faults.append(f"facts: {len(draft.facts)} of them, group them to at most {MAX_FACTS}")
    if not any(fact.essential for fact in draft.facts):
        faults.append("facts: none is essential; a bullet has at least one")
    for n, fact in enumerate(draft.facts):
        faults += [f"facts.{n}.numbers: {one!r} is not in the fact" for one in fact.numbers if not _states(fact, one)]
    faults += _languages({"probes": draft.probes, "hints": draft.hints, "say": [draft.say]})
    faults += _languages({"facts": [Spoken(zh=fact.fact, en=fact.en) for fact in draft.facts]})
    if draft.doubt.status != "none" and _audit(draft.doubt) is None:
        faults.append("doubt: zh, en and source are needed with this status; without a sure source it is none")
    return faults + _english({"en": draft.en})


def sentence_faults(draft: SentencesDraft) -> list[str]:
    """What falls short of enough, and varied, sentences."""
    listed: dict[str, Sequence[str]] = {name: getattr(draft, name) for name in VERDICTS}
    faults = [fault for name, texts in apart(listed).items() for fault in _few(name, texts)]
    faults += [f"{text!r} stands there twice" for text in repeated([t for texts in listed.values() for t in texts])]
    for language, name in (("zh", "Chinese"), ("en", "English")):
        if sum(language_of(text) == language for text in draft.covered) < 2:
            faults.append(f"covered: fewer than 2 sentences are {name}")
    return faults


def apart(listed: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Each list without repetitions, and without what stands in two lists: nobody knows which was meant."""
    owners: dict[str, set[str]] = {}
    for name, texts in listed.items():
        for text in texts:
            owners.setdefault(fold(text), set()).add(name)
    return {
        name: tuple(text for text in _distinct(texts) if len(owners[fold(text)]) == 1) for name, texts in listed.items()
    }


_TERM = re.compile(r"[a-z][a-z0-9+-]{2,}|\d+(?:[.,]\d+)?", re.IGNORECASE)


def giveaways(probes: Iterable[Spoken], bullet: str, question: str) -> Iterator[str]:
    """What a probe says of the bullet's numbers and terms that the question does not have.

    A term is a word in Latin letters: in a Chinese bullet each of them, in an English one those
    with a capital or a digit after their first letter.
    """
    chinese = any(map(is_han, bullet))
    terms = {found[0] for found in _TERM.finditer(unicodedata.normalize("NFKC", bullet))}
    telling = {term for term in terms if chinese or term[0].isdigit() or not term[1:].islower()}
    asked = question.lower()
    for probe in probes:
        words = {found[0].lower() for text in (probe.zh, probe.en) for found in _TERM.finditer(text)}
        for term in sorted(telling):
            if term.lower() in words and term.lower() not in asked:
                yield f"probes: {term!r} gives the bullet away; ask without it"


def script_of(text: str) -> Literal["zh", "en", "mixed"]:
    """In which letters a short text is written; a single English term does not make a Chinese one mixed."""
    words = len(re.findall(r"[A-Za-z]{2,}", text))
    if not any(map(is_han, text)):
        return "en"
    return "mixed" if words > 1 else "zh"


def _ways(ways: Ways) -> Iterator[tuple[str, str]]:
    """(kind, text), every text once."""
    seen: set[str] = set()
    for kind in ("paraphrase", "english", "terse", "indirect"):
        for text in getattr(ways, kind):
            if fold(text) not in seen:
                seen.add(fold(text))
                yield kind, text


def _few(name: str, values: Sequence[object]) -> Iterator[str]:
    if len(values) < LEAST[name]:
        yield f"{name}: {len(values)} different ones, needs {LEAST[name]}"


def _languages(said: Mapping[str, Sequence[Spoken]]) -> list[str]:
    faults = [f"{name}: zh is not Chinese ({one.zh[:30]!r})" for name in said for one in said[name] if not _zh(one.zh)]
    return faults + [fault for name in said for one in said[name] for fault in _english({f"{name}: en": one.en})]


def _english(texts: Mapping[str, str]) -> list[str]:
    return [f"{name} is not English ({text[:30]!r})" for name, text in texts.items() if language_of(text) != "en"]


def _zh(text: str) -> bool:
    return any(map(is_han, text))


def _states(fact: FactDraft, number: str) -> bool:
    """Whether the digits of `number` stand in the fact; a number in words is believed."""
    digits = re.findall(r"\d+(?:[.,]\d+)*", unicodedata.normalize("NFKC", number))
    return all(digit in unicodedata.normalize("NFKC", f"{fact.fact} {fact.en}") for digit in digits)


def _audit(doubt: DoubtDraft) -> Audit | None:
    """The doubt, when it is a whole one: without a source it is an opinion."""
    texts = [text.strip() for text in (doubt.zh, doubt.en, doubt.source)]
    return Audit(doubt.status, *texts) if doubt.status != "none" and all(texts) else None


def _both(said: Spoken) -> Both:
    return Both(said.zh, said.en)


def _distinct(texts: Sequence[str]) -> tuple[str, ...]:
    """Every text once; equal are those that differ in case, width or punctuation only."""
    return tuple({fold(text): text for text in reversed(texts)}.values())[::-1]

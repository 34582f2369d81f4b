"""Reads a fact's sentences blind, and drops those that it reads otherwise than they were written."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from coach.formed import Draft, Text, ask
from coach.types import ChatModel
from index.pack import Fact, PackBullet
from index.packing import VERDICTS
from prompts.library import fence, load

PROMPT = "enrich_reading"


class SaidDraft(Draft):
    """What the reader says of one sentence: first what it claims, then the verdict."""

    id: Text
    claims: str
    verdict: Literal["covered", "partial", "wrong", "none"]


class ReadingDraft(Draft):
    """What the reader says of all of them."""

    sentences: tuple[SaidDraft, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """A bullet after its second reading."""

    bullet: PackBullet
    read: int
    """Sentences that were read twice."""
    agreed: int
    """Those of them on which both readings agree: the ones that are left."""
    dropped: tuple[str, ...]


class SecondReader:
    """Reads through `chat`; it sees a fact and its sentences, in an order that tells nothing, and no label."""

    def __init__(self, chat: ChatModel) -> None:
        self._chat = chat
        self.name = chat.name
        self.prompt_id = load(PROMPT).id

    def read(self, bullet: PackBullet) -> Read:
        """`bullet` without the sentences that are read otherwise, or not at all. ChatError, ReplyError as in `ask`."""
        facts: list[Fact] = []
        dropped: list[str] = []
        total = 0
        for fact in bullet.facts:
            verdicts = self._verdicts(fact)
            total += len(verdicts)
            facts.append(_agreed(fact, verdicts))
            dropped += _otherwise(fact, verdicts)
        kept = replace(bullet, facts=tuple(facts))
        return Read(kept, total, sum(len(sentences(fact)) for fact in facts), tuple(dropped))

    def _verdicts(self, fact: Fact) -> Mapping[str, str]:
        """Sentence -> verdict."""
        shuffled = sentences(fact)
        random.Random(fact.fact).shuffle(shuffled)  # the same order in a second run, so that cached replies serve it
        ids = {f"s{n}": text for n, text in enumerate(shuffled, 1)}
        if not ids:
            return {}

        def check(draft: ReadingDraft) -> list[str]:
            missing = [one for one in ids if one not in {said.id.lower() for said in draft.sentences}]
            return [f"no entry for {one}" for one in missing]

        draft = ask(
            self._chat,
            PROMPT,
            "enrich_repair",
            ReadingDraft,
            check,
            fact=fence("fact", f"{fact.fact} / {fact.en}"),
            sentences=fence("sentences", "\n".join(f"{one}: {' '.join(text.split())}" for one, text in ids.items())),
            ids=", ".join(ids),
        )
        return {ids[said.id.lower()]: said.verdict for said in draft.sentences if said.id.lower() in ids}


def sentences(fact: Fact) -> list[str]:
    """All sentences of a fact, in the order of `VERDICTS`."""
    return [text for verdict in VERDICTS for text in getattr(fact, verdict)]


def _agreed(fact: Fact, verdicts: Mapping[str, str]) -> Fact:
    kept: dict[str, tuple[str, ...]] = {
        written: tuple(text for text in getattr(fact, written) if verdicts.get(text) == written) for written in VERDICTS
    }
    return replace(fact, covered=kept["covered"], partial=kept["partial"], wrong=kept["wrong"])


def _otherwise(fact: Fact, verdicts: Mapping[str, str]) -> Sequence[str]:
    return [
        f"{written} {text!r} was read as {verdicts.get(text, 'nothing at all')}"
        for written in VERDICTS
        for text in getattr(fact, written)
        if verdicts.get(text) != written
    ]

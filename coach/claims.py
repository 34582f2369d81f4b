"""What a grading reply says: claims by bullet, and what is wrong with the rest. Pure; asks nobody.

The form is the same for a grade and for an appeal. A reply that was cut off keeps its complete entries.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coach.extract import last_object, objects
from coach.grader import NEEDS_QUOTE
from coach.language import language_of
from coach.quotes import verify
from coach.types import BulletVerdict, ReplyForm, Verdict

OnVerdict = Callable[[BulletVerdict], None]

UNUSABLE = {"zh": "模型的回复无法使用，这一点未评分。", "en": "The model's reply could not be used; not graded."}
_QUOTE_FAULT = "its quotes are not verbatim stretches of the answer, or are all of it, or are none"


class Claim(BaseModel):
    """What the model says about one bullet, in the order in which it must say it."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")

    bullet: str
    """`b1` for the first bullet of the question."""
    requires: list[str] = []
    """The facts that the bullet requires."""
    quotes: list[str]
    lacking: str = ""
    """What is missing or wrong."""
    verdict: Literal["covered", "partial", "missing", "contradicted"]
    certainty: Annotated[float, Field(ge=0, le=1)] | None = None


def _schema() -> dict[str, object]:
    """The form of a reply, as strict endpoints want it: every field required, none added, no ranges."""
    texts = {"type": "array", "items": {"type": "string"}}
    fields: dict[str, object] = {
        "bullet": {"type": "string"},
        "requires": texts,
        "quotes": texts,
        "lacking": {"type": "string"},
        "verdict": {"type": "string", "enum": ["covered", "partial", "missing", "contradicted"]},
        "certainty": {"type": "number"},
    }
    entry = {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}
    top = {"bullets": {"type": "array", "items": entry}, "feedback": {"type": "string"}}
    return {"type": "object", "properties": top, "required": list(top), "additionalProperties": False}


FORM = ReplyForm("grade", _schema(), essential=("bullets",))
"""Feedback can be done without: a reply is not asked for again because of it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reply says: usable claims by position, and what is wrong with the rest."""

    claims: Mapping[int, Claim]
    feedback: str = ""
    faults: Mapping[int, str] = field(default_factory=dict)
    """Position -> why its entry must be judged again."""


def read_reply(text: str, positions: Sequence[int], answer: str) -> Reading:
    """The claims in a reply. Of a reply that was cut off, the complete entries are kept."""
    whole = last_object(text, {"bullets"})
    entries, feedback = _entries([whole] if whole else objects(text)), (whole or {}).get("feedback", "")
    claims, faults = _claims(entries, positions)
    usable = {i: claim for i, claim in claims.items() if i not in faults}
    faults |= {i: "no entry" for i in positions if i not in usable and i not in faults}
    faults |= {i: _QUOTE_FAULT for i, claim in usable.items() if not quotes_stand(claim, answer)}
    return Reading(usable, feedback if isinstance(feedback, str) else "", dict(sorted(faults.items())))


def _claims(entries: Iterable[Mapping[str, Any]], positions: Sequence[int]) -> tuple[dict[int, Claim], dict[int, str]]:
    """The last well-formed entry for each position, and what is wrong with the others."""
    claims: dict[int, Claim] = {}
    faults: dict[int, str] = {}
    for entry in entries:
        position = _position(entry)
        if position not in positions:
            continue
        try:
            claim = Claim.model_validate(entry)
        except ValidationError as exc:
            faults[position] = "; ".join(f"{e['loc'][0] if e['loc'] else 'entry'}: {e['msg']}" for e in exc.errors())
            continue
        if position in claims and claims[position].verdict != claim.verdict:
            faults[position] = "two entries with different verdicts"
        claims[position] = claim
    return claims, faults


def _position(entry: Mapping[str, Any]) -> int:
    """Which bullet an entry is about, from 0; "b2: its words" is b2. -1 when it does not say."""
    found = re.match(r"b([1-9]\d?)\b", str(entry.get("bullet")).strip().lower())
    return int(found[1]) - 1 if found else -1


def _entries(found: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Bullet entries, from whole replies and from the pieces of one that was cut off."""
    entries: list[Mapping[str, Any]] = []
    for value in found:
        inside = value.get("bullets")
        candidates = inside if isinstance(inside, list) else [value] if "bullet" in value else []
        entries += [entry for entry in candidates if isinstance(entry, dict)]
    return entries


class Listener:
    """Hears the reply piece by piece and tells each bullet's verdict once, when its object is complete."""

    def __init__(self, positions: Sequence[int], answer: str, on_verdict: OnVerdict) -> None:
        self._positions, self._answer, self._on_verdict = positions, answer, on_verdict
        self._text = ""
        self._told: set[int] = set()

    def __call__(self, piece: str) -> None:
        """Hear the next piece."""
        self._text += piece
        if "}" not in piece:  # nothing can have been completed
            return
        reading = read_reply(self._text, self._positions, self._answer)
        for position, claim in reading.claims.items():
            if position not in self._told:
                self._told.add(position)
                self._on_verdict(_said(position, claim))


def verdict_on(position: int, reading: Reading, answer: str) -> BulletVerdict:
    """What a reading comes to for one bullet; UNGRADED, with the reason, where it says nothing usable."""
    claim = reading.claims.get(position)
    if claim is None:
        return BulletVerdict(position, Verdict.UNGRADED, reason=UNUSABLE[language_of(answer)])
    return _said(position, claim)


def _said(position: int, claim: Claim) -> BulletVerdict:
    reason = claim.lacking or "；".join(claim.requires)
    return BulletVerdict(position, Verdict(claim.verdict), tuple(claim.quotes), reason, claim.certainty)


def quotes_stand(claim: Claim, answer: str) -> bool:
    """Whether the claim's verdict has the quotes that it needs."""
    return Verdict(claim.verdict) not in NEEDS_QUOTE or bool(verify(answer, claim.quotes))


def better(mended: Claim, first: Claim | None, answer: str) -> bool:
    """A repair that again quotes nothing real replaces nothing; the grader will withdraw the claim."""
    return first is None or quotes_stand(mended, answer)


def bullet_id(position: int) -> str:
    """How the bullet at `position` is called in prompt and reply."""
    return f"b{position + 1}"

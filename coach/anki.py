"""Missed bullets as a text file that Anki imports, one card each. Pure.

The note's GUID is the bullet's key, so a later export of the same bullet updates its card and never doubles it
(File > Import, "Existing notes: Update", which is Anki's default). Form: docs.ankiweb.net, "Text Files".
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from coach.ending import Gap
from coach.language import Language
from coach.material import Material, opening
from coach.words import say

HEAD = (
    "#separator:tab",
    "#html:true",
    "#notetype:Basic",
    "#deck:Interview coach",
    "#columns:GUID\tFront\tBack\tTags",
    "#guid column:1",
    "#tags column:4",
)


def anki_text(gaps: Sequence[Gap], material: Material, language: Language) -> str:
    """The file's text, ending with a line break; no cards when nothing was missed."""
    return "\n".join([*HEAD, *(_row(gap, material, language) for gap in gaps)]) + "\n"


def _row(gap: Gap, material: Material, language: Language) -> str:
    columns = (_guid(gap), _front(gap, material, language), _back(gap, material, language), _tags(gap))
    return "\t".join(columns)


def _guid(gap: Gap) -> str:
    return f"coach-{gap.question.bullets[gap.position].key}"


def _front(gap: Gap, material: Material, language: Language) -> str:
    """The question, and what leads to this bullet of it without giving it away."""
    question, position = gap.question, gap.position
    place = say("card_point", language, number=position + 1, count=len(question.bullets))
    if material.prepared(question):
        cue = material.probe(question, position, language)
    else:
        cue = opening(question.bullets[position].plain) + "…"
    return f"{_field(material.question(question, language))}<br><small>{_field(f'{place} {cue}')}</small>"


def _back(gap: Gap, material: Material, language: Language) -> str:
    question, position = gap.question, gap.position
    sentence, bullet = material.sentence(question, position, language), question.bullets[position].plain
    parts = [f"<b>{_field(sentence)}</b>"]
    parts += [_field(bullet)] if bullet != sentence else []
    if gap.words:
        parts.append(f"<i>{say(f'card_{gap.verdict}', language)}«{_field(gap.words)}»</i>")
    if note := material.doubt(question, position, language):
        parts.append(f"<small>{_field(say('doubtful', language) + note)}</small>")
    return "<br>".join([*parts, f"<small>{question.ref}</small>"])


def _field(text: str) -> str:
    """Text for one column: no markup of its own, no tab, and no quote, which would open a quoted column."""
    return escape(" ".join(text.split()))


def _tags(gap: Gap) -> str:
    direction = "-".join(gap.question.direction.title.split())
    verdict = "wrong" if gap.verdict == "contradicted" else str(gap.verdict)
    return f"interview-coach interview-coach::{escape(direction)} interview-coach::{verdict}"

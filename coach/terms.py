"""The terms of a handbook with what else they are called: for a dictation dictionary or a recogniser. Pure.

From the handbook alone: the keywords of its directions, what stands in bold, names in Latin letters. A pack adds what
it knows to mean the same, plausible mishearings included.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from coach.language import is_han, language_of
from index.keys import fold
from index.pack import Pack
from index.types import Handbook, Question

MAX_WORDS = 4
MAX_HAN = 12
"""What is longer, in bold or not, is a sentence and no term."""


@dataclass(frozen=True, slots=True)
class Term:
    """A term as the handbook spells it."""

    text: str
    aliases: tuple[str, ...] = ()
    """What means the same: the other language, spelled out, misheard."""
    refs: tuple[str, ...] = ()
    """Questions in which it occurs; none for a keyword of a direction that no question has."""

    def json(self) -> dict[str, object]:
        """The object that `coach terms --json` prints."""
        return {"schema": 1, "term": self.text, "aliases": list(self.aliases), "refs": list(self.refs)}


def terms_of(handbook: Handbook, pack: Pack | None = None) -> list[Term]:
    """Every term once, in the order in which the handbook brings them.

    Terms that differ in case, width or punctuation only are one; a term that the pack knows as another one's alias in
    the same question is not listed again.
    """
    found: dict[str, Term] = {}
    for question in handbook.questions:
        groups = [group for group in (pack.aliases(question.key) if pack else ()) if group]
        known = {fold(term) for group in groups for term in group}
        _add(found, (Term(first, tuple(others)) for first, *others in groups))
        _add(found, (Term(text) for text in named(question) if fold(text) not in known))
        _note(found, question, [group[0] for group in groups] + list(named(question)))
    for direction in handbook.directions:
        _add(found, map(Term, direction.keywords))
    return list(found.values())


def named(question: Question) -> Iterator[str]:
    """The terms in the words of a question and its bullets."""
    for bullet in question.bullets:
        for bold in _BOLD.findall(bullet.text):
            if _is_short(bold):
                yield bold.strip(" ：:")
    for text in (question.text, *(bullet.plain for bullet in question.bullets)):
        yield from latin_terms(text)


def latin_terms(text: str) -> Iterator[str]:
    """Names in Latin letters: in a Chinese text all that is not a mere connective, in an English one what has capitals.

    >>> list(latin_terms("FlashAttention 用 Online Softmax + tiling，见 Temporal/Airflow"))
    ['FlashAttention', 'Online Softmax', 'tiling', 'Temporal', 'Airflow']
    """
    chinese = language_of(text) == "zh"
    for run in _LATIN.findall(text):
        for piece in _apart(run):
            if _is_term(piece) and (chinese or _is_name(piece)):
                yield piece


_BOLD = re.compile(r"(?:\*\*|__)(.+?)(?:\*\*|__)")
_LATIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .+/&'@-]*")
_BETWEEN = re.compile(r"(?:^| )(?:vs\.?|or|and|to|with|by|for) | [+&/-] |(?<=[a-z])\. | {2,}", re.IGNORECASE)
_FIGURES = re.compile(r"^(?:[\d.+-]+[KMB]? )+|(?: [\d.+-]+[KMB]?)+$")


def _apart(run: str) -> Iterator[str]:
    for piece in _BETWEEN.split(run):
        halves = piece.split("/")
        # CI/CD and TCP/IP are one name, Temporal/Airflow are two.
        together = all(len(half) <= 3 for half in halves)
        yield from (_FIGURES.sub("", half.strip(" .+/&'@-")) for half in ([piece] if together else halves))


def _is_term(piece: str) -> bool:
    letters = sum(character.isalpha() for character in piece)
    return letters >= 2 and 2 * letters > len(piece.replace(" ", "")) and len(piece.split()) <= MAX_WORDS


def _is_name(piece: str) -> bool:
    """Whether English words are a name rather than prose: two capitals, or letters with digits."""
    capitals = sum(character.isupper() for character in piece)
    return len(piece.split()) == 1 and (capitals > 1 or any(character.isdigit() for character in piece))


def _is_short(text: str) -> bool:
    return len(text) > 1 and sum(map(is_han, text)) <= MAX_HAN and len(text.split()) <= MAX_WORDS


def _add(found: dict[str, Term], terms: Iterable[Term]) -> None:
    """Put terms in, or their aliases to the term that is there."""
    for term in terms:
        key = fold(term.text)
        if not key:
            continue
        there = found.setdefault(key, Term(term.text))
        others = {fold(alias): alias for alias in (*there.aliases, *term.aliases)}
        others.pop(key, None)
        found[key] = replace(there, aliases=tuple(others.values()))


def _note(found: dict[str, Term], question: Question, texts: Iterable[str]) -> None:
    for key in dict.fromkeys(map(fold, texts)):
        if key in found and question.ref not in found[key].refs:
            found[key] = replace(found[key], refs=(*found[key].refs, question.ref))

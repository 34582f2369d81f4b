"""What an edit of a handbook changed, and how the history follows it. Pure, but for `Remembered`, which is one file.

Keys are hashes of texts, so an edited bullet has a new key. Old and new are matched once: a question by its key, else
by its words; a bullet within its question by its key, else by its words. What finds no match is lost, and told.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from coach.errors import JournalError
from index.types import Handbook

ALIKE = 0.6
"""Least share of common text (difflib's ratio, in [0, 1]) at which an edited text is still the same point."""

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Old:
    """A question as it was: its text and its bullets, key -> text."""

    text: str
    bullets: Texts


@dataclass(frozen=True, slots=True)
class Changes:
    """The way from one version of a handbook to the next."""

    added: tuple[str, ...] = ()
    """Texts of new questions."""
    removed: tuple[str, ...] = ()
    """Texts of questions that are gone."""
    edited: tuple[tuple[str, str], ...] = ()
    """Old and new text of each question or bullet whose words changed."""
    new_bullets: tuple[str, ...] = ()
    """Texts of bullets added to known questions."""
    carried: Mapping[str, str] | None = None
    """Old bullet key -> new bullet key, where they differ."""
    lost: tuple[tuple[str, str], ...] = ()
    """(key, text) of bullets that are gone."""

    @property
    def any(self) -> bool:
        """Whether anything changed."""
        return bool(self.added or self.removed or self.edited or self.new_bullets or self.lost or self.carried)


def snapshot(book: Handbook) -> dict[str, Old]:
    """What `compare` needs of a handbook: question key -> texts."""
    return {q.key: Old(q.text, {b.key: b.plain for b in q.bullets}) for q in book.questions}


def compare(before: Mapping[str, Old], after: Mapping[str, Old]) -> Changes:
    """Match the questions and bullets of two versions."""
    pairs = _pairs({k: o.text for k, o in before.items()}, {k: o.text for k, o in after.items()})
    taken = set(pairs.values())
    edited = [(before[old].text, after[new].text) for old, new in pairs.items() if before[old].text != after[new].text]
    carried: dict[str, str] = {}
    lost = [item for key in before.keys() - pairs.keys() for item in before[key].bullets.items()]
    new_bullets: list[str] = []
    for old, new in pairs.items():
        was, now = before[old].bullets, after[new].bullets
        same = _pairs(was, now)
        carried |= {a: b for a, b in same.items() if a != b}
        edited += [(was[a], now[b]) for a, b in same.items() if was[a] != now[b]]
        lost += [(key, text) for key, text in was.items() if key not in same]
        new_bullets += [text for key, text in now.items() if key not in set(same.values())]
    return Changes(
        added=tuple(after[key].text for key in after if key not in taken),
        removed=tuple(before[key].text for key in before if key not in pairs),
        edited=tuple(edited),
        new_bullets=tuple(new_bullets),
        carried=carried,
        lost=tuple(lost),
    )


def _pairs(before: Texts, after: Texts) -> dict[str, str]:
    """Old key -> new key: the same key first, then the most alike of what is left, each once."""
    pairs = {key: key for key in before if key in after}
    old, new = [k for k in before if k not in pairs], [k for k in after if k not in pairs]
    likeness = sorted(((_likeness(before[a], after[b]), a, b) for a in old for b in new), reverse=True)
    for ratio, a, b in likeness:
        if ratio >= ALIKE and a not in pairs and b not in pairs.values():
            pairs[a] = b
    return pairs


def _likeness(first: str, second: str) -> float:
    # Without autojunk: it calls the frequent characters of a long Chinese text noise.
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


def told(changes: Changes, reviewed: Sequence[str]) -> list[str]:
    """Lines for the person; `reviewed`: keys of bullets that have a history."""
    history = set(reviewed)
    kept = sum(key in history for key in changes.carried or {})
    gone = [text for key, text in changes.lost if key in history]
    lines = [f"+ {text}" for text in changes.added] + [f"- {text}" for text in changes.removed]
    lines += [f"~ {old} -> {new}" for old, new in changes.edited] + [
        f"+ bullet: {text}" for text in changes.new_bullets
    ]
    lines += [f"- bullet: {text}" for _, text in changes.lost]
    if kept:
        lines.append(f"history of {kept} edited bullet(s) carried over")
    lines += [f"history lost with its bullet: {text}" for text in gone]
    return lines


class Remembered:
    """The last version of each handbook that was worked with, by name, in a folder of JSON files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, name: str) -> dict[str, Old] | None:
        """The version last kept; None for a handbook never seen, or a file that cannot be read any more."""
        try:
            found = json.loads(self._path(name).read_text(encoding="utf-8"))
            return {key: Old(text, bullets) for key, (text, bullets) in found.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return None

    def keep(self, name: str, version: Mapping[str, Old]) -> None:
        """Put this version in place of the last, whole or not at all."""
        path = self._path(name)
        draft = path.with_suffix(".part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            rows = {key: [old.text, dict(old.bullets)] for key, old in version.items()}
            draft.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
            draft.replace(path)
        except OSError as exc:
            raise JournalError(f"{path}: {exc.strerror}; free the disk or name another folder in COACH_HOME") from exc

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"

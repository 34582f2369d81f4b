"""Labels that a person gives blind: which bullets are shown, where the labels are kept, how they meet the data.

Reads and writes one file; shows nothing. A label is kept as soon as it is given, so a sitting may stop anywhere.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from coach.log import Log
from coach.types import Verdict
from evals.cases import GOLD_VERDICTS, AnswerCase, Data, stratified

FILE = "labels.jsonl"
"""In the data folder."""
CELLS = 60  # some twenty minutes
PER_ANSWER = 2  # an answer is read once for both

Cell = tuple[str, int]
"""Answer and bullet."""


@dataclass(frozen=True, slots=True)
class PersonLabel:
    """What a person said of one bullet; None for one that was passed over."""

    id: str
    bullet: int
    verdict: Verdict | None
    evidence: str = ""


def sample(cases: Sequence[AnswerCase], *, cells: int = CELLS, seed: int = 0) -> list[tuple[AnswerCase, int]]:
    """The bullets to label: two of each of some answers, evenly over kinds and questions; chance picks the bullets.

    The verdicts play no part in it, so that what is shown tells nothing.
    """
    rng = random.Random(f"{seed} label")
    answers = list(stratified([case for case in cases if case.labels], -(-cells // PER_ANSWER)))
    rng.shuffle(answers)
    chosen = []
    for case in answers:
        bullets = sorted(label.bullet for label in case.labels)
        chosen += [(case, bullet) for bullet in sorted(rng.sample(bullets, min(PER_ANSWER, len(bullets))))]
    return chosen[:cells]


class LabelFile:
    """The labels given so far."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._log = Log(path)
        self._known = {(label.id, label.bullet): label for label in map(_label, self._log.rows()) if label}

    def known(self) -> Mapping[Cell, PersonLabel]:
        """The last label of each bullet."""
        return self._known

    def add(self, label: PersonLabel, now: datetime) -> None:
        """Keep a label: on disk when this returns."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        row = {"id": label.id, "bullet": label.bullet, "verdict": label.verdict, "evidence": label.evidence}
        self._log.append([{**row, "at": now.isoformat()}])
        self._known[label.id, label.bullet] = label

    def close(self) -> None:
        """Close the file."""
        self._log.close()


def _label(row: Mapping[str, object]) -> PersonLabel | None:
    verdict, bullet = row.get("verdict"), row.get("bullet")
    if not isinstance(bullet, int) or (verdict is not None and verdict not in GOLD_VERDICTS):
        return None
    return PersonLabel(str(row.get("id")), bullet, Verdict(str(verdict)) if verdict else None, str(row.get("evidence")))


def with_person(data: Data, labels: Mapping[Cell, PersonLabel]) -> Data:
    """The data with what a person said beside its labels."""
    if not labels:
        return data

    def marked(case: AnswerCase) -> AnswerCase:
        said = [labels.get((case.id, label.bullet)) for label in case.labels]
        pairs = zip(case.labels, said, strict=True)
        return replace(case, labels=tuple(replace(label, person=s.verdict if s else None) for label, s in pairs))

    return replace(data, answers=tuple(map(marked, data.answers)))

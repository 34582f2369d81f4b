"""Which bullets of a graded answer deserve another word: a follow-up, a question to the person, a mark. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from coach.events import Graded
from coach.types import CREDIT, BulletGrade, Verdict

ORDER = {Verdict.CONTRADICTED: 0, Verdict.PARTIAL: 1, Verdict.MISSING: 2}


def worth_probing(graded: Graded) -> list[int]:
    """Bullets a follow-up should go for: wrong, then half-said, then missing; none after a total blank."""
    bullets = _bullets(graded)
    if not _said_something(bullets):
        return []
    found = [(ORDER[b.verdict], i) for i, b in enumerate(bullets) if b.verdict in ORDER and not b.differs]
    return [i for _, i in sorted(found)]


def unsure(graded: Graded) -> list[int]:
    """Bullets that the person should be asked about, the least certain first."""
    found = [(b.certainty or 0.0, i) for i, b in enumerate(_bullets(graded)) if b.unsure]
    return [i for _, i in sorted(found)]


def focus_of(graded: Graded) -> int:
    """The bullet that a single key overrules: the one to mend first; the first when nothing is to mend."""
    found = graded.attempt.grade.worst if graded.attempt and graded.attempt.grade else None
    return found or 0


def verdict_at(graded: Graded, position: int) -> Verdict | None:
    """The verdict on a bullet; None for an ungraded answer."""
    bullets = _bullets(graded)
    return bullets[position].verdict if bullets else None


def _bullets(graded: Graded) -> Sequence[BulletGrade]:
    return graded.attempt.grade.bullets if graded.attempt and graded.attempt.grade else ()


def _said_something(bullets: Sequence[BulletGrade]) -> bool:
    return any(CREDIT.get(b.verdict) or b.verdict is Verdict.CONTRADICTED for b in bullets)

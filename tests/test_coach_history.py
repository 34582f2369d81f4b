"""What practice has shown of each bullet."""

from __future__ import annotations

from datetime import timedelta

from kitchen import NOW, TEA, attempt

from coach.history import last_said
from coach.types import Verdict

COVERED, PARTIAL, MISSING, WRONG, UNGRADED = Verdict
BOILS, STEEPS = (b.key for b in TEA.bullets)


def test_last_verdict_counts_and_a_persons_mark_wins() -> None:
    first = attempt(TEA, MISSING, WRONG, name="a1")
    second = attempt(TEA, COVERED, MISSING, name="a2", at=NOW + timedelta(days=1))
    said = last_said([first, second], {"a2": {1: PARTIAL}})
    assert (said[BOILS].verdict, said[STEEPS].verdict) == (COVERED, PARTIAL)
    assert said[BOILS].words == "水凉着泡"


def test_prompted_answer_changes_nothing_unless_it_says_something_wrong() -> None:
    first = attempt(TEA, MISSING, COVERED, name="a1")
    second = attempt(TEA, COVERED, WRONG, name="a2", prompted=True)
    said = last_said([first, second], {})
    assert (said[BOILS].verdict, said[STEEPS].verdict) == (MISSING, WRONG)


def test_ungraded_bullet_is_not_known() -> None:
    assert set(last_said([attempt(TEA, UNGRADED, COVERED)], {})) == {STEEPS}


def test_sure_and_wrong_takes_confidence_and_a_lost_bullet() -> None:
    sure = last_said([attempt(TEA, WRONG, PARTIAL, confidence=3)], {})
    unsure = last_said([attempt(TEA, WRONG, MISSING, confidence=2)], {})
    silent = last_said([attempt(TEA, WRONG, MISSING)], {})
    assert [said[key].sure_and_wrong for said in (sure, unsure, silent) for key in (BOILS, STEEPS)] == [
        True,
        *[False] * 5,
    ]

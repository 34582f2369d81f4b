"""The interview as a transcript of events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from coach.errors import ChatError
from coach.journal import Journal
from coach.material import Material
from coach.practice import Asked, Explained, FollowedUp, Graded, Interview, Said, Saved, Summary, worth_probing
from coach.schedule import recall, review
from coach.turns import BlockReader, Verb
from coach.types import Attempt, BulletGrade, Grade, JudgeId, Rubric, Verdict
from index.types import Bullet, Direction, Question

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
KITCHEN = Direction(1, "厨房")


def question(ref: str, *bullets: str) -> Question:
    return Question(ref, f"q{ref}", KITCHEN, f"{ref}？", tuple(Bullet(f"{ref}-{b}", b, b, 1) for b in bullets), 1)


TEA, RICE = question("1.1", "水要开", "三分钟"), question("1.2", "先淘米")


def by_word(asked: Question, answer: str) -> Grade:
    """Grade by the plainest rule: a bullet whose text stands in the answer is covered."""
    if "掉线" in answer:
        raise ChatError("not reached")
    if "打断" in answer:
        raise KeyboardInterrupt
    graded = [
        BulletGrade(b, Verdict.COVERED if b.plain in answer else Verdict.MISSING, certainty=1.0) for b in asked.bullets
    ]
    return Grade(asked, Rubric("ref", asked.ref), tuple(graded), JudgeId("offline"))


def ticking() -> Iterator[datetime]:
    now = NOW
    while True:
        yield now
        now += timedelta(seconds=1)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "journal.db") as opened:
        yield opened


def run(journal: Journal, text: str, *questions: Question, follow_ups: bool = False) -> tuple[list[object], str]:
    ticks = ticking()
    session = journal.start_session("book", "study", [q.ref for q in questions], NOW)
    interview = Interview(by_word, journal, "book", Material(), "zh", lambda: next(ticks), follow_ups=follow_ups)
    return list(interview.run(questions, BlockReader(text), session_id=session.id)), session.id


def verdicts(event: object) -> list[str]:
    assert isinstance(event, Graded)
    assert event.attempt is not None
    assert event.attempt.grade is not None
    return [b.verdict.value for b in event.attempt.grade.bullets]


def test_two_questions_are_asked_graded_saved_and_summed_up(journal: Journal) -> None:
    events, session = run(journal, "水要开\n---\n先淘米", TEA, RICE)
    assert [type(e) for e in events] == [Asked, Saved, Graded, Asked, Saved, Graded, Summary]
    assert verdicts(events[2]) == ["covered", "missing"]
    summary = events[-1]
    assert isinstance(summary, Summary)
    assert summary.score == 0.75  # (0.5 + 1) / 2
    assert [(gap.question.ref, gap.position) for gap in summary.gaps] == [("1.1", 1)]
    assert [a.grade is not None for a in journal.attempts(session_id=session)] == [True, True]
    assert journal.sessions()[0].ended_at is not None


def test_answer_is_on_disk_before_grading_begins(journal: Journal) -> None:
    session = journal.start_session("book", "study", ["1.1"], NOW)
    interview = Interview(by_word, journal, "book", Material(), "zh", lambda: NOW)
    for event in interview.run([TEA], BlockReader("水要开"), session_id=session.id):
        if isinstance(event, Saved):
            assert [a.answer for a in journal.pending()] == ["水要开"]


@pytest.mark.parametrize("answer", ["掉线", "打断"])
def test_answer_whose_grading_fails_waits_and_the_interview_goes_on(journal: Journal, answer: str) -> None:
    events, _ = run(journal, f"{answer}\n---\n先淘米", TEA, RICE)
    assert isinstance(events[2], Graded)
    assert events[2].problem is not None
    assert [a.answer for a in journal.pending()] == [answer]
    summary = events[-1]
    assert isinstance(summary, Summary)
    assert (summary.pending, len(summary.graded)) == (1, 1)


def test_skip_quit_and_end_of_input_leave_the_rest_for_resume(journal: Journal) -> None:
    events, _ = run(journal, "/skip\n---\n/quit", TEA, RICE)
    assert [type(e) for e in events] == [Asked, Graded, Asked, Summary]
    assert journal.sessions()[0].plan == ("1.2",)
    assert journal.sessions()[0].ended_at is None
    _, session = run(journal, "水要开", TEA, RICE)
    assert next(s for s in journal.sessions() if s.id == session).plan == ("1.2",)


def test_again_asks_the_last_question_once_more(journal: Journal) -> None:
    events, session = run(journal, "一\n---\n/again\n---\n水要开三分钟\n---\n先淘米", TEA, RICE)
    assert [e.question.ref for e in events if isinstance(e, Asked)] == ["1.1", "1.2", "1.1", "1.2"]
    assert [a.question.ref for a in journal.attempts(session_id=session)] == ["1.1", "1.1", "1.2"]


def test_hint_marks_the_attempt_assisted_and_is_a_ladder(journal: Journal) -> None:
    events, _ = run(journal, "/hint\n---\n/hint\n---\n水要开", TEA)
    said = [e.text for e in events if isinstance(e, Said)]
    assert len(set(said)) == 2
    assert journal.attempts()[0].hints_used == 2


def test_mark_replaces_the_verdict_in_the_schedule_and_keeps_the_judges(journal: Journal) -> None:
    run(journal, "水要开\n---\n/mark 2 c\n---\n先淘米", TEA, RICE)
    first = journal.attempts()[0]
    assert journal.marks(first.id) == {1: Verdict.COVERED}
    assert first.grade is not None
    assert first.grade.bullets[1].verdict is Verdict.MISSING
    # One review with Good, at the moment of the answer: not Again followed by Good.
    assert journal.cards("book")["1.1-三分钟"] == review(None, 3, NOW)
    assert [r.rating for r in journal.reviews("book") if r.bullet_key == "1.1-三分钟"] == [3]


def test_verbs_that_need_a_grade_say_so_before_there_is_one(journal: Journal) -> None:
    events, _ = run(journal, "/why 1\n---\n/mark 1 c\n---\n/dance\n---\n水要开", TEA)
    assert [type(e) for e in events] == [Asked, Said, Said, Said, Saved, Graded, Summary]


def test_why_and_more_explain_the_last_grade(journal: Journal) -> None:
    events, _ = run(journal, "水要开\n---\n/why 2\n---\n/more\n---\n/why 9\n---\n先淘米", TEA, RICE)
    assert [e.position for e in events if isinstance(e, Explained)] == [1, None]


def test_follow_ups_go_for_the_costliest_bullet_and_count_as_prompted(journal: Journal) -> None:
    events, session = run(journal, "水要开\n---\n三分钟\n---\n先淘米", TEA, RICE, follow_ups=True)
    asked = [e for e in events if isinstance(e, FollowedUp)]
    assert [e.question.bullets[0].plain for e in asked] == ["三分钟"]
    assert "三分钟" not in asked[0].text
    assert [a.prompted for a in journal.attempts(session_id=session)] == [False, True, False]
    summary = events[-1]
    assert isinstance(summary, Summary)
    assert summary.score == 0.75  # the prompted answer does not change the mean


def test_nothing_is_probed_after_a_blank() -> None:
    blank = by_word(TEA, "")
    attempt = Attempt("a", "s", TEA, "", NOW, grade=blank)
    assert worth_probing(Graded(TEA, attempt)) == []


class Interactive(BlockReader):
    """A person who gives verbs after the feedback."""

    interactive = True

    def __init__(self, text: str, verbs: list[Verb | None]) -> None:
        super().__init__(text)
        self.verbs = verbs

    def read_verb(self, prompt: str) -> Verb | None:
        """The next of the scripted verbs."""
        return self.verbs.pop(0)


def test_verbs_after_the_feedback_come_before_the_next_question(journal: Journal) -> None:
    session = journal.start_session("book", "study", [], NOW)
    interview = Interview(by_word, journal, "book", Material(), "zh", lambda: NOW)
    reader = Interactive("水要开\n---\n水要开", [Verb("why", "1"), Verb("again"), Verb("quit")])
    events = list(interview.run([TEA, RICE], reader, session_id=session.id))
    assert [type(e) for e in events] == [Asked, Saved, Graded, Explained, Asked, Saved, Graded, Summary]
    assert journal.sessions()[0].plan == ("1.2",)  # 1.1 was answered before the person left


def test_what_the_feedback_showed_counts_again_only_on_the_next_day(journal: Journal) -> None:
    def sit(now: datetime) -> None:
        session = journal.start_session("book", "study", ["1.1"], now)
        cards, revealed = journal.cards("book"), journal.reveals("book")
        interview = Interview(
            by_word, journal, "book", Material(), "zh", lambda: now, cards=cards, revealed=revealed, zone=UTC
        )
        list(interview.run([TEA], BlockReader("水要开"), session_id=session.id))

    sit(NOW)
    first = journal.cards("book")
    sit(NOW + timedelta(hours=1))
    assert journal.cards("book") == first
    sit(NOW + timedelta(days=1))
    assert journal.cards("book")["1.1-水要开"] == review(first["1.1-水要开"], 3, NOW + timedelta(days=1))
    predicted = [r.predicted for r in journal.reviews("book") if r.bullet_key == "1.1-水要开"]
    assert predicted == [None, recall(first["1.1-水要开"], NOW + timedelta(days=1))]


def test_answer_after_the_model_answer_changes_no_card(journal: Journal) -> None:
    run(journal, "/model\n---\n水要开", TEA)
    assert journal.cards("book") == {}
    assert set(journal.reveals("book")) == {"1.1-水要开", "1.1-三分钟"}


def test_mark_after_a_follow_up_still_starts_from_the_card_before_the_answer(journal: Journal) -> None:
    run(journal, "水要开\n---\n三分钟\n---\n/mark 1 w", TEA, RICE, follow_ups=True)
    assert journal.cards("book") == {"1.1-水要开": review(None, 1, NOW), "1.1-三分钟": review(None, 1, NOW)}

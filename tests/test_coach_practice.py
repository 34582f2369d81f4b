"""The interview as a transcript of events."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from coach.errors import ChatError
from coach.events import Asked, Explained, FollowedUp, Graded, Heard, Matched, Said, Saved, Summary, Unsure
from coach.journal import Journal
from coach.material import Material
from coach.practice import Interview
from coach.probing import worth_probing
from coach.schedule import recall, review
from coach.turns import BlockReader, Verb
from coach.types import Attempt, BulletGrade, Explanation, Grade, JudgeId, Quote, Rubric, Verdict
from coach.verbs import About
from index.types import Bullet, Direction, Hit, Question, Ranking

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

    def read_verb(self, focus: int, bullets: int) -> Verb | None:
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


class Person(BlockReader):
    """A person at a terminal: answers from a text, keys and verbs from a script."""

    interactive = True

    def __init__(self, text: str, keys: str = "", verbs: Sequence[Verb | None] = ()) -> None:
        super().__init__(text)
        self.keys, self.verbs = list(keys), list(verbs)
        self.asked: list[str] = []

    def read_verb(self, focus: int, bullets: int) -> Verb | None:
        """The next verb; Enter when there is none left."""
        return self.verbs.pop(0) if self.verbs else None

    def choose(self, prompt: str, keys: str) -> str | None:
        """The next key, `-` being Enter; keeps what was asked."""
        self.asked.append(prompt)
        key = self.keys.pop(0) if self.keys else "-"
        return key if key in keys else None


def sit(journal: Journal, reader: Person, *questions: Question, **settings: Any) -> list[object]:
    ticks = ticking()
    session = journal.start_session("book", settings.get("mode", "study"), [q.ref for q in questions], NOW)
    settings = {"grade": by_word, "clock": lambda: next(ticks), **settings}
    interview = Interview(journal=journal, handbook="book", material=Material(), language="zh", **settings)
    return list(interview.run(questions, reader, session_id=session.id))


def test_person_hears_follow_ups_before_the_feedback_that_gives_them_away(journal: Journal) -> None:
    events = sit(journal, Person("水要开\n---\n三分钟"), TEA, follow_ups=True)
    assert [type(e) for e in events] == [Asked, Saved, FollowedUp, Saved, Graded, Graded, Summary]
    main, followed = [e for e in events if isinstance(e, Graded)]
    assert not main.prompted
    assert followed.after is Verdict.MISSING
    assert verdicts(followed) == ["covered"]


def test_skip_leaves_out_one_follow_up_and_quit_ends_the_sitting_after_the_feedback(journal: Journal) -> None:
    events = sit(journal, Person("三分钟\n---\n/skip"), replace(TEA, ref="1.3"), follow_ups=True)
    assert [type(e) for e in events] == [Asked, Saved, FollowedUp, Graded, Summary]
    events = sit(journal, Person("三分钟\n---\n/quit\n---\n先淘米"), TEA, RICE, follow_ups=True)
    assert [type(e) for e in events] == [Asked, Saved, FollowedUp, Graded, Summary]
    assert journal.sessions()[-1].plan == ("1.2",)


def test_real_interview_gives_no_grade_before_its_end(journal: Journal) -> None:
    events = sit(journal, Person("水要开\n---\n三分钟\n---\n先淘米"), TEA, RICE, mode="real", follow_ups=True)
    kinds = [type(e) for e in events]
    assert kinds == [Asked, Saved, FollowedUp, Saved, Asked, Saved, Said, Graded, Graded, Graded, Summary]
    assert all(a.grade for a in journal.attempts())


def test_real_interview_asks_on_while_an_answer_is_graded(journal: Journal) -> None:
    asked_again = threading.Event()

    def slow(asked: Question, answer: str) -> Grade:
        assert asked is RICE or asked_again.wait(10), "the next question waited for this grade"
        return by_word(asked, answer)

    ticks = ticking()
    session = journal.start_session("book", "real", ["1.1", "1.2"], NOW)
    interview = Interview(slow, journal, "book", Material(), "zh", lambda: next(ticks), mode="real")
    events = []
    for event in interview.run([TEA, RICE], Person("水要开\n---\n先淘米"), session_id=session.id):
        if isinstance(event, Asked) and event.question is RICE:
            asked_again.set()
        events.append(event)
    assert [verdicts(e) for e in events if isinstance(e, Graded)] == [["covered", "missing"], ["covered"]]


def test_confidence_is_asked_before_the_grade_and_kept(journal: Journal) -> None:
    reader = Person("水要开\n---\n先淘米", keys="4-")
    sit(journal, reader, TEA, RICE)
    assert [a.confidence for a in journal.attempts()] == [4, None]
    assert len(reader.asked) == 2


def test_sure_and_took_said_before_the_answer_go_with_it_and_ask_nothing(journal: Journal) -> None:
    reader = Person("/sure 3\n---\n/took 75\n---\n水要开")
    sit(journal, reader, TEA)
    assert [(a.confidence, a.took_s) for a in journal.attempts()] == [(3, 75.0)]
    assert reader.asked == []


def test_took_after_the_feedback_mends_the_answer_but_sure_comes_too_late(journal: Journal) -> None:
    sit(journal, Person("水要开", verbs=[Verb("took", "80"), Verb("sure", "4"), Verb("took", "never")]), TEA)
    assert [(a.confidence, a.took_s) for a in journal.attempts()] == [(None, 80.0)]


def test_no_question_is_begun_once_the_minutes_are_over(journal: Journal) -> None:
    def hours() -> Iterator[datetime]:
        for hour in range(99):
            yield NOW + timedelta(hours=hour)

    clock = hours()
    events = sit(journal, Person("水要开"), TEA, RICE, minutes=30, clock=lambda: next(clock))
    assert [e.question.ref for e in events if isinstance(e, Asked)] == []
    clock = hours()
    events = sit(journal, Person("水要开"), TEA, RICE, minutes=90, clock=lambda: next(clock))
    assert [e.question.ref for e in events if isinstance(e, Asked)] == ["1.1"]
    assert journal.sessions()[-1].ended_at is not None


def unsure_of_the_second(asked: Question, answer: str) -> Grade:
    grade = by_word(asked, answer)
    bullets = [replace(b, certainty=0.55 if i == 1 else 0.9) for i, b in enumerate(grade.bullets)]
    return replace(grade, bullets=tuple(bullets))


def test_person_settles_with_one_key_what_the_judge_is_unsure_of(journal: Journal) -> None:
    events = sit(journal, Person("水要开，泡一会儿", keys="-h"), TEA, grade=unsure_of_the_second)
    asked = [e for e in events if isinstance(e, Unsure)]
    assert [e.position for e in asked] == [1]
    assert journal.marks(journal.attempts()[0].id) == {1: Verdict.PARTIAL}
    summary = events[-1]
    assert isinstance(summary, Summary)
    assert summary.score == 0.75  # (1 + 0.5) / 2: the person's word counts in the summary too


def second_reader(asked: Question, position: int, answer: str, why: str) -> BulletGrade:
    return BulletGrade(asked.bullets[position], Verdict.COVERED, (Quote(answer, 0, len(answer)),), certainty=0.9)


def test_appeal_that_is_upheld_counts_and_a_persons_mark_is_not_touched_by_one(journal: Journal) -> None:
    about = About(second=second_reader)
    verbs = [Verb("appeal", "2 我说了三分"), Verb("mark", "1 w"), Verb("appeal", "1 其实说了"), Verb("appeal", "9")]
    events = sit(journal, Person("水要开", verbs=verbs), TEA, about=about)
    attempt = journal.attempts()[0]
    assert journal.marks(attempt.id) == {0: Verdict.CONTRADICTED, 1: Verdict.COVERED}
    assert journal.mark_source(attempt.id, 1) == "appeal"
    said = [e.text for e in events if isinstance(e, Said)]
    assert "missing → covered" in said[0]
    assert "100 %" in said[0]


def test_appeal_without_a_second_reader_names_the_way_out(journal: Journal) -> None:
    events = sit(journal, Person("水要开", verbs=[Verb("appeal", "2 说了")]), TEA)
    assert "/mark 2 y" in next(e.text for e in events if isinstance(e, Said))


def test_looking_the_question_up_counts_as_help(journal: Journal) -> None:
    def look_up(query: str) -> tuple[Ranking, Explanation | None]:
        return Ranking(query, (Hit(TEA, 0.9, 0),), abstained=False), Explanation("水要开", ("1.1",), "handbook")

    sit(journal, Person("/ask 怎么泡茶\n---\n水要开\n---\n先淘米"), TEA, RICE, about=About(look_up=look_up))
    assert [a.hints_used for a in journal.attempts()] == [1, 0]
    assert journal.cards("book").keys() == {"1.2-先淘米"}  # what was looked up says nothing about memory


OWN = Question("", "own", Direction(0, "自己的题"), "茶怎么泡才好喝", (), 0)


def by_given(asked: Question, answer: str, *, rubric: Rubric, context: tuple[Hit, ...]) -> Grade:
    return replace(by_word(asked, answer), rubric=rubric)


@pytest.mark.parametrize(
    ("abstained", "key", "graded"), [(False, "-", "1.1"), (False, "2", "1.2"), (False, "n", None), (True, "-", None)]
)
def test_own_question_is_graded_by_the_match_that_is_confirmed(
    journal: Journal, abstained: bool, key: str, graded: str | None
) -> None:
    def match(query: str) -> Ranking:
        return Ranking(query, (Hit(TEA, 0.8, None), Hit(RICE, 0.1, None), Hit(RICE, 0.001, None)), abstained)

    events = sit(journal, Person("水要开", keys=key), OWN, grade=by_given, match=match)
    matched = next(e for e in events if isinstance(e, Matched))
    assert [hit.question.ref for hit in matched.hits] == ["1.1", "1.2"]
    last = [e for e in events if isinstance(e, Graded)][-1]
    assert last.attempt is not None
    assert (last.attempt.grade.rubric.ref if last.attempt.grade else None) == graded
    assert [a.answer for a in journal.attempts()] == ["水要开"]
    assert len(journal.without_rubric("book")) == (graded is None)


def test_follow_ups_on_a_bullet_rotate_over_sittings(journal: Journal) -> None:
    probes = []

    def probe(asked: Question, position: int, answer: str, times: int) -> str:
        probes.append((position, times))
        return "?"

    for _ in range(2):
        sit(journal, Person("水要开\n---\n不知道"), TEA, follow_ups=True, probe=probe)
    assert probes == [(1, 0), (1, 1)]


def test_bullets_are_heard_as_they_are_graded_but_not_before_a_follow_up(journal: Journal) -> None:
    def aloud(asked: Question, answer: str, *, on_bullet: Callable[[int, BulletGrade], None]) -> Grade:
        grade = by_word(asked, answer)
        for position, bullet in enumerate(grade.bullets):
            on_bullet(position, bullet)
        return grade

    def heard(follow_ups: bool) -> list[bool]:
        events = sit(journal, Person("水要开"), TEA, grade=aloud, aloud=True, follow_ups=follow_ups)
        return [e.grade is not None for e in events if isinstance(e, Heard)]

    assert heard(follow_ups=False) == [True, True]
    assert heard(follow_ups=True) == [False, False]


def test_again_works_in_a_real_interview_and_says_when_there_is_nothing_before(journal: Journal) -> None:
    events = sit(journal, Person("/again\n---\n一\n---\n/again\n---\n水要开\n---\n先淘米"), TEA, RICE, mode="real")
    assert [e.question.ref for e in events if isinstance(e, Asked)] == ["1.1", "1.2", "1.1", "1.2"]
    assert sum(isinstance(e, Said) for e in events) == 2  # nothing before; and the word before the feedback


class Impatient(Person):
    """Presses Ctrl-C when asked how sure they are."""

    def choose(self, prompt: str, keys: str) -> str | None:
        """Ctrl-C."""
        raise KeyboardInterrupt


def test_ctrl_c_at_the_question_of_confidence_leaves_the_grade_alone(journal: Journal) -> None:
    sit(journal, Impatient("水要开"), TEA)
    assert [(a.confidence, a.grade is not None) for a in journal.attempts()] == [(None, True)]


def test_own_question_has_no_hints_and_says_where_to_look(journal: Journal) -> None:
    events = sit(journal, Person("/hint\n---\n/model\n---\n水要开"), OWN, match=lambda query: Ranking(query, (), True))
    assert ["/ask" in e.text for e in events if isinstance(e, Said)] == [True, True]
    assert [a.hints_used for a in journal.attempts()] == [0]

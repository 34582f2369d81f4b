"""What to practise on each day until the interview, and what there is no time for. Pure.

First a diagnostic of at most twenty minutes: in every direction that was never asked, its hottest question. Then, day
by day, the questions whose practice pays most, as many as the minutes hold. What a practice pays is the recall on the
morning of the interview that it is expected to add, summed over the question's bullets: with the chance that the bullet
is known by then it is reviewed as Good, else as Again (a bullet never asked is taken to be known with `UNKNOWN`). What
was last said wrong counts double, and so do hot questions and directions in focus. A question comes back when the first
of its bullets falls due, and not before the next day. Nothing is planned after the date; on the day itself there is
only `coach review`.

docs/practice-simulation.md compares this order with others; putting every wrong statement first, as it once did, was
worse in all of them.

Later days are a projection: it assumes that a question answered fully before is answered fully again, and that any
other gets half (`Hard`). The plan is made anew from the journal whenever it is shown, so only today's part binds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from coach.history import Said
from coach.pace import Pace, own_pace
from coach.schedule import day_of, due_at, recall, review
from coach.types import Attempt, Verdict
from index.types import Direction, Handbook, Question

DIAGNOSTIC_MIN = 20.0
UNKNOWN = 1 / 3
HOT, FOCUS, WRONG = 2.0, 2.0, 2.0
STALE_DAYS = 5  # what a practice pays changes slowly: on a projected day it may be so old
INTERVIEW_H = 9  # recall is predicted for the morning
HORIZON_DAYS = 60  # beyond it the projection says nothing that the next plan would not say better


class Why(StrEnum):
    """Why a question is on a day's list."""

    DIAGNOSTIC = "diagnostic"
    WRONG = "wrong"
    DUE = "due"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a day."""

    question: Question
    why: Why
    minutes: float


@dataclass(frozen=True, slots=True)
class Day:
    """One day's list; empty on the day of the interview, which is for `coach review`."""

    day: date
    items: tuple[Item, ...]

    @property
    def minutes(self) -> float:
        """What the list takes."""
        return sum(item.minutes for item in self.items)


@dataclass(frozen=True, slots=True)
class Dropped:
    """Questions of one direction that are never reached."""

    direction: Direction
    questions: tuple[Question, ...]
    in_focus: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """The days from today to the interview, both included."""

    interview: date
    minutes: float
    pace: Pace
    done_today: int
    """Questions answered today already; their time is taken off today's minutes."""
    days: tuple[Day, ...]
    dropped: tuple[Dropped, ...]
    late: tuple[Question, ...]
    """Asked before, due again before the date, and no longer fitting in."""

    @property
    def today(self) -> Day:
        """The first day."""
        return self.days[0]


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person has told: the date, minutes a day, and the directions in focus, by number."""

    interview: date
    minutes: float
    focus: frozenset[int] = frozenset()


def make_plan(
    book: Handbook,
    attempts: Sequence[Attempt],
    said: Mapping[str, Said],
    cards: Mapping[str, str],
    wish: Wish,
    *,
    now: datetime,
    zone: tzinfo | None = None,
    horizon_days: int = HORIZON_DAYS,
) -> Plan:
    """The plan as of `now` (UTC); ValueError when the interview is over. `attempts` oldest first."""
    today = day_of(now, zone)
    if wish.interview < today:
        raise ValueError(f"the interview was on {wish.interview}")
    pace = own_pace(attempts)
    done = {a.question.key for a in attempts if not a.prompted and day_of(a.started_at, zone) == today}
    asked = {a.question.key: day_of(a.started_at, zone) for a in attempts if not a.prompted}
    board = _Board(book.questions, asked, said, cards, wish, morning(wish.interview, zone), zone)
    days, span = [], (wish.interview - today).days
    for offset in range(min(span, horizon_days)):
        day = today + timedelta(days=offset)
        left = wish.minutes - (len(done) * pace.minutes if day == today else 0)
        days.append(board.fill(day, left, pace, max(now, morning(day, zone))))
    if span <= horizon_days:
        days.append(Day(wish.interview, ()))
    return Plan(wish.interview, wish.minutes, pace, len(done), tuple(days), board.dropped(book), board.late())


def morning(day: date, zone: tzinfo | None = None) -> datetime:
    """Nine o'clock of a person's day, in UTC."""
    local = datetime.combine(day, time(INTERVIEW_H), zone) if zone else datetime.combine(day, time(INTERVIEW_H))
    return local.astimezone(UTC)


def next_due(
    cards: Iterable[str], interview: date | None, now: datetime, zone: tzinfo | None = None
) -> datetime | None:
    """When the first of the cards falls due, UTC; not after the morning of an interview that is still ahead."""
    soonest = min((due_at(card) for card in cards), default=None)
    if soonest is None or interview is None or morning(interview, zone) < now:
        return soonest
    return min(soonest, morning(interview, zone))


def added(card: str | None, at: datetime, until: datetime) -> float:
    """Recall at `until` that asking for a bullet and showing it at `at` is expected to add; no `card`: never asked."""
    without = UNKNOWN if card is None else recall(card, until)
    knows = UNKNOWN if card is None else recall(card, at)
    good, again = (recall(review(card, rating, at), until) for rating in (3, 1))
    return knows * good + (1 - knows) * again - without


class _Board:
    """The questions while the days are being filled: what each costs, and when it may come again."""

    def __init__(
        self,
        questions: Sequence[Question],
        asked: Mapping[str, date],
        said: Mapping[str, Said],
        cards: Mapping[str, str],
        wish: Wish,
        interview: datetime,
        zone: tzinfo | None,
    ) -> None:
        self._questions, self._said, self._wish, self._interview = questions, said, wish, interview
        self._asked, self._cards, self._zone = dict(asked), dict(cards), zone
        self._wrong = {key for key, last in said.items() if last.verdict is Verdict.CONTRADICTED}
        self._before, self._placed = frozenset(asked), set[str]()
        self._pays: dict[str, tuple[date, float]] = {}
        """Question key -> what its practice pays, and the day of which that is true."""

    def fill(self, day: date, left_min: float, pace: Pace, at: datetime) -> Day:
        """The list of one day; the board then stands as after it. `at` is when it is practised, UTC."""
        items = self._diagnostic(min(left_min, DIAGNOSTIC_MIN), pace.alone)
        left_min -= sum(item.minutes for item in items)
        chosen = {item.question.key for item in items}
        due = [q for q in self._questions if q.key not in chosen and self._may_come(q, day)]
        # sorted() is stable: what pays the same stays in the order of the handbook.
        first = sorted(due, key=lambda q: -self._paid(q, day, at))
        for question in first[: max(0, int(left_min / pace.minutes))]:
            items.append(Item(question, self._why(question), pace.minutes))
        for item in items:
            self._practise(item.question, day, at)
        return Day(day, tuple(items))

    def _diagnostic(self, left_min: float, minutes: float) -> list[Item]:
        """The hottest question of each direction that was never asked; directions in focus first."""
        seen = {q.direction.number for q in self._questions if q.key in self._asked}
        hottest: dict[int, Question] = {}
        for question in sorted(self._questions, key=lambda q: min(q.hot, default=99)):
            if question.direction.number not in seen:
                hottest.setdefault(question.direction.number, question)
        ordered = sorted(hottest.values(), key=lambda q: not self._in_focus(q.direction))
        return [Item(q, Why.DIAGNOSTIC, minutes) for q in ordered[: max(0, int(left_min / minutes))]]

    def _in_focus(self, direction: Direction) -> bool:
        return direction.number in self._wish.focus

    def _may_come(self, question: Question, day: date) -> bool:
        last = self._asked.get(question.key)
        if last is None:
            return True
        cards = [self._cards[b.key] for b in question.bullets if b.key in self._cards]
        return last < day and any(day_of(due_at(card), self._zone) <= day for card in cards)

    def _why(self, question: Question) -> Why:
        if self._is_wrong(question):
            return Why.WRONG
        return Why.DUE if question.key in self._asked else Why.NEW

    def _is_wrong(self, question: Question) -> bool:
        return any(b.key in self._wrong for b in question.bullets)

    def _paid(self, question: Question, day: date, at: datetime) -> float:
        known = self._pays.get(question.key)
        if known is None or (day - known[0]).days >= STALE_DAYS:
            known = self._pays[question.key] = (day, self._pays_of(question, at))
        return known[1]

    def _pays_of(self, question: Question, at: datetime) -> float:
        pays = sum(
            (WRONG if b.key in self._wrong else 1) * added(self._cards.get(b.key), at, self._interview)
            for b in question.bullets
        )
        return pays * (HOT if question.hot else 1) * (FOCUS if self._in_focus(question.direction) else 1)

    def _practise(self, question: Question, day: date, at: datetime) -> None:
        for bullet in question.bullets:
            said = self._said.get(bullet.key)
            rating = 3 if said is not None and said.verdict is Verdict.COVERED else 2
            self._cards[bullet.key] = review(self._cards.get(bullet.key), rating, at)
            self._wrong.discard(bullet.key)
        self._asked[question.key] = day
        self._placed.add(question.key)
        self._pays.pop(question.key, None)

    def dropped(self, book: Handbook) -> tuple[Dropped, ...]:
        """What was never asked and never placed, by direction."""
        found = []
        for direction in book.directions:
            left = [q for q in self._questions if q.direction == direction and q.key not in self._asked]
            if left:
                in_focus = not self._wish.focus or self._in_focus(direction)
                found.append(Dropped(direction, tuple(left), in_focus))
        return tuple(found)

    def late(self) -> tuple[Question, ...]:
        """What was asked before, falls due before the date, and was never placed."""
        waiting = [q for q in self._questions if q.key in self._before and q.key not in self._placed]
        return tuple(q for q in waiting if self._may_come(q, self._wish.interview - timedelta(days=1)))

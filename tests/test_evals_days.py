"""Simulated days of practice."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from kitchen import BEANS, BOOK, NOW, RICE, TEA, attempt

from coach.noise import bundled_confusion
from coach.types import Verdict
from evals.days import START, World, simulate
from evals.dayspage import differences, run, table, weighed
from evals.learners import DECAY, FIRST_HALF_LIFE, LEARNERS, SLOPE, THRESHOLD, ByHalfLife, ByTraces, learner
from evals.orders import ORDERS, Known, hot_first, weak_first
from index.handbook import bundled_handbook, load_handbook

COVERED, PARTIAL, MISSING, WRONG, UNGRADED = Verdict


@pytest.mark.parametrize("name", LEARNERS)
def test_learner_forgets_with_time_and_remembers_better_after_a_second_look(name: str) -> None:
    once, twice = (learner(name, START, random.Random(1)) for _ in range(2))
    assert once.recall("b", 0) == 0.0
    for memory in (once, twice):
        memory.learn("b", 0, recalled=False)
    assert 1 >= once.recall("b", 1) > once.recall("b", 10) > 0
    twice.learn("b", 5, recalled=True)
    assert twice.recall("b", 15) > once.recall("b", 10)


def test_half_life_is_when_half_is_left_and_doubles_with_recall() -> None:
    memory = ByHalfLife(random.Random(1))
    memory.learn("b", 0, recalled=False)
    (half_life,) = (h for _, h in memory._known.values())
    assert 0.2 < half_life / FIRST_HALF_LIFE < 5
    assert memory.recall("b", half_life) == pytest.approx(0.5)
    memory.learn("b", 1, recalled=True)
    assert memory.recall("b", 1 + 2 * half_life) == pytest.approx(0.5)


def test_one_trace_fades_as_a_power_of_time() -> None:
    memory = ByTraces(random.Random(1))
    memory.learn("b", 0, recalled=True)
    # The time at which log(t^-DECAY) + ease is the threshold: there recall is a half.
    at = 2.718281828 ** ((memory._ease["b"] - THRESHOLD) / DECAY)
    assert memory.recall("b", at) == pytest.approx(0.5, abs=1e-6)
    assert SLOPE > 0


def world(days: int = 4, person: str = "fsrs") -> World:
    return World(BOOK, person, None, days, 8.0)


def test_same_seed_lives_the_same_life_and_another_seed_another() -> None:
    assert simulate(world(), "random", 1) == simulate(world(), "random", 1)
    assert simulate(world(), "random", 1) != simulate(world(), "random", 2)


@pytest.mark.parametrize("order", ORDERS)
def test_practice_leaves_more_than_no_practice(order: str) -> None:
    people = range(12)
    before = [simulate(world(days=1), order, seed).recall for seed in people]
    after = [simulate(world(days=8), order, seed).recall for seed in people]
    assert sum(after) > sum(before)


def test_hot_first_goes_round_and_weak_first_takes_the_lowest_score() -> None:
    known = Known(BOOK, NOW.date() + timedelta(days=9), 4.0)
    chance = random.Random(1)
    assert hot_first(known, NOW, chance) == [RICE]
    known.attempts = [attempt(RICE, COVERED, MISSING), attempt(TEA, COVERED, COVERED, name="a2")]
    assert hot_first(known, NOW, chance) == [BEANS]
    assert weak_first(known, NOW, chance) == [BEANS]  # never asked
    known.attempts.append(attempt(BEANS, COVERED, name="a3"))
    assert weak_first(known, NOW, chance) == [RICE]


def test_tables_hold_every_order_and_the_plan_against_each_other() -> None:
    results = run(BOOK, 3, days=2, judged=True)
    rows = list(table(results, 15.0, lambda o: o.recall))
    assert [row.split("|")[1].strip() for row in rows[2:]] == list(ORDERS)
    assert len(list(differences(results, 15.0, lambda o: o.recall))) == 2 + len(ORDERS) - 1


def test_weighed_recall_counts_hot_bullets_twice() -> None:
    outcome = replace(simulate(world(), "plan", 1), recall=0.6, hot=1.0)
    # 2 of 5 bullets are hot: (3 others sum to 5 * 0.6 - 2 = 1), so (1 + 2 * 2) / (3 + 2 * 2).
    assert weighed(BOOK)(outcome) == pytest.approx(5 / 7)


@pytest.mark.slow
@pytest.mark.parametrize("person", LEARNERS)
def test_plan_and_picker_leave_more_than_random_order_with_the_judges_errors(person: str) -> None:
    book = load_handbook(bundled_handbook())
    twenty_days, value = World(book, person, bundled_confusion(), days=20), weighed(book)
    three = ("plan", "picker", "random")
    left = {order: sum(value(simulate(twenty_days, order, seed)) for seed in range(2)) for order in three}
    assert left["plan"] > left["picker"] > left["random"]

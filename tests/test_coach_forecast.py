"""What will be known on a date, and whether such predictions came true."""

from __future__ import annotations

from datetime import timedelta

import pytest
from kitchen import BEANS, BOOK, NOW, TEA

from coach.forecast import ENOUGH, Agreement, agreement, checked, outlooks, strays
from coach.schedule import Review, Source, recall, review


def seen(rating: int, predicted: float | None, source: Source = "answer", number: int = 0) -> Review:
    return Review(f"b{number}", f"a{number}", NOW, rating, predicted, source)


CARDS = {b.key: review(None, rating, NOW) for b, rating in zip(TEA.bullets, (1, 3), strict=True)}
LATER = NOW + timedelta(days=14)


def test_nothing_is_forecast_below_thirty_reviews_and_self_marks_do_not_count() -> None:
    few = [seen(3, None, number=n) for n in range(ENOUGH - 1)] + [seen(3, None, "self", n) for n in range(9)]
    assert [o.recall for o in outlooks(BOOK, CARDS, few, LATER)] == [None, None]


def test_forecast_is_the_mean_recall_of_the_known_and_the_rest_is_unknown() -> None:
    enough = [seen(3, None, number=n) for n in range(ENOUGH)]
    stove, garden = outlooks(BOOK, CARDS, enough, LATER)
    # Again -> .52 and Good -> .74 on day 14 (py-fsrs 6.3, default parameters): .63
    assert stove.recall == pytest.approx(0.63, abs=0.01)
    assert stove.recall == pytest.approx(sum(recall(card, LATER) for card in CARDS.values()) / 2)
    assert (stove.known, stove.bullets) == (2, 4)
    assert (garden.known, garden.bullets, garden.recall) == (0, len(BEANS.bullets), None)


def test_only_unaided_answers_about_known_bullets_test_a_prediction() -> None:
    reviews = [seen(3, 0.9), seen(3, None), seen(3, 0.9, "prompted"), seen(3, 0.9, "self")]
    assert checked(reviews) == reviews[:1]


def test_predicted_and_observed_are_compared_bin_by_bin() -> None:
    reviews = [seen(3, 0.8), seen(1, 0.8), seen(2, 0.6), seen(3, 1.0)]
    whole, middle, top = agreement(reviews), agreement(reviews, 0.7, 0.9), agreement(reviews, 0.9, 1.0)
    assert whole.predicted == pytest.approx(0.8)  # (.8 + .8 + .6 + 1) / 4
    assert (whole.observed.value, whole.observed.n) == (0.75, 4)  # Hard is recalled, Again is not
    assert (middle.observed.value, middle.observed.n) == (0.5, 2)
    assert top.observed.n == 1


def test_prediction_strays_only_beyond_chance() -> None:
    def against(hits: int, n: int) -> Agreement:
        return agreement([seen(3 if i < hits else 1, 0.9, number=i) for i in range(n)])

    assert not strays(against(4, 5))  # 4 of 5: chance explains 0.9
    assert strays(against(30, 50))  # 30 of 50: it does not
    assert not strays(agreement([]))

"""Reading a review, one key at a time."""

from __future__ import annotations

import pytest

from coach.reading import Reading, screen
from coach.review import Kind, Line, Sheet

LINES = tuple(Line(Kind.WEAK, (f"1.{n}",), f"问题{n}", f"句子{n}", f"b{n}") for n in (1, 2, 3))


class Told:
    def __init__(self) -> None:
        self.shown: list[str | None] = []
        self.marked: list[tuple[str | None, int]] = []
        self.reading = Reading(
            Sheet(LINES, 9, 5.0),
            lambda line: self.shown.append(line.bullet_key),
            lambda line, mark: self.marked.append((line.bullet_key, mark)),
        )
        self.reading.show()


def test_space_enter_and_marks_each_go_to_the_next_line() -> None:
    told = Told()
    assert [told.reading.press(key) for key in (" ", "2", "enter")] == [False, False, True]
    assert told.shown == ["b1", "b2", "b3"]
    assert told.marked == [("b2", 2)]
    assert told.reading.seen == 3


@pytest.mark.parametrize("key", ["q", "c-c", "c-d", "escape"])
def test_reading_stops_at_once_and_only_what_was_shown_is_told(key: str) -> None:
    told = Told()
    assert told.reading.press(key)
    assert told.shown == ["b1"]


def test_unknown_key_changes_nothing() -> None:
    told = Told()
    assert not told.reading.press("x")
    assert (told.reading.at, told.shown) == (0, ["b1"])


def test_clock_runs_down_and_then_over() -> None:
    reading = Told().reading
    assert "还剩 4:00" in screen(reading, "zh", 60, 80)[0][1]
    assert "0:30 over" in screen(reading, "en", 330, 80)[0][1]

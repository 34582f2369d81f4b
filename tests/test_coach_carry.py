"""History follows an edited handbook."""

from __future__ import annotations

from pathlib import Path

from coach.carry import Old, Remembered, compare, told

BEFORE = {
    "q1": Old("怎么泡茶？", {"b1": "水要烧开", "b2": "泡三分钟左右", "b3": "用紫砂壶"}),
    "q2": Old("怎么煮饭？", {"b4": "米先淘两遍"}),
}
AFTER = {
    "q1": Old("怎么泡茶？", {"b1": "水要烧开", "b2x": "泡三分钟左右就好", "b5": "绿茶用八十度的水"}),
    "q3": Old("怎么炒鸡蛋？", {"b6": "油要热"}),
}


def test_edited_bullet_is_carried_and_a_replaced_one_is_lost() -> None:
    changes = compare(BEFORE, AFTER)
    assert changes.carried == {"b2": "b2x"}
    assert dict(changes.lost) == {"b3": "用紫砂壶", "b4": "米先淘两遍"}
    assert changes.edited == (("泡三分钟左右", "泡三分钟左右就好"),)
    assert changes.new_bullets == ("绿茶用八十度的水",)
    assert (changes.added, changes.removed) == (("怎么炒鸡蛋？",), ("怎么煮饭？",))


def test_reworded_question_keeps_its_bullets() -> None:
    after = {
        "q1x": Old("到底怎么泡茶？", {"c1": "水要烧开", "c2": "泡三分钟左右", "c3": "用紫砂壶"}),
        "q2": BEFORE["q2"],
    }
    changes = compare(BEFORE, after)
    assert changes.carried == {"b1": "c1", "b2": "c2", "b3": "c3"}
    assert changes.lost == ()
    assert changes.edited == (("怎么泡茶？", "到底怎么泡茶？"),)


def test_same_version_has_no_changes() -> None:
    assert not compare(BEFORE, BEFORE).any


def test_only_bullets_with_a_history_are_told_as_carried_or_lost() -> None:
    lines = told(compare(BEFORE, AFTER), reviewed=["b2", "b3"])
    assert "history of 1 edited bullet(s) carried over" in lines
    assert "history lost with its bullet: 用紫砂壶" in lines
    assert not any("history lost" in line and "米" in line for line in lines)


def test_version_is_kept_by_name_and_a_broken_file_is_no_version(tmp_path: Path) -> None:
    remembered = Remembered(tmp_path / "handbooks")
    assert remembered.load("book") is None
    remembered.keep("book", BEFORE)
    assert remembered.load("book") == BEFORE
    (tmp_path / "handbooks" / "book.json").write_text("{broken")
    assert remembered.load("book") is None

"""The handbook parser: the bundled file to the last bullet, made-up files, and files that are no handbook."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from index.errors import HandbookError
from index.handbook import bundled_handbook, find_question, load_handbook, nearest_refs, parse_handbook

SMALL = """# Small talk

## 一、Weather 方向

**核心关键词**：rain、sun/moon

### Q1: Why does it rain？
- **Clouds**：water condenses
- \\>1B drops
  - a nested remark

A closing remark.

### Q2: 雾是什么？
- `fog` is a cloud on the ground
"""


def test_bundled_handbook_has_its_counts() -> None:
    handbook = load_handbook(bundled_handbook())

    assert len(handbook.directions) == 7
    assert all(len(direction.keywords) >= 8 for direction in handbook.directions)
    assert len(handbook.questions) == 83
    assert sum(len(question.bullets) for question in handbook.questions) == 310
    assert handbook.meta == {"title": "AI 面试速查手册", "date": "2026-02-20", "tags": ("面试", "速查", "AI")}
    assert handbook.notices == ()


def test_every_bullet_line_of_the_bundled_file_is_rebuilt_from_a_bullet() -> None:
    lines = bundled_handbook().read_text(encoding="utf-8").split("\n")
    bullets = [bullet for question in load_handbook(bundled_handbook()).questions for bullet in question.bullets]

    written = {number: line for number, line in enumerate(lines, 1) if line.startswith("- ")}

    assert {bullet.line: f"- {bullet.text}" for bullet in bullets} == written


def test_every_heading_of_the_bundled_file_is_a_direction_a_question_or_the_hot_topics() -> None:
    lines = bundled_handbook().read_text(encoding="utf-8").split("\n")
    handbook = load_handbook(bundled_handbook())

    for question in handbook.questions:
        assert lines[question.line - 1] == f"### {question.label}: {question.text}"
    assert sum(line.startswith("### ") for line in lines) == len(handbook.questions)
    # The seven directions and the table of hot topics.
    assert sum(line.startswith("## ") for line in lines) == len(handbook.directions) + 1


def test_ten_hot_topics_are_linked_both_ways() -> None:
    handbook = load_handbook(bundled_handbook())

    assert [topic.rank for topic in handbook.hot_topics] == list(range(1, 11))
    for topic in handbook.hot_topics:
        assert topic.refs
        assert topic.gist
        for ref in topic.refs:
            question = find_question(handbook, ref)
            assert question is not None
            assert topic.rank in question.hot


def test_keys_of_the_bundled_handbook_are_all_different() -> None:
    questions = load_handbook(bundled_handbook()).questions

    keys = [question.key for question in questions] + [b.key for question in questions for b in question.bullets]

    assert len(set(keys)) == 83 + 310


def test_small_handbook_is_read_as_written() -> None:
    handbook = parse_handbook(SMALL, "small")

    assert handbook.title == "Small talk"
    assert [(d.number, d.title, d.keywords) for d in handbook.directions] == [(1, "Weather 方向", ("rain", "sun/moon"))]
    first, second = handbook.questions
    assert (first.ref, first.label, first.text, first.line) == ("1.1", "Q1", "Why does it rain？", 7)
    assert [(b.text, b.plain, b.line) for b in first.bullets] == [
        ("**Clouds**：water condenses", "Clouds：water condenses", 8),
        ("\\>1B drops", ">1B drops", 9),
    ]
    assert first.notes == ("a nested remark", "A closing remark.")
    assert second.bullets[0].plain == "fog is a cloud on the ground"


@pytest.mark.parametrize("asked", ["1.2", " 1.2 ", "１.２", "１．２", "雾是什么", "  雾是什么？ "])
def test_question_is_found_by_ref_and_by_text(asked: str) -> None:
    question = find_question(parse_handbook(SMALL, "small"), asked)

    assert question is not None
    assert question.ref == "1.2"


def test_unknown_ref_is_answered_with_what_its_direction_has() -> None:
    handbook = parse_handbook(SMALL, "small")

    assert find_question(handbook, "1.44") is None
    assert nearest_refs(handbook, "1.44") == "direction 1 has 1.1 to 1.2"
    assert nearest_refs(handbook, "9.9") == "the handbook has 1.1 to 1.2"


def test_importing_the_parser_loads_no_heavy_module() -> None:
    heavy = {"numpy", "torch", "lancedb", "pydantic", "pyarrow"}
    code = f"import sys, index.handbook; print(sorted({heavy!r} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_absent_file_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(HandbookError, match="no such file"):
        load_handbook(tmp_path / "absent.md")

"""The handbook parser: the bundled file to the last bullet, made-up files, and files that are no handbook."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from index.errors import HandbookError
from index.handbook import bundled_handbook, find_question, load_handbook, nearest_refs, parse_handbook
from index.types import Direction

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


def test_unknown_ref_is_answered_with_the_handbooks_questions_and_the_persons_own() -> None:
    handbook = parse_handbook(SMALL, "small")
    own = replace(handbook.questions[0], ref="0.1", direction=Direction(0, "notes"))
    both = replace(handbook, questions=(*handbook.questions, own))

    assert nearest_refs(both, "9.9") == "the handbook has 1.1 to 1.2, and your own up to 0.1"


def test_importing_the_parser_loads_no_heavy_module() -> None:
    heavy = {"numpy", "torch", "lancedb", "pydantic", "pyarrow"}
    code = f"import sys, index.handbook; print(sorted({heavy!r} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_absent_file_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(HandbookError, match="no such file"):
        load_handbook(tmp_path / "absent.md")


def test_unreadable_files_are_told_apart(tmp_path: Path) -> None:
    files = {
        "empty.md": (b" \n\n", "empty"),
        "binary.md": (b"\x7fELF\0\0", "NUL bytes"),
        "prose.md": (b"It was a cold day.\n", r"/prose\.md: no handbook"),
        "quote.md": (b">>>\n", "no handbook"),
        "latin.md": ("# Caf\xe9\n- a\n".encode("latin-1"), "latin.md:1: not UTF-8"),
    }
    for name, (raw, message) in files.items():
        path = tmp_path / name
        path.write_bytes(raw)
        with pytest.raises(HandbookError, match=message):
            load_handbook(path)
    with pytest.raises(HandbookError, match="cannot be read"):
        load_handbook(tmp_path)


def test_too_large_a_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.md"
    with path.open("wb") as file:
        file.truncate(20_000_001)

    with pytest.raises(HandbookError, match="20,000,001 bytes"):
        load_handbook(path)


def test_chinese_in_gb18030_is_read_and_told(tmp_path: Path) -> None:
    path = tmp_path / "gb.md"
    path.write_bytes("# 天气\n\n## 雾是什么？\n- 贴近地面的云，由水滴组成。\n".encode("gb18030"))

    handbook = load_handbook(path)

    assert handbook.questions[0].text == "雾是什么？"
    assert handbook.notices == ("gb.md is not UTF-8; read as GB18030",)


def test_links_beside_a_handbook_must_be_ranks_and_refs(tmp_path: Path) -> None:
    path = tmp_path / "small.md"
    path.write_text(SMALL, encoding="utf-8")
    (tmp_path / "small.hot.json").write_text('["1.1"]', encoding="utf-8")

    with pytest.raises(HandbookError, match=r"small\.hot\.json: not a JSON object"):
        load_handbook(path)


def test_crlf_and_a_byte_order_mark_change_nothing() -> None:
    assert parse_handbook("\ufeff" + SMALL.replace("\n", "\r\n"), "small") == parse_handbook(SMALL, "small")


def test_question_without_bullets_keeps_its_ref_and_is_named() -> None:
    text = SMALL.replace("- `fog` is a cloud on the ground", "待补充\n\n### Q3: What is hail?\n- Ice")

    handbook = parse_handbook(text, "small")

    assert [question.ref for question in handbook.questions] == ["1.1", "1.3"]
    assert handbook.notices == ("line 14: question 1.2 '雾是什么？' has no usable bullets and is left out",)


def test_handbook_without_a_single_bullet_is_an_error_that_names_the_questions() -> None:
    with pytest.raises(HandbookError, match="none of its 2 questions has a bullet") as caught:
        parse_handbook("# T\n\n## Q1: What is rain?\n\n## Q2: What is hail?\nTODO\n", "bare")

    assert caught.value.faults == (
        "line 3: question 1.1 'What is rain?' has no usable bullets and is left out",
        "line 5: question 1.2 'What is hail?' has no usable bullets and is left out",
    )


def test_numbered_direction_without_questions_counts_and_is_told() -> None:
    handbook = parse_handbook(SMALL + "\n## 二、Snow 方向\n\n## Appendix\nNothing.\n", "small")

    assert [direction.title for direction in handbook.directions] == ["Weather 方向", "Snow 方向"]
    assert handbook.notices == ("direction 2 'Snow 方向' has no questions",)


def test_repeated_question_gets_a_key_of_its_own() -> None:
    handbook = parse_handbook("## Q: Why?\n- Once\n- Once\n\n## Q: Why？\n- Once\n", "twice")

    keys = [question.key for question in handbook.questions] + [b.key for q in handbook.questions for b in q.bullets]

    assert len(set(keys)) == 5


def test_keys_survive_renaming_reordering_and_formatting() -> None:
    first, second = SMALL.split("### Q2: ")
    turned = first.split("### Q1: ")[0] + "### Q1: " + second.replace("`fog`", "**fog**") + "\n### Q2: "
    turned += first.split("### Q1: ")[1].replace("Why does it rain？", "why does it rain?")

    before = {question.key: {b.key for b in question.bullets} for question in parse_handbook(SMALL, "a").questions}
    after = {question.key: {b.key for b in question.bullets} for question in parse_handbook(turned, "b").questions}

    assert before == after

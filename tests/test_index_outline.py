"""Handbooks in other people's styles, and files that are no handbook."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import HandbookError
from index.handbook import load_handbook, parse_handbook
from index.markdown import plain_text
from index.sentences import split_sentences

DATA = Path(__file__).parent / "data"

STYLES = {
    # file: (directions, [(line, question, bullets), ...])
    "answer_blocks": (1, [(3, "What is a fifth?", 2), (10, "What is tempo?", 2)]),
    "bold_items": (
        1,
        [(4, "What is REM sleep?", 2), (7, "Why do we yawn?", 2), (8, "How long should adults sleep?", 2)],
    ),
    "boxes": (2, [(8, "What is a projection?", 2), (12, "Why is north up?", 2), (23, "What is a datum?", 2)]),
    "details": (
        2,
        [
            (9, "How does a bird take off?", 2),
            (16, "Why are bones hollow?", 2),
            (24, "What is a nest made of?", 2),
            (32, "Who builds it?", 2),
            (35, "Which birds have no nest?", 1),
        ],
    ),
    "en_chapters": (
        2,
        [(5, "What is a lens?", 2), (9, "Depth of field", 2), (15, "What is exposure?", 2), (19, "White balance?", 1)],
    ),
    "h2_parts": (1, [(11, "What is a nova?", 2), (23, "How far is the moon?", 2), (32, "Why do stars twinkle?", 2)]),
    "list_heading": (1, [(8, "What is a sail?", 2), (14, "What is a keel?", 2), (21, "How do you tack?", 1)]),
    "numbered_bold": (
        1,
        [
            (3, "What is oolong?", 2),
            (7, "为什么水温很重要？", 2),
            (10, "Explain gongfu brewing.", 2),
            (15, "Which leaves are rolled?", 2),
        ],
    ),
    "numbered_list": (
        1,
        [
            (3, "What is a fork?", 2),
            (6, "What is a pin?", 2),
            (9, "How do you castle?", 2),
            (16, "Why control the centre?", 2),
        ],
    ),
    "q_paragraph": (
        1,
        [
            (3, "What is a roux?", 2),
            (6, "How do you know that oil is hot enough?", 2),
            (9, "Why rest meat?", 1),
            (13, "Name the mother sauces", 1),
        ],
    ),
    "answers_outside": (1, [(3, "What is a verb?", 2), (7, "What is a noun?", 2)]),
    "bare_numbers": (1, [(3, "什么是酱油", 2), (7, "醋的作用", 2), (12, "为什么放糖", 2)]),
    "contents": (1, [(6, "Why is grass green?", 2), (13, "What is moss?", 2)]),
    "html": (1, [(4, "What is a list?", 2), (11, "What is a set?", 2)]),
    "options": (1, [(1, "What is the output?", 2), (22, "What is the sum?", 2)]),
    "q_lines": (1, [(1, "What is tin?", 2), (3, "What is brass?", 2)]),
    "qa_items": (1, [(2, "What is jam?", 2), (4, "What is curd?", 2)]),
    "question_headings": (1, [(3, "What is a comet?", 2), (11, "How big is the sun?", 2)]),
    "quote_chapters": (2, [(9, "什么是绿茶？", 2), (16, "什么是红茶？", 2), (22, "什么是拿铁？", 2)]),
    "quote": (1, [(3, "什么是潮汐？", 2), (7, "一天有几次潮？", 2)]),
    "setext": (1, [(4, "What is a drone?", 2), (10, "How do bees dance?", 2)]),
    "table": (1, [(5, "What is crema?", 2), (6, "Why a burr grinder?", 1)]),
    "indented": (1, [(3, "What is a levain?", 2), (9, "为什么要醒面？", 2), (13, "What is printed?", 2)]),
    "tight": (1, [(4, "What is a bowline?", 2), (8, "什么是平结？", 1)]),
    "topics": (2, [(5, "Knit and purl", 2), (9, "平针", 2), (15, "Ply", 2)]),
    "zh_run_on": (1, [(1, "什么是毛线？", 2), (3, "为什么要洗样片？", 1)]),
    "typed_marks": (1, [(3, "什么是风筝？", 2), (7, "为什么要尾巴？", 2), (11, "问一下风从哪来？", 1)]),
    "zh_number": (
        2,
        [(7, "什么是腐殖土？", 2), (11, "为什么要翻土", 1), (17, "怎么判断缺水？", 2), (21, "早上浇水的好处", 2)],
    ),
}


@pytest.mark.parametrize("style", STYLES)
def test_style_is_read(style: str) -> None:
    directions, expected = STYLES[style]

    handbook = load_handbook(DATA / f"handbook_{style}.md")

    assert [(q.line, q.text, len(q.bullets)) for q in handbook.questions] == expected
    assert len(handbook.directions) == directions


@pytest.mark.parametrize("style", STYLES)
def test_every_bullet_stands_on_its_line(style: str) -> None:
    lines = (DATA / f"handbook_{style}.md").read_text(encoding="utf-8").split("\n")

    for question in load_handbook(DATA / f"handbook_{style}.md").questions:
        for bullet in question.bullets:
            assert bullet.text.split("\n")[0] in lines[bullet.line - 1]


def test_typed_marks_are_no_part_of_a_bullet() -> None:
    questions = load_handbook(DATA / "handbook_typed_marks.md").questions

    assert [[bullet.plain for bullet in question.bullets] for question in questions] == [
        ["一块布", "一根线"],
        ["稳住方向", "也好看"],
        ["从高压来"],
    ]
    assert [question.notes for question in questions] == [(), (), ()]


NO_HANDBOOKS = {
    "prose": "It was a cold day. Why did nobody look up?\n\nHe went on.\n\n1. He ate.\n2. He slept. What else?\n\nSo.",
    "change log": "# Changelog\n\n## 1.1.0\n### Added\n- How-to\n### Fixed\n- Why did it crash? (#12)\n- Typo",
    "table": "name,age\nann,3\nbob,4\n",
    "code": "import os\n\ndef why():\n    # What is this?\n    return os.getcwd()\n",
    "readme": "# tool\n\n## What is tool?\nIt tools.\n\n## Installation\nPip.\n\n## Usage\nRun it\n\n## License\nMIT",
    "manual": "# T\n## 1. Introduction\n- a\n- b\n## 2. Parts\n- c\n- d\n## 3. Care\n- e\n",
    "sections": "# T\n## 1. Parts\nIt has parts.\n- c\n- d\n## 2. Care\nWash it.\n- e\n## 3. Use\nUse it.\n- f\n",
    "contents": "# Questions\n\n- [What is rain?](#rain)\n- [What is hail?](#hail)\n",
}


@pytest.mark.parametrize("kind", NO_HANDBOOKS)
def test_other_file_is_one_error_with_faults_and_lines(kind: str) -> None:
    with pytest.raises(HandbookError, match="no handbook") as caught:
        parse_handbook(NO_HANDBOOKS[kind], kind)

    assert 1 <= len(caught.value.faults) <= 20
    assert all(re.match(r"line \d+: ", fault) for fault in caught.value.faults)


def test_single_question_is_a_handbook() -> None:
    handbook = parse_handbook("# What is rain?\n- Water\n- It falls\n", "one")

    assert [(q.ref, q.text, len(q.bullets)) for q in handbook.questions] == [("1.1", "What is rain?", 2)]
    assert handbook.directions[0].title == "one"


def test_questions_of_other_people_are_all_found(shared: Path) -> None:
    folder = shared / "external" / "handbooks"
    for entry in json.loads((folder / "expected.json").read_text(encoding="utf-8")):
        source = (folder / entry["file"]).read_text(encoding="utf-8").split("\n")
        handbook = load_handbook(folder / entry["file"])
        left_out = {int(notice.split()[1][:-1]) for notice in handbook.notices if "no usable bullets" in notice}
        found = {question.line: question.text for question in handbook.questions}

        allowed = 3 if entry["file"].startswith("grigorev") else 0
        assert abs(len(found) + len(left_out) - entry["n_questions"]) <= allowed
        for line, text in entry["first"] + entry["last"]:
            assert line in left_out or found[line].rstrip(" ?？") in text, source[line - 1]


def test_nine_in_ten_answered_questions_of_other_people_get_bullets(shared: Path) -> None:
    folder = shared / "external" / "handbooks"
    about = re.compile(r"\W*|\*\*(难度|岗位|标签|公司)\*\*.*|Answer here|.*<br/?>|#+ .*")
    for entry in json.loads((folder / "expected.json").read_text(encoding="utf-8")):
        source = (folder / entry["file"]).read_text(encoding="utf-8").split("\n")
        starts = [n for n, line in enumerate(source) if re.search(entry["question_regex"], line)]
        spans = zip(starts, [*starts[1:], len(source)], strict=True)
        answered = {start + 1 for start, end in spans if any(not about.fullmatch(x) for x in source[start + 1 : end])}
        with_bullets = {question.line for question in load_handbook(folder / entry["file"]).questions}

        assert len(with_bullets & answered) >= 0.9 * len(answered)


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("**RAG（检索）**是外挂", "RAG（检索）是外挂"),
        ("**ReAct**：循环", "ReAct：循环"),
        ("\\>1B 和 \\*\\*星\\*\\*", ">1B 和 **星**"),
        ("`a**b` 与 $L=αN·Σf_i$", "a**b 与 L=αN·Σf_i"),
        ("[text](https://example.org) and ![alt](i.png)", "text and alt"),
        ("List<int> is no tag,<br>a break is", "List<int> is no tag, a break is"),
        ("5 * 3 and $5 or $6", "5 * 3 and $5 or $6"),
        ("中文\n换行 and\nEnglish", "中文换行 and English"),
    ],
)
def test_plain_text_is_what_a_reader_sees(source: str, plain: str) -> None:
    assert plain_text(source).replace("alt", "").strip() == plain.replace("alt", "").strip()


@pytest.mark.parametrize(
    ("source", "sentences"),
    [
        ("First one, e.g. this. Second one, 3.5 times.", ["First one, e.g. this.", "Second one, 3.5 times."]),
        ("第一句很长。第二句也很长！", ["第一句很长。", "第二句也很长！"]),
        ("Yes. It depends on the load.", ["Yes. It depends on the load."]),
        ("See `a. B` and [x. Y](u). Then the rest.", ["See `a. B` and [x. Y](u).", "Then the rest."]),
    ],
)
def test_sentences_end_where_people_end_them(source: str, sentences: list[str]) -> None:
    assert [source[start:end] for start, end in split_sentences(source)] == sentences


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_is_a_handbook_or_a_handbook_error(text: str) -> None:
    try:
        handbook = parse_handbook(text, "any")
    except HandbookError:
        return
    assert handbook.questions
    assert all(question.bullets for question in handbook.questions)


MARKS = [
    "# ",
    "## ",
    "### Q1: ",
    "- ",
    "1. ",
    "> ",
    "**",
    "?",
    "\n",
    "\n\n",
    "    ",
    "```\n",
    "$$\n",
    "---\n",
    "<details>",
]
WORDS = ["<summary>", "</summary>", "什么是雨？", "Answer: ", "why", "TODO"]
TABLE = "| Question | Answer |\n|---|---|\n| a? | b |\n"


@given(st.lists(st.sampled_from([*MARKS, *WORDS, TABLE]), max_size=40).map("".join))
@settings(max_examples=200, deadline=None)
def test_any_markup_keeps_order_and_lines(text: str) -> None:
    try:
        handbook = parse_handbook(text, "any")
    except HandbookError:
        return
    lines = [question.line for question in handbook.questions]
    assert lines == sorted(lines)
    assert len({question.ref for question in handbook.questions}) == len(lines)
    for question in handbook.questions:
        assert all(question.line <= bullet.line <= text.count("\n") + 1 for bullet in question.bullets)


WORD = st.text("abcdefgh", min_size=2, max_size=6)


@given(
    st.lists(st.tuples(WORD, st.lists(WORD, min_size=1, max_size=4)), min_size=1, max_size=6),
    st.sampled_from(["## Q: What is {}?", "### {}是什么？", "**What is {}?**", "#### 1. Why {}?"]),
    st.sampled_from("-*+"),
)
@settings(max_examples=100, deadline=None)
def test_written_questions_come_back_in_order(written: list[tuple[str, list[str]]], head: str, marker: str) -> None:
    blocks = [
        "\n".join([head.format(f"{word}{place}"), "", *(f"{marker} {point} x{n}" for n, point in enumerate(points))])
        for place, (word, points) in enumerate(written)
    ]

    handbook = parse_handbook("# Title\n\n" + "\n\n".join(blocks) + "\n", "written")

    read = [(question.text, [bullet.text for bullet in question.bullets]) for question in handbook.questions]
    assert [bullets for _, bullets in read] == [[f"{point} x{n}" for n, point in enumerate(p)] for _, p in written]
    assert all(f"{word}{place}" in text for place, ((word, _), (text, _)) in enumerate(zip(written, read, strict=True)))

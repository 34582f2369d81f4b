"""The pack format: strict and lazy reading, packs that fit only in part, and building from raw material."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from index.errors import PackError
from index.handbook import bundled_handbook, load_handbook, parse_handbook
from index.nearcopy import Answers, percentiles
from index.pack import PackQuestion, attach, bundled_pack, load_pack, open_pack, write_pack
from index.packing import LEAST, VERDICTS, build_pack, compare_with, count, main, shortfalls
from index.types import Handbook

BOOK = """# Weather

### Q1: Why does it rain?
- Clouds cool down
- Drops grow to 2 mm

### Q2: What is fog?
- A cloud on the ground
"""


def both(text: str) -> dict[str, str]:
    return {"zh": f"{text} 中文", "en": text}


def raw_bullet(number: int, topic: str) -> dict[str, Any]:
    fact = {
        "fact": f"{topic} 的事实",
        "en": f"fact of {topic}",
        "essential": True,
        "numbers": ["2 mm"],
        "covered": [f"{topic} covered {n}" for n in range(6)],
        "partial": [f"{topic} partial {n}" for n in range(2)],
        "wrong": [f"{topic} wrong {n}" for n in range(5)],
    }
    return {
        "bullet": number,
        "en": f"{topic} in English",
        "facts": [fact],
        "probes": [both(f"{topic} probe {n}") for n in range(3)],
        "hints": [both(f"{topic} hint {n}") for n in range(3)],
        "say": both(f"say {topic}"),
        "audit": None,
    }


def raw_question(ref: str, text: str, topics: list[str]) -> dict[str, Any]:
    return {
        "ref": ref,
        "question": text,
        "en": text,
        "why": both("why"),
        "variants": [{"lang": "en", "kind": "terse", "text": f"{text} {n}"} for n in range(10)],
        "aliases": [["rain", "雨"]],
        "bullets": [raw_bullet(n, topic) for n, topic in enumerate(topics)],
        "model_answer": both("answer"),
        "next": [both("next 1"), both("next 2")],
    }


RAW = {
    "1.1": raw_question("1.1", "Why does it rain?", ["clouds", "drops"]),
    "1.2": raw_question("1.2", "What is fog?", ["ground"]),
}


@pytest.fixture
def book() -> Handbook:
    return parse_handbook(BOOK, "weather")


def test_pack_hangs_on_the_keys_of_the_handbook(book: Handbook) -> None:
    pack = build_pack(book, RAW).pack

    rain, fog = book.questions
    assert pack.keys == (rain.key, fog.key)
    prepared = pack.bullet(rain.bullets[1].key)
    assert prepared is not None
    assert (prepared.text, prepared.en) == ("Drops grow to 2 mm", "drops in English")
    assert pack.question("unknown") is None
    assert pack.bullet("unknown") is None


def test_aliases_are_those_of_the_question(book: Handbook) -> None:
    pack = build_pack(book, RAW).pack
    fog = book.questions[1]

    assert pack.aliases(fog.key) == (("rain", "雨"),)
    assert pack.aliases("?") == []


def test_written_pack_comes_back_the_same_by_both_readers(book: Handbook, tmp_path: Path) -> None:
    pack = build_pack(book, RAW).pack
    path = tmp_path / "weather.pack.jsonl"
    write_pack(pack, path)

    for read in (open_pack(path), load_pack(path)):
        assert read.provenance == pack.provenance
        assert [read.question(key) for key in read.keys] == [pack.question(key) for key in pack.keys]


def test_strict_reader_names_the_line_and_the_member_of_each_fault(book: Handbook, tmp_path: Path) -> None:
    path = tmp_path / "weather.pack.jsonl"
    write_pack(build_pack(book, RAW).pack, path)
    first, rain, fog = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    loose = json.loads(rain)
    loose["bullets"][0]["facts"][0]["essential"] = "yes"
    loose["extra"] = 1
    path.write_text("\n".join([first, json.dumps(loose), "{", fog, fog]), encoding="utf-8")

    with pytest.raises(PackError, match="4 faults") as caught:
        load_pack(path)

    places = [fault.split(":")[0] + fault.split(":")[1] for fault in caught.value.faults]
    assert places[:2] == ["line 2 bullets.0.facts.0.essential", "line 2 extra"]
    assert places[2].startswith("line 3")
    assert places[3].startswith("line 5 repeats the key")


@pytest.mark.parametrize("text", [None, "", '{"a": 1}\n', "no json"])
def test_file_that_is_no_pack_is_one_error(text: str | None, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    if text is not None:
        path.write_text(text, encoding="utf-8")

    for read in (open_pack, load_pack):
        with pytest.raises(PackError, match=r"x\.jsonl"):
            read(path)


def test_pack_that_fits_is_attached_without_a_word(book: Handbook) -> None:
    attached, notices = attach(build_pack(book, RAW).pack, book)

    assert len(attached.keys) == 2
    assert notices == ()


def test_edited_bullet_loses_its_part_and_is_named(book: Handbook) -> None:
    edited = parse_handbook(BOOK.replace("2 mm", "5 mm"), "weather")

    attached, notices = attach(build_pack(book, RAW).pack, edited)

    kept = attached.question(edited.questions[0].key)
    assert kept is not None
    assert [bullet.text for bullet in kept.bullets] == ["Clouds cool down"]
    assert notices == ("1.1 bullet 'Drops grow to 2 mm': not in the handbook",)


def test_reworded_question_is_known_by_its_bullets(book: Handbook) -> None:
    edited = parse_handbook(BOOK.replace("Why does it rain", "How does rain form"), "weather")

    attached, notices = attach(build_pack(book, RAW).pack, edited)

    rain = edited.questions[0]
    assert attached.bullet(rain.bullets[0].key) is not None
    assert notices == ("1.1 'Why does it rain?': carried over to 1.1 'How does rain form?'",)


def test_question_that_is_gone_is_named(book: Handbook) -> None:
    rest = parse_handbook(BOOK.split("### Q2")[0], "weather")

    attached, notices = attach(build_pack(book, RAW).pack, rest)

    assert attached.keys == (rest.questions[0].key,)
    assert notices == ("1.2 'What is fog?': not in the handbook",)


def test_raw_material_with_faults_is_refused_with_all_of_them(book: Handbook) -> None:
    raw = copy.deepcopy(RAW)
    raw["1.1"]["bullets"][0]["facts"][0]["numbers"] = "2 mm"
    del raw["1.1"]["why"]
    raw["1.2"]["question"] = "What is hail?"
    raw["9.9"] = raw["1.2"]

    with pytest.raises(PackError, match="4 faults") as caught:
        build_pack(book, raw)

    assert [fault.split(": ")[0] for fault in caught.value.faults] == ["9.9", "1.1", "1.1", "1.2"]


def test_too_few_sentences_are_told(book: Handbook) -> None:
    raw = copy.deepcopy(RAW)
    raw["1.2"]["bullets"][0]["facts"][0]["wrong"].pop()

    assert build_pack(book, raw).short == ("1.2: bullet 0 fact 0 has 4 wrong, needs 5",)


def test_sentence_that_the_second_reader_reads_otherwise_is_dropped(book: Handbook) -> None:
    fact = RAW["1.2"]["bullets"][0]["facts"][0]
    reading = {text: verdict for verdict in VERDICTS for text in fact[verdict]} | {"ground covered 0": "partial"}
    reading |= {"a sentence that was mended": "wrong"}

    built = build_pack(book, RAW, {"1.2": {"0.0": reading}})

    assert built.pack.provenance.agreement == 12 / 14  # 6 + 2 + 5 sentences, one read otherwise, one mended
    assert built.pack.provenance.counts["read_twice"] == 12
    assert built.pack.provenance.read_by == "a language model, independently"
    assert built.dropped == ("1.2 bullet 0 fact 0: covered 'ground covered 0' was read as partial",)
    assert built.pack.provenance.counts["covered"] == 6 + 6 + 5


def test_counts_of_a_pack_are_in_its_provenance(book: Handbook) -> None:
    counts = build_pack(book, RAW).pack.provenance.counts

    # Three bullets of one fact (6 covered, 2 partial, 5 wrong, 3 probes and hints), two questions of 10 variants.
    assert counts == {
        "questions": 2, "bullets": 3, "facts": 3, "covered": 18, "partial": 6, "wrong": 15, "touched": 0,
        "variants": 20, "alias_groups": 2, "probes": 9, "hints": 9, "audits": 0, "read_twice": 0,
    }  # fmt: skip


def test_near_copies_of_answers_are_dropped_and_measured(book: Handbook) -> None:
    raw = copy.deepcopy(RAW)
    raw["1.2"]["bullets"][0]["facts"][0]["covered"][0] = "有人说这就是把天上的云搬到了地面上来看"

    built = build_pack(book, raw, answers=["嗯，有人说这就是把天上的云搬到了地面上来看，对吧"])

    assert len(built.dropped) == 1
    assert "stands too near" in built.dropped[0]
    assert len(built.nearness) == 3 * 13


def test_variants_near_to_a_test_query_are_dropped(book: Handbook) -> None:
    # Ten variants of each question: "What is fog? 0" to "What is fog? 9".
    built = build_pack(book, RAW, queries=["what is fog"])

    assert built.pack.provenance.counts["variants"] == 10
    assert built.dropped[0] == "1.2: variant 'What is fog? 0' stands too near to a query"


def test_command_builds_a_pack_from_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "raw").mkdir()
    for ref, question in RAW.items():
        (tmp_path / "raw" / f"{ref}.json").write_text(json.dumps(question), encoding="utf-8")
    (tmp_path / "weather.md").write_text(BOOK, encoding="utf-8")
    out = tmp_path / "out.jsonl"

    assert main([str(tmp_path / "raw"), str(tmp_path / "weather.md"), str(out)]) == 0
    assert "2 questions, 3 bullets, 3 facts" in capsys.readouterr().err
    assert len(load_pack(out).keys) == 2
    assert main([str(tmp_path / "none"), str(tmp_path / "weather.md"), str(out)]) == 2


class TestNearness:
    def test_sixteen_han_characters_in_a_row_are_a_copy_and_fifteen_are_none(self) -> None:
        run = "天地玄黄宇宙洪荒日月盈昃辰宿列张"
        answers = Answers([f"甲乙丙丁{run}戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥甲乙丙丁"], [], [])

        assert answers.nearness(f"春夏秋冬东南西北{run}金木水火土").han == 16
        assert answers.nearness(f"春夏秋冬东南西北{run[:15]}金木水火土").han == 0

    def test_eight_words_in_a_row_are_a_copy(self) -> None:
        answers = Answers(["so one two three four five six seven eight and then some"], [], [])

        assert answers.nearness("One two three four five six seven eight!").is_near_copy
        assert answers.nearness("one two three four five six seven nine").words == 0

    def test_jaccard_is_that_of_the_nearest_clause(self) -> None:
        # "abcdef" has abc bcd cde def; "abcdxy" has abc bcd cdx dxy: 2 shared of 6.
        assert Answers(["zzzzzz, abcdef"], [], []).nearness("abcdxy").jaccard == pytest.approx(2 / 6)

    def test_runs_of_the_handbook_and_aliases_do_not_count(self) -> None:
        answers = Answers(["clouds cool down vram"], ["Clouds cool down"], ["VRAM"])

        assert answers.nearness("clouds cool down VRAM").jaccard == 0

    def test_percentiles_are_by_nearest_rank(self) -> None:
        # 95 % of 10 values: rank ceil(9.5) = 10.
        assert percentiles([n / 10 for n in range(1, 11)], (50, 95)) == {50: 0.5, 95: 1.0}
        assert percentiles([]) == {}


def test_bundled_pack_fits_the_bundled_handbook_and_passes_the_strict_reader() -> None:
    strict, lazy = load_pack(bundled_pack()), open_pack(bundled_pack())

    attached, notices = attach(lazy, load_handbook(bundled_handbook()))

    assert notices == ()
    assert attached.keys == lazy.keys == strict.keys
    assert all(lazy.question(key) == strict.question(key) for key in strict.keys)
    assert bundled_pack().stat().st_size <= 4_000_000


def bundled_questions() -> list[PackQuestion]:
    pack = open_pack(bundled_pack())
    return [question for key in pack.keys if (question := pack.question(key))]


def test_bundled_pack_has_enough_of_everything_for_every_fact() -> None:
    questions = bundled_questions()

    least = {"variants": 6, "covered": 6, "partial": 2, "wrong": 5, "probes": 3, "hints": 3, "next": 1}
    assert all(LEAST[name] >= count for name, count in least.items())
    assert [fault for question in questions for fault in shortfalls(question)] == []
    for question in questions:
        assert {variant.lang for variant in question.variants} >= {"zh", "en"}
        assert {variant.kind for variant in question.variants} >= {"paraphrase", "english", "indirect"}
        assert question.why.zh
        assert len(question.aliases) >= 5


def test_bundled_pack_says_how_many_it_holds() -> None:
    stated = dict(open_pack(bundled_pack()).provenance.counts)

    counted = count(bundled_questions())

    assert (counted["questions"], counted["bullets"]) == (83, 310)
    assert stated == counted | {"read_twice": stated["read_twice"]}


def test_model_answers_take_about_a_minute() -> None:
    for question in bundled_questions():
        # 4 to 6 Han characters or 2 to 2.5 words a second, 60 to 90 seconds.
        assert 240 <= len(question.model_answer.zh) <= 540
        assert 120 <= len(question.model_answer.en.split()) <= 225


@pytest.mark.parametrize(
    ("ref", "told", "source"),
    [
        ("2.7", "token-level loss", "2503.14476"),
        ("2.5", "不可 hack", "2503.11926"),
        ("2.10", "降低 β", "2305.18290"),
        ("2.8", "R1-Zero", "2501.12948"),
        ("2.4", "R1-Zero", "2501.12948"),
        ("2.9", "源自 PPO", "2402.03300"),
        ("3.10", "Apache 2.0", "github.com/NVIDIA/TensorRT-LLM"),
        ("6.6", "1:7", "2403.19887"),
        ("7.10", "5.9%", "Handbook 7.5"),
    ],
)
def test_doubtful_bullet_carries_its_note_and_source(ref: str, told: str, source: str) -> None:
    (question,) = [question for question in bundled_questions() if question.ref == ref]

    notes = [bullet.audit for bullet in question.bullets if bullet.audit]

    assert any(told in note.zh and source in note.source for note in notes)
    assert all(note.zh and note.en and note.source for note in notes)


@pytest.mark.slow
def test_bundled_pack_holds_no_near_copy_of_the_evaluation_data() -> None:
    questions = bundled_questions()
    folder = Path(__file__).resolve().parents[1] / "evals" / "data"
    rows = [
        json.loads(line)
        for name in ("answers", "mixed", "queries", "nearmiss")
        for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    texts = [row["answer"] for row in rows if "answer" in row]
    answers = compare_with(texts, load_handbook(bundled_handbook()), questions)
    queries = Answers([row["query"] for row in rows if "query" in row], [], [])
    facts = [fact for question in questions for bullet in question.bullets for fact in bullet.facts]
    sentences = [text for fact in facts for verdict in VERDICTS for text in getattr(fact, verdict)]
    prose = [text for question in questions for text in (question.model_answer.zh, question.model_answer.en)]
    prose += [text for q in questions for bullet in q.bullets for text in (bullet.say.zh, bullet.say.en)]

    assert [text for text in sentences if answers.nearness(text).is_near_copy] == []
    # A model answer states the same facts in a minute: short clauses may coincide, runs of words may not.
    assert [text for text in prose if answers.nearness(text).han or answers.nearness(text).words] == []
    variants = [variant.text for question in questions for variant in question.variants]
    assert [text for text in variants if queries.nearness(text).is_near_copy] == []


def test_opening_a_pack_loads_no_pydantic() -> None:
    code = "import sys; from index.pack import *; open_pack(bundled_pack()); print('pydantic' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"

"""The command line as a user meets it: output, files, exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from loopback import Loopback, Status
from typer.testing import CliRunner, Result

from coach.boundary import exit_code
from coach.cli import app
from coach.journal import Journal

ROOT = Path(__file__).resolve().parents[1]
COOKING = """# 厨房

## 一、热菜

**本方向核心关键词**：火候、油温

### Q1: 怎么炒鸡蛋？
- 油要热，蛋液才会蓬松
- 出锅前再放盐

### Q2: 怎么煮饭？
- 米先淘两遍
- 水没过米一个指节
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "cooking.md"
    path.write_text(COOKING, encoding="utf-8")
    return path


def coach(*args: object, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(arg) for arg in args], input=stdin)


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def graded_reply(body: dict[str, Any]) -> str:
    """Verdicts on two bullets, with a quote that stands in the answer 油温要高，蛋才蓬松."""
    first = {
        "bullet": "b1",
        "requires": ["油热"],
        "quotes": ["油温要高，蛋才蓬松"],
        "lacking": "",
        "verdict": "covered",
        "certainty": 0.9,
    }
    second = {
        "bullet": "b2",
        "requires": ["放盐"],
        "quotes": [],
        "lacking": "没说盐",
        "verdict": "missing",
        "certainty": 0.9,
    }
    return json.dumps({"bullets": [first, second], "feedback": "油温说到了。"}, ensure_ascii=False)


def test_practice_prints_question_grade_and_summary_as_json(book: Path, tmp_path: Path) -> None:
    answers = tmp_path / "answers.txt"
    answers.write_text("先把油烧热，蛋液就蓬松了\n---\n/skip\n", encoding="utf-8")
    result = coach("practice", "1.1", "1.2", "--answers", answers, "--json", "--handbook", book)
    assert result.exit_code == 0, result.stderr
    rows = lines(result)
    assert [row["event"] for row in rows] == ["question", "grade", "question", "grade", "summary"]
    assert {row["schema"] for row in rows} == {1}
    assert rows[1]["ref"] == "1.1"
    assert [b["bullet"] for b in rows[1]["bullets"]] == [0, 1]
    assert rows[3]["skipped"] is True
    assert (rows[4]["answered"], rows[4]["skipped"]) == (1, 1)
    assert "COACH_MODEL" in result.stderr


def test_quotes_in_json_stand_in_the_answer(book: Path, tmp_path: Path) -> None:
    answer = "嗯，油要热，蛋液才会蓬松吧\n出锅前再放盐"
    (tmp_path / "a.txt").write_text(answer, encoding="utf-8")
    result = coach("grade", "1.1", "--answer", tmp_path / "a.txt", "--json", "--handbook", book)
    assert result.exit_code == 0, result.stderr
    (row,) = lines(result)
    quotes = [quote for bullet in row["bullets"] for quote in bullet["evidence"]]
    assert quotes
    for quote in quotes:
        assert answer[quote["start"] : quote["end"]] == quote["quote"]
    assert row["judge"]["kind"] == "offline"


def test_model_grades_over_http_with_fenced_answer_and_no_gold(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_MODEL", "m")
    with Loopback(graded_reply) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        result = coach("grade", "1.1", "--answer", "-", "--json", "--handbook", book, stdin="油温要高，蛋才蓬松")
    assert result.exit_code == 0, result.output
    (row,) = lines(result)
    assert row["judge"]["kind"] == "llm"
    assert row["judge"]["model"] == "m"
    assert row["judge"]["prompt"].startswith("grade.v")
    assert [b["verdict"] for b in row["bullets"]] == ["covered", "missing"]
    assert row["score"] == 0.5
    (request,) = server.requests
    asked = "".join(message["content"] for message in request["messages"])
    assert "<answer>\n油温要高，蛋才蓬松\n</answer>" in asked
    assert "b1" in asked
    assert "b2" in asked


def test_per_bullet_asks_once_for_each_and_says_so(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_MODEL", "m")
    monkeypatch.setenv("COACH_PRICE_IN", "1")
    monkeypatch.setenv("COACH_PRICE_OUT", "4")
    with Loopback(graded_reply) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        args = ("grade", "1.1", "--answer", "-", "--per-bullet", "--json", "--handbook", book)
        result = coach(*args, stdin="油温要高，蛋才蓬松")
    (row,) = lines(result)
    assert [b["verdict"] for b in row["bullets"]] == ["covered", "missing"]
    assert row["judge"]["prompt"].endswith("+each")
    assert (row["usage"]["calls"], len(server.requests)) == (2, 2)
    assert row["usage"]["cost"] == (row["usage"]["prompt_tokens"] + 4 * row["usage"]["completion_tokens"]) / 1e6


def test_bullet_that_could_not_be_graded_is_named_and_waits(
    book: Path, monkeypatch: pytest.MonkeyPatch, clean_environment: Path
) -> None:
    def half(body: dict[str, Any]) -> str:
        whole = json.loads(graded_reply(body))
        return json.dumps({**whole, "bullets": whole["bullets"][:1]}, ensure_ascii=False)

    monkeypatch.setenv("COACH_MODEL", "m")
    with Loopback(half) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        result = coach("grade", "1.1", "--answer", "-", "--json", "--handbook", book, stdin="油温要高，蛋才蓬松")
    (row,) = lines(result)
    assert [b["verdict"] for b in row["bullets"]] == ["covered", "ungraded"]
    assert (row["score"], row["bullets"][1]["reason"] != "") == (1.0, True)
    assert "1 of 2 bullets could not be graded" in result.stderr
    with Loopback(graded_reply) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        (row,) = lines(coach("grade", "--pending", "--json", "--handbook", book))
    assert [b["verdict"] for b in row["bullets"]] == ["covered", "missing"]
    with Journal(clean_environment / "journal.db") as journal:
        assert journal.pending() == []


def test_broken_reply_cache_stops_nobody_who_wants_no_cache(
    book: Path, monkeypatch: pytest.MonkeyPatch, clean_environment: Path
) -> None:
    (clean_environment / "replies.db").write_text("not a database, " * 100)
    monkeypatch.setenv("COACH_MODEL", "m")
    with Loopback(graded_reply) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        args = ("grade", "1.1", "--answer", "-", "--handbook", book)
        broken = coach(*args, stdin="油温要高，蛋才蓬松")
        assert (broken.exit_code, "--no-cache" in broken.stderr) == (1, True)
        assert coach(*args, "--no-cache", stdin="油温要高，蛋才蓬松").exit_code == 0


def test_unreachable_model_exits_3_and_keeps_the_answer_for_later(
    book: Path, monkeypatch: pytest.MonkeyPatch, clean_environment: Path
) -> None:
    monkeypatch.setenv("COACH_MODEL", "m")
    with Loopback(lambda _: Status(401, "no such key")) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        result = coach("grade", "1.1", "--answer", "-", "--handbook", book, stdin="油温要高，蛋才蓬松")
    assert result.exit_code == 3
    assert "--pending" in result.stderr
    with Journal(clean_environment / "journal.db") as journal:
        assert [attempt.answer for attempt in journal.pending()] == ["油温要高，蛋才蓬松"]
    with Loopback(graded_reply) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        later = coach("grade", "--pending", "--json", "--handbook", book)
    assert later.exit_code == 0, later.stderr
    assert lines(later)[0]["score"] == 0.5
    with Journal(clean_environment / "journal.db") as journal:
        assert journal.pending() == []


def test_practice_goes_on_when_the_model_is_lost(book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("油温要高，蛋才蓬松\n---\n米先淘两遍", encoding="utf-8")
    monkeypatch.setenv("COACH_MODEL", "m")
    with Loopback(lambda _: Status(403, "no")) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        result = coach("practice", "1.1", "1.2", "--answers", tmp_path / "a.txt", "--json", "--handbook", book)
    assert result.exit_code == 0, result.stderr
    assert lines(result)[-1]["pending"] == 2
    assert all(b["verdict"] == "ungraded" for b in lines(result)[1]["bullets"])


def test_own_question_finds_its_rubric_or_nothing_is_scored(book: Path) -> None:
    found = coach("grade", "--own", "怎么炒鸡蛋", "--answer", "-", "--json", "--handbook", book, stdin="油要热")
    assert found.exit_code == 0, found.stderr
    assert lines(found)[0]["rubric"]["by"] == "search"
    assert lines(found)[0]["rubric"]["ref"] == "1.1"
    lost = coach("grade", "--own", "how to file a tax return", "--answer", "-", "--json", "--handbook", book, stdin="x")
    assert lost.exit_code == 0, lost.stderr
    (row,) = lines(lost)
    assert (row["rubric"], row["score"], row["bullets"]) == (None, None, [])
    assert row["nearest"]


def test_ask_prints_hits_and_the_handbooks_answer(book: Path) -> None:
    result = coach("ask", "炒鸡蛋", "--json", "--offline", "--handbook", book)
    assert result.exit_code == 0, result.stderr
    (row,) = lines(result)
    assert row["schema"] == 1
    assert row["query"] == "炒鸡蛋"
    assert row["hits"][0]["ref"] == "1.1"
    assert row["hits"][0]["line"] == 7
    assert row["answer"]["by"] == "handbook"


def test_index_counts_what_it_read(book: Path) -> None:
    result = coach("index", "--json", "--handbook", book)
    assert result.exit_code == 0, result.stderr
    (row,) = lines(result)
    assert (row["directions"], row["questions"], row["bullets"], row["hot_topics"]) == (1, 2, 4, 0)


def test_edited_handbook_tells_what_changed_once_and_keeps_its_history(book: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("先淘米", encoding="utf-8")
    coach("practice", "1.2", "--answers", tmp_path / "a.txt", "--json", "--handbook", book)
    book.write_text(COOKING.replace("米先淘两遍", "米要先淘两遍"), encoding="utf-8")
    changed = coach("index", "--diff", "--handbook", book)
    assert "~ 米先淘两遍 -> 米要先淘两遍" in changed.stdout
    assert "history of 1 edited bullet(s) carried over" in changed.stdout
    assert "~" not in coach("index", "--diff", "--handbook", book).stdout


def test_handbook_of_index_is_remembered_until_the_bundled_one_is_named(book: Path) -> None:
    coach("index", "--handbook", book)
    assert lines(coach("index", "--json"))[0]["handbook"] == "cooking"
    coach("index", "--handbook", "bundled")
    assert lines(coach("index", "--json"))[0]["handbook"] == "ai-interview"


def test_bundled_handbook_is_read_whole() -> None:
    (row,) = lines(coach("index", "--json"))
    assert (row["directions"], row["questions"], row["bullets"], row["hot_topics"]) == (7, 83, 310, 10)


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["practice", "9.9", "--answers", "-"], "unknown question '9.9'"),
        (["practice", "-d", "钓鱼", "--answers", "-"], "unknown direction '钓鱼'"),
        (["practice", "--resume", "--answers", "-"], "no unfinished interview"),
        (["practice", "--no-input"], "--answers"),
        (["grade", "1.1", "--answer", "/no/such/file"], "/no/such/file"),
        (["grade", "1.1", "--answer", "-", "--judge", "llm"], "without a model"),
        (["grade", "1.1", "--answer", "-", "--judge", "human"], "'human'"),
        (["index", "--handbook", "/no/such/book.md"], "/no/such/book.md"),
        (["eval", "grading", "--data", "/no/such/data.jsonl"], "/no/such/data.jsonl"),
        (["eval", "singing"], "'singing'"),
        (["eval", "grading", "--fail-under", "macro_f1"], "grading.macro_f1=0.6"),
        (["eval", "grading", "--fail-under", "grading.macrof1=0.6"], "no figure 'grading.macrof1'"),
        (["eval", "grading", "--fail-over", "retrieval.recall@1=0.6"], "no figure 'retrieval.recall@1'"),
        (["eval", "grading", "--max-drop", "grading.kappa=0.1"], "without a baseline"),
        (["eval", "grading", "--price", "qwen-plus=3"], "qwen-plus=0.4,1.2"),
    ],
)
def test_usage_errors_exit_2_and_say_what_was_wrong_first(args: list[str], told: str) -> None:
    result = coach(*args, stdin="")
    assert result.exit_code == 2, result.output
    first = result.stderr.splitlines()[0]
    assert first.startswith("error: ")
    assert told in first
    assert "Traceback" not in result.output


def test_first_line_on_stderr_is_the_error_for_a_wrong_option_too() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from coach.cli import main; main()", "grade", "--frobnicate"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.splitlines()[0].startswith("error: ")
    assert "--frobnicate" in done.stderr.splitlines()[0]


def test_every_error_class_of_ours_has_an_exit_code() -> None:
    from coach import errors as coach_errors
    from evals import errors as eval_errors
    from index import errors as index_errors

    for module in (coach_errors, eval_errors, index_errors):
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, Exception):
                assert exit_code(kind("x")) in {1, 2, 3, 4}
    assert exit_code(ValueError("a programmer's mistake")) is None


def test_eval_grading_writes_cells_and_keeps_its_bar(tmp_path: Path) -> None:
    row = {
        "id": "a",
        "ref": "1.1",
        "question": "怎么炒鸡蛋？",
        "bullets": ["油要热，蛋液才会蓬松", "出锅前再放盐"],
        "answer": "油要热，蛋液才会蓬松，别的我没有研究过。",
        "style": "spoken_zh",
        "kind": "medium",
        "labels": [
            {"bullet": 0, "verdict": "covered", "evidence": "油要热，蛋液才会蓬松", "second": "covered"},
            {"bullet": 1, "verdict": "missing", "evidence": "", "second": "missing"},
        ],
    }
    data = tmp_path / "gold.jsonl"
    data.write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    out = tmp_path / "run"
    result = coach("eval", "grading", "--data", data, "--out", out, "--judge", "offline", "--json")
    assert result.exit_code == 0, result.stderr
    assert lines(result)[0]["suites"]["grading"]["accuracy"]["n"] == 2
    assert [json.loads(line)["bullet"] for line in (out / "cells.jsonl").read_text().splitlines()] == [0, 1]
    below = coach("eval", "grading", "--data", data, "--out", tmp_path / "b", "--fail-under", "grading.accuracy=1.1")
    assert below.exit_code == 5
    assert "under 1.1" in below.stderr


def test_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    answers = tmp_path / "answers.txt"
    answers.write_text("把 critic 去掉", encoding="utf-8")
    script = "from coach.cli import main; main()"
    command = [sys.executable, "-c", script, "practice", "2.4", "--answers", str(answers), "--offline"]
    env = {**os.environ, "COACH_HOME": str(tmp_path / "home")}
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.close()
        assert child.stderr is not None
        assert child.stderr.read() == b""
    assert child.returncode == 0

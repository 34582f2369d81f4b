"""Questions of the person's own: kept, added, and from then on asked like the handbook's."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pexpect
import pytest
from loopback import Loopback
from typer.testing import CliRunner, Result

from coach.cli import app
from coach.notes import FILE_NAME, parse_bullets

ROOT = Path(__file__).resolve().parents[1]
COOKING = "# 厨房\n\n## 一、热菜\n\n### Q1: 怎么炒鸡蛋？\n- 油要热，蛋液才会蓬松\n- 出锅前再放盐\n"
OWN = "怎么煮溏心蛋？"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "cooking.md"
    path.write_text(COOKING, encoding="utf-8")
    return path


def coach(*args: object, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(arg) for arg in args], input=stdin)


def rows(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_answer_to_an_unknown_question_is_kept_and_graded_once_its_bullets_are_added(book: Path) -> None:
    heard = coach("practice", "--own", OWN, "--answers", "-", "--json", "--handbook", book, stdin="水开后煮六分钟\n")
    grade = next(row for row in rows(heard) if row["event"] == "grade")
    assert (grade["score"], grade["pending"]) == (None, True)
    added = rows(
        coach("add", OWN, "--bullet", "水开后煮六分钟", "--bullet", "立刻过凉水", "--json", "--handbook", book)
    )
    assert (added[0]["ref"], added[0]["draft"], added[0]["by"], added[0]["waiting"]) == ("0.1", False, "person", 1)
    graded = rows(coach("grade", "--pending", "--json", "--handbook", book))
    assert [row["rubric"]["ref"] for row in graded] == ["0.1"]
    assert [b["verdict"] for b in graded[0]["bullets"]] == ["covered", "missing"]


def test_added_question_is_found_and_asked_like_any_other(book: Path) -> None:
    coach("add", OWN, "--bullet", "水开后煮六分钟", "--handbook", book)
    found = rows(coach("ask", "溏心蛋煮多久", "--json", "--handbook", book))[0]
    assert found["hits"][0]["ref"] == "0.1"
    asked = rows(coach("practice", "-d", "0", "--answers", "-", "--json", "--handbook", book, stdin="六分钟"))[0]
    assert asked["question"] == OWN


def test_model_drafts_the_bullets_and_the_rubric_says_that_it_is_a_draft(
    book: Path, monkeypatch: pytest.MonkeyPatch, clean_environment: Path
) -> None:
    reply = json.dumps({"bullets": ["水开后下锅", "煮六分钟", "过凉水，停止受热"]}, ensure_ascii=False)
    with Loopback(lambda _: reply) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("COACH_MODEL", "any")
        added = rows(coach("add", OWN, "--json", "--handbook", book))[0]
    assert added["bullets"] == ["水开后下锅", "煮六分钟", "过凉水，停止受热"]
    assert added["draft"]
    shown = coach("practice", "0.1", "--answers", "-", "--judge", "offline", "--handbook", book, stdin="水开后下锅")
    assert "要点是草稿" in shown.stdout
    notes = clean_environment / FILE_NAME
    trusted = "\n".join(line for line in notes.read_text("utf-8").splitlines() if not line.startswith(">"))
    notes.write_text(trusted, encoding="utf-8")
    shown = coach("practice", "0.1", "--answers", "-", "--judge", "offline", "--handbook", book, stdin="水开后下锅")
    assert "要点是草稿" not in shown.stdout


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["怎么炒鸡蛋？", "--bullet", "x"], "is question 1.1 already"),
        ([OWN, "--bullet", "  "], "no bullets"),
        ([" ", "--bullet", "x"], "no question"),
        ([OWN, "--no-input"], "--bullet"),
    ],
)
def test_what_cannot_be_added_says_why_and_writes_nothing(
    args: list[str], told: str, book: Path, clean_environment: Path
) -> None:
    result = coach("add", *args, "--handbook", book)
    assert result.exit_code == 2
    assert told in result.stderr
    assert not (clean_environment / FILE_NAME).exists()


def test_bullets_are_read_with_or_without_markers() -> None:
    typed = "# 题目\n> 每行一个要点\n- 水开\n\n2. 六分钟\n过凉水\n<!-- 备注 -->\n"
    assert parse_bullets(typed) == ["水开", "六分钟", "过凉水"]


@pytest.mark.slow
def test_editor_opens_a_template_and_what_is_typed_there_becomes_the_rubric(book: Path, tmp_path: Path) -> None:
    editor = tmp_path / "editor.py"
    editor.write_text("import sys; open(sys.argv[1], 'a').write('- 水开后煮六分钟\\n')", encoding="utf-8")
    env = {"COACH_HOME": str(tmp_path / "home"), "EDITOR": f"{sys.executable} {editor}", "LC_ALL": "C.UTF-8"}
    script = "from coach.cli import main; main()"
    args = ["-c", script, "add", OWN, "--handbook", str(book)]
    child = pexpect.spawn(sys.executable, args, cwd=ROOT, env=env, encoding="utf-8", timeout=30)
    child.expect_exact("水开后煮六分钟")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0

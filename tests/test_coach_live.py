"""`coach grade` at a real terminal: verdicts as they come, and an answer that survives Ctrl-C."""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path

import pexpect
import pytest

from coach.journal import Journal
from tests.loopback import Loopback

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
BOOK = "# 厨房\n\n## 一、灶台\n\n### Q1: 炒蛋怎么炒？\n\n- 油热了再下蛋\n- 出锅前放盐\n- 蛋液里加点水\n"
ANSWER = "油温要高，蛋才蓬松，盐嘛一开始就放"


def entry(number: int, verdict: str, *quotes: str) -> dict[str, object]:
    head = {"bullet": f"b{number}", "requires": ["一件事"], "quotes": quotes, "lacking": ""}
    return {**head, "verdict": verdict, "certainty": 0.9}


ENTRIES = [entry(1, "covered", "油温要高，蛋才蓬松"), entry(2, "contradicted", "盐嘛一开始就放"), entry(3, "missing")]
REPLY = json.dumps({"bullets": ENTRIES, "feedback": "油温说对了。"}, ensure_ascii=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all, so that the search index is built once."""
    return tmp_path_factory.mktemp("live")


def grade_at_a_terminal(folder: Path, url: str, **more: str) -> pexpect.spawn:
    (folder / "book.md").write_text(BOOK, encoding="utf-8")
    (folder / "answer.txt").write_text(ANSWER, encoding="utf-8")
    env = {**os.environ, "COACH_HOME": str(folder / "home"), "TERM": "xterm", "LC_ALL": "C.UTF-8", **more}
    env |= {"COACH_MODEL": "m", "OPENAI_BASE_URL": url, "PYTHONWARNINGS": "ignore"}
    args = ["grade", "1.1", "--answer", str(folder / "answer.txt"), "--handbook", str(folder / "book.md")]
    script = "from coach.cli import main; main()"
    return pexpect.spawn(
        sys.executable, ["-c", script, *args], cwd=ROOT, env=env, encoding="utf-8", dimensions=(24, 80), timeout=20
    )


def test_each_verdict_is_on_screen_before_the_reply_has_ended(folder: Path) -> None:
    seen = threading.Event()

    def hold(sent: str) -> None:
        if '"b3"' in sent:  # the first two verdicts are out, the third is not
            seen.wait(timeout=15)

    with Loopback([REPLY], piece=len(REPLY) // 12, on_sent=hold) as server:
        child = grade_at_a_terminal(folder, server.url)
        for text in ("评分中…", "  1 ✓", "  2 !"):
            child.expect_exact(text)
        assert not seen.is_set()
        seen.set()
        for text in ("  3 ✗", "油温说对了。", "tokens"):
            child.expect_exact(text)
        child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_ctrl_c_while_grading_keeps_the_answer(folder: Path) -> None:
    with Loopback([REPLY], piece=len(REPLY) // 12, pause_s=0.2) as server:
        child = grade_at_a_terminal(folder, server.url)
        child.expect_exact("评分中…")
        child.expect_exact("  1 ✓")
        child.sendintr()
        child.expect_exact("--pending")
        child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    with Journal(folder / "home" / "journal.db") as journal:
        (attempt,) = journal.pending()
    assert (attempt.answer, attempt.grade) == (ANSWER, None)


def test_dumb_terminal_gets_no_moving_line(folder: Path) -> None:
    with Loopback([REPLY]) as server:
        child = grade_at_a_terminal(folder, server.url, TERM="dumb")
        child.expect(pexpect.EOF)
    assert "\x1b" not in (child.before or "")
    assert "油温说对了。" in (child.before or "")

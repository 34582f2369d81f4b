"""The interview at a real terminal: typing, pasting, drafts, Ctrl-C and kill -9."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from coach.journal import Journal
from coach.terminal import DRAFT_EVERY_S
from coach.types import Attempt, Verdict

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
BLANK = "不知道"  # graded by the gate: every bullet missing for sure, whatever the judge
PASTE = "\x1b[200~{}\x1b[201~"
LONG = "每个提示采样一组回答，用组内的均值和标准差算优势。" * 120  # 3,000 characters: beyond a tty's 4,095-byte line


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


class Terminal:
    """A coach running on a pty of 80 x 24."""

    def __init__(self, home: Path, *args: str) -> None:
        env = {
            **os.environ,
            "COACH_HOME": str(home),
            "TERM": "xterm",
            "PROMPT_TOOLKIT_NO_CPR": "1",
            "PYTHONWARNINGS": "ignore",
            "LC_ALL": "C.UTF-8",
        }
        script = "from coach.cli import main; main()"
        self.child = pexpect.spawn(
            sys.executable, ["-c", script, *args], cwd=ROOT, env=env, encoding="utf-8", dimensions=(24, 80), timeout=20
        )

    def expect(self, text: str) -> None:
        self.child.expect_exact(text)

    def send(self, text: str) -> None:
        self.child.send(text)

    def line(self, text: str) -> None:
        """Type a line and Enter, no faster than fingers: two Enters in a burst would be a paste."""
        self.send(text)
        if text:
            self.expect(text[-2:])
        time.sleep(0.3)
        self.send("\r")
        time.sleep(0.3)

    def graded(self) -> None:
        """Wait for the feedback, having said nothing about how sure one is."""
        self.expect("回车 不说")
        self.send("\r")
        self.expect("判官")

    def close(self) -> int | None:
        self.child.expect(pexpect.EOF)
        self.child.close()
        return self.child.exitstatus


@pytest.fixture
def interview(home: Path) -> Iterator[Terminal]:
    terminal = Terminal(home, "practice", "2.4", "1.2", "--no-follow-ups")
    terminal.expect("Ctrl-D")
    yield terminal
    terminal.child.close(force=True)


def answers(home: Path) -> list[str]:
    with Journal(home / "journal.db") as journal:
        return [attempt.answer for attempt in journal.attempts()]


def test_long_chinese_paste_of_several_lines_arrives_whole(interview: Terminal, home: Path) -> None:
    text = f"{LONG}\n\n/skip\n最后一行 with English"
    interview.send(PASTE.format(text))
    interview.send("\x04")
    interview.graded()
    assert answers(home) == [text]


def test_backspace_over_chinese_leaves_no_broken_character(interview: Terminal, home: Path) -> None:
    interview.send("去掉 critic 爆炸")
    interview.send("\x7f\x7f")
    interview.send("\x04")
    interview.graded()
    assert answers(home) == ["去掉 critic"]


def test_empty_line_sends_and_a_verb_in_between_does_not_disturb_the_draft(interview: Terminal, home: Path) -> None:
    interview.line("去掉 critic")
    interview.line("/hint")
    interview.expect("提示 1")
    interview.line("，用组内相对奖励")
    interview.line("")
    interview.graded()
    assert answers(home) == ["去掉 critic，用组内相对奖励"]


def test_second_ctrl_c_leaves_with_130_and_the_draft_is_back_next_time(interview: Terminal, home: Path) -> None:
    interview.send("写了一半")
    interview.expect("半")
    interview.send("\x03")
    interview.expect("Ctrl-C")
    interview.send("\x03")
    interview.expect("--resume")
    assert interview.close() == 130
    again = Terminal(home, "practice", "--resume", "--no-follow-ups")
    again.expect("2.4")
    again.expect("4 字")
    again.expect("写了一半")
    again.send("，写完了\x04")
    again.graded()
    again.child.close(force=True)
    assert answers(home) == ["写了一半，写完了"]


def test_kill_9_keeps_what_was_typed_two_seconds_ago(interview: Terminal, home: Path) -> None:
    interview.send("还没发出去")
    interview.expect("去")
    deadline = time.monotonic() + 5 * DRAFT_EVERY_S
    with Journal(home / "journal.db") as journal:
        while not journal.drafts("ai-interview") and time.monotonic() < deadline:
            time.sleep(0.1)
    os.kill(interview.child.pid, signal.SIGKILL)
    with Journal(home / "journal.db") as journal:
        assert [draft.text for draft in journal.drafts("ai-interview").values()] == ["还没发出去"]


def test_ctrl_d_on_an_empty_box_ends_well(interview: Terminal) -> None:
    interview.send("\x04")
    interview.expect("coach practice --resume")
    assert interview.close() == 0


def attempts(home: Path) -> list[Attempt]:
    with Journal(home / "journal.db") as journal:
        return journal.attempts()


def test_paste_switches_the_pace_off_and_typing_keeps_it_on(interview: Terminal, home: Path) -> None:
    interview.send(PASTE.format(BLANK))
    interview.expect(BLANK)
    interview.send("\x04")
    interview.graded()
    interview.expect("回车继续>")
    interview.send("\r")
    interview.expect("第 2/2 题")
    interview.send(f"{BLANK}\x04")
    interview.graded()
    first, second = attempts(home)
    assert first.took_s is None
    assert second.took_s is not None


def test_one_key_overrules_the_verdict_in_focus_and_a_digit_moves_the_focus(interview: Terminal, home: Path) -> None:
    interview.send(f"{BLANK}\x04")
    interview.expect("回车 不说")
    interview.send("4")
    interview.expect("回车继续>")
    interview.send("2w")
    interview.expect("第 2 条改判为 wrong")
    interview.expect("回车继续>")
    interview.send("/why 2\r")
    interview.expect("2 ! wrong")
    answer = attempts(home)[0]
    assert answer.confidence == 4
    with Journal(home / "journal.db") as journal:
        assert journal.marks(answer.id)[1] is Verdict.CONTRADICTED


def test_unfinished_answer_is_offered_at_the_next_start(interview: Terminal, home: Path) -> None:
    interview.send("写到一半")
    interview.expect("半")
    time.sleep(DRAFT_EVERY_S + 0.5)
    os.kill(interview.child.pid, signal.SIGKILL)
    again = Terminal(home, "practice", "--no-follow-ups")
    again.expect("2.4 有一份没写完的答案，4 字")
    again.send("\r")
    again.expect("1/2")  # the sitting that was killed goes on, with its other question behind
    again.expect("写到一半")
    again.send("，写完了\x04")
    again.graded()
    again.child.close(force=True)
    assert answers(home) == ["写到一半，写完了"]


def test_narrower_window_in_the_middle_of_a_chinese_answer_keeps_it_whole(interview: Terminal, home: Path) -> None:
    interview.send("去掉 critic，用组内的均值和标准差算优势，")
    interview.expect("优势")
    interview.child.setwinsize(20, 40)
    interview.send("省下一份显存\x7f\x7f优化器状态")
    interview.expect("状态")
    interview.child.setwinsize(30, 120)
    interview.send("\x04")
    interview.graded()
    assert answers(home) == ["去掉 critic，用组内的均值和标准差算优势，省下一份优化器状态"]


def test_real_interview_shows_no_verdict_until_its_end(home: Path) -> None:
    interview = Terminal(home, "practice", "2.4", "1.2", "--mode", "real", "--no-follow-ups")
    interview.expect("Ctrl-D")
    interview.send(f"{BLANK}\x04")
    interview.expect("第 2/2 题")
    assert "判官" not in interview.child.before
    interview.send(f"{BLANK}\x04")
    interview.expect("逐题反馈")
    for _ in range(2):
        interview.expect("判官")
        interview.expect("回车继续>")
        interview.send("\r")
    interview.expect("小结")
    assert interview.close() == 0
    assert [a.grade is not None for a in attempts(home)] == [True, True]


def test_edit_opens_the_editor_on_the_draft_and_brings_its_text_back(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = tmp_path / "editor.py"
    editor.write_text("import sys; open(sys.argv[1], 'a').write('，还有编辑器里写的')", encoding="utf-8")
    monkeypatch.setenv("EDITOR", f"{sys.executable} {editor}")
    interview = Terminal(home, "practice", "2.4", "--no-follow-ups")
    interview.expect("Ctrl-D")
    interview.line("先打的字")
    interview.line("/edit")
    interview.expect("还有编辑器里写的")
    interview.send("\x04")
    interview.graded()
    interview.child.close(force=True)
    assert answers(home) == ["先打的字，还有编辑器里写的"]


def test_slip_of_a_verb_is_told_and_a_verb_sent_by_ctrl_d_leaves_no_draft(interview: Terminal, home: Path) -> None:
    interview.send("/hnit\r")
    interview.expect("没有 /hnit")
    interview.send("/skip\x04")
    interview.expect("第 2/2 题")
    with Journal(home / "journal.db") as journal:
        assert journal.drafts("ai-interview") == {}


HALF_WRONG = (
    "GRPO 也要训练一个和策略一样大的 critic 网络来估计优势。每个问题采样一组回答，用组内的均值和标准差标准化。"
    "DeepSeek-R1 就是用它在 base model 上直接练出推理的。"
)


def test_one_screen_quotes_me_says_what_is_wrong_and_right_and_lets_me_overrule_with_one_key(
    interview: Terminal, home: Path
) -> None:
    interview.send(f"{HALF_WRONG}\x04")
    interview.expect("回车 不说")
    interview.send("4")
    interview.expect("先改这一条：")
    interview.expect("1 ! wrong")
    interview.expect("«GRPO 也要训练")
    interview.expect("这样说：")
    interview.expect("判 wrong 时 10 次对")
    if interview.child.expect_exact(["第 1 条改判 [y]", "回车 不管"]) == 1:  # the judge is unsure of another one
        interview.send("\r")
        interview.expect("第 1 条改判 [y]")
    interview.send("y")
    interview.expect("第 1 条改判为 covered，以你为准")
    with Journal(home / "journal.db") as journal:
        assert journal.marks(journal.attempts()[0].id) == {0: Verdict.COVERED}


def test_verb_typed_where_a_key_is_asked_for_presses_no_key_and_is_obeyed_after_the_feedback(
    interview: Terminal, home: Path
) -> None:
    interview.send(f"{BLANK}\x04")
    interview.expect("回车 不说")
    interview.line("/mark 2 y")  # its 2 would else be how sure one is
    interview.expect("第 2 条改判为 covered")
    with Journal(home / "journal.db") as journal:
        assert [attempt.confidence for attempt in journal.attempts()] == [None]


def test_long_paste_into_coach_grade_is_kept_whole(home: Path) -> None:
    terminal = Terminal(home, "grade", "2.4", "--offline")
    terminal.expect("Ctrl-D")
    terminal.send(PASTE.format(LONG))
    terminal.send("\x04")
    terminal.expect("判官")
    terminal.close()
    assert answers(home) == [LONG]


def test_first_ctrl_c_at_an_empty_box_does_not_speak_of_a_draft(interview: Terminal) -> None:
    interview.send("\x03")
    interview.expect("再按一次 Ctrl-C 退出\r\n")

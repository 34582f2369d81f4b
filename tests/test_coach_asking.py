"""The look-up prompt as a user meets it: a real terminal, a real endpoint that refuses."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pexpect
import pytest
from loopback import Loopback, Status

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
UP = "\x1b[A"


def test_prompt_survives_a_model_that_refuses_and_remembers_what_was_asked(tmp_path: Path) -> None:
    with Loopback(lambda body: Status(401)) as server:
        env = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PROMPT_TOOLKIT_NO_CPR": "1",
            "COACH_HOME": str(tmp_path / "home"),
            "COACH_MODEL": "scripted",
            "OPENAI_BASE_URL": server.url,
            "TERM": "xterm-256color",
            "LC_ALL": "C.UTF-8",
        }
        command = ["-c", "from coach.cli import main; main()", "ask"]
        child = pexpect.spawn(sys.executable, command, cwd=tmp_path, env=env, encoding="utf-8", dimensions=(24, 80))
        child.expect_exact("ask>")
        child.send("what is GRPO\r")
        child.expect_exact("[2.4]")
        child.expect_exact("error: ")
        child.expect_exact("ask>")
        child.send(UP)
        child.expect_exact("what is GRPO")  # from the history
        child.send("\r")
        child.expect_exact("[2.4]")
        child.expect_exact("ask>")
        child.send("\x04")
        child.expect(pexpect.EOF)
        child.close()
    assert child.exitstatus == 0
    assert "what is GRPO" in (tmp_path / "home" / "queries.txt").read_text(encoding="utf-8")

"""An answer on a full disk."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_coach_terminal import PASTE, Terminal

from coach.rescue import rescue

# A limit on the size of files is what a full disk looks like from within: writes fail in mid-transaction.
FULL = """
import json, resource, sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
sys.path.insert(0, "tests")
from test_coach_journal import attempt
from coach.errors import JournalError
from coach.journal import Journal
journal = Journal(Path(sys.argv[1]))
session = journal.start_session("book", "study", [], datetime.now(UTC))
answer = lambda name, text: journal.save_answer(replace(attempt(session.id), id=name, answer=text), "book")
answer("before", "一")
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (journal.path.with_name("journal.db-wal").stat().st_size, hard))
try:
    answer("full", "答" * 3000)
    problem = ""
except JournalError as exc:
    problem = str(exc)
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
answer("after", "三")
print(json.dumps({"problem": problem, "kept": [a.id for a in journal.attempts()], "faults": journal.faults()}))
"""


def test_full_disk_keeps_what_was_saved_and_the_answer_goes_to_a_file_of_its_own(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path / "journal.db")], cwd=root, capture_output=True, text=True, check=True
    )
    row = json.loads(done.stdout)
    assert sorted(row["kept"]) == ["after", "before"]
    assert row["faults"] == []
    command = row["problem"].rpartition(": ")[2].split()
    assert command[:4] == ["coach", "grade", "1.2", "--answer"]
    kept = Path(command[4])
    assert kept.read_text(encoding="utf-8") == "答" * 3000
    kept.unlink()


def test_answer_goes_to_the_next_folder_when_the_first_takes_none(tmp_path: Path) -> None:
    kept = rescue("水", "1.2", (lambda: Path("/proc"), lambda: tmp_path))
    assert kept is not None
    assert (kept.parent, kept.read_text(encoding="utf-8")) == (tmp_path, "水")
    assert kept.stat().st_mode & 0o077 == 0
    assert rescue("水", "1.2", (lambda: Path("/proc"), lambda: Path("/dev/null"))) is None


ANSWER = "每个提示采样一组回答。" * 12


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Terminal]:
    """An interview whose disk has filled up since it began."""
    terminal = Terminal(tmp_path / "home", "practice", "2.4", "--no-follow-ups")
    terminal.expect("Ctrl-D")
    limit = (tmp_path / "home" / "journal.db-wal").stat().st_size
    assert limit > len(ANSWER.encode())  # else the answer would find no room elsewhere either
    assert terminal.child.pid
    resource.prlimit(terminal.child.pid, resource.RLIMIT_FSIZE, (limit, limit))
    terminal.send(PASTE.format(ANSWER))
    yield terminal
    terminal.child.close(force=True)


def rescued(terminal: Terminal) -> str:
    """What the file holds that the terminal names."""
    terminal.child.expect(r"(coach-answer-2\.4-\w+\.txt)")
    (name,) = [terminal.child.match.group(1)]
    kept = Path(tempfile.gettempdir()) / name
    text = kept.read_text(encoding="utf-8")
    kept.unlink()
    return text


@pytest.mark.slow
def test_answer_sent_on_a_full_disk_is_named_with_its_file_and_no_traceback(full: Terminal) -> None:
    full.send("\x04")
    assert rescued(full) == ANSWER
    assert full.close() == 1


@pytest.mark.slow
def test_draft_on_a_full_disk_outlives_ctrl_c(full: Terminal) -> None:
    full.send("\x03")
    full.expect("另存到别处")
    full.send("\x03")
    assert rescued(full) == ANSWER
    assert full.close() == 130

"""The command as a process: odd terminals, full disks, closed pipes, wrong words."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BOOK = "### Q1: 怎么炒鸡蛋？\n- **油温🍳**：要热\n\n### Q2: 怎么煮饭？\n- 米先淘两遍\n"
FULL = Path("/dev/full")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    (tmp_path / "cooking.md").write_text(BOOK, encoding="utf-8")
    return tmp_path / "cooking.md"


def coach(*args: object, **options: object) -> subprocess.CompletedProcess[bytes]:
    """Runs the command; `options` are environment variables, and `stdout`."""
    stdout = options.pop("stdout", subprocess.PIPE)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **{name: str(value) for name, value in options.items()}}
    command = [sys.executable, "-c", "from coach.cli import main; main()", *map(os.fsencode, map(str, args))]
    return subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=stdout,  # type: ignore[call-overload]
        stderr=subprocess.PIPE,
        check=False,
    )


def first_line(done: subprocess.CompletedProcess[bytes]) -> str:
    assert b"Traceback" not in done.stderr
    return done.stderr.decode().splitlines()[0]


@pytest.mark.parametrize("encoding", ["latin-1", "gbk"])
def test_terminal_in_another_encoding_gets_json_that_says_the_same(book: Path, encoding: str) -> None:
    done = coach("terms", "--json", "--handbook", book, PYTHONIOENCODING=encoding)

    assert done.returncode == 0
    assert json.loads(done.stdout.decode(encoding))["term"] == "油温🍳"


@pytest.mark.skipif(not FULL.exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("command", [("--help",), ("terms",), ("--version",)])
def test_full_disk_is_one_line_and_exit_1(book: Path, command: tuple[str, ...]) -> None:
    with FULL.open("wb") as full:
        done = coach(*command, stdout=full, COACH_HANDBOOK=book)

    assert done.returncode == 1
    assert first_line(done) == "error: No space left on device; mend that and run the command again"


def test_reader_that_has_seen_enough_is_no_error() -> None:
    shell = f"{sys.executable} -c 'from coach.cli import main; main()' terms | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", shell], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["bogus"], "error: No such command 'bogus'; see 'coach --help'"),
        (["terms", "--zzz"], "error: No such option: --zzz; see 'coach terms --help'"),
        (["ask", "\udcff"], r"error: '\udcff' is not in the terminal's encoding"),
        (["ask"], "error: nothing to look up; give a query"),
        (["--debug"], "error: No such option: --debug"),
    ],
)
def test_wrong_use_is_one_line_that_says_where_to_look(args: list[str], told: str) -> None:
    done = coach(*args)

    assert done.returncode == 2
    assert first_line(done).startswith(told)
    assert done.stdout == b""


def test_no_command_shows_the_commands_and_exits_2() -> None:
    done = coach()

    assert done.returncode == 2
    assert first_line(done).startswith("Usage: ")
    assert b"practice" in done.stderr


def test_version_is_that_of_the_package() -> None:
    assert coach("--version").stdout == b"interview-coach 0.1.0\n"


def test_data_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    done = coach("progress", COACH_HOME=tmp_path / "home")

    assert done.returncode == 2
    assert first_line(done) == f"error: data folder {str(tmp_path / 'home')!r} is a file; name a folder in COACH_HOME"

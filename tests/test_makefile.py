"""What `make practice` would run on a machine with nothing installed: the shell can read it, whatever pip points at."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
INDEX = "https://download.pytorch.org/whl/cpu"

pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="no make here")


def planned(venv: Path, *arguments: str, **variables: str) -> str:
    """The commands that would make the environment `venv`, in a shell that has these variables and no others."""
    env = {"PATH": os.environ["PATH"], "HOME": str(venv.parent), **variables}
    command = ["make", "-n", f"VENV={venv}", *arguments, f"{venv}/.ready"]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True).stdout


NO_WHEELS = "OWN_WHEELS="
"""As on a machine without a card, also where the tests run on one with."""


@pytest.mark.parametrize("arguments", [(NO_WHEELS,), (NO_WHEELS, "TORCH_INDEX="), ()])
def test_shell_can_read_what_make_would_run(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    commands = planned(tmp_path / "venv", *arguments)
    assert "pip install" in commands
    subprocess.run(["sh", "-n"], input=commands, text=True, check=True)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere PyPI's torch is small")
def test_own_wheels_keep_make_from_pytorchs_index(tmp_path: Path) -> None:
    assert INDEX in planned(tmp_path / "venv", NO_WHEELS)
    assert INDEX not in planned(tmp_path / "venv", NO_WHEELS, "TORCH_INDEX=")
    assert INDEX not in planned(tmp_path / "venv", PIP_FIND_LINKS="/wheels")

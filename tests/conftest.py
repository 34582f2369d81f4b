"""Fixtures that every test shares."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from coach.config import calm_numpy

calm_numpy()  # as the command line does, before any test imports numpy

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """No test reads the developer's own settings, or writes into the developer's own data folder."""
    for name in list(os.environ):
        if name.startswith(("COACH_", "OPENAI_")) or name in {"NO_COLOR", "EDITOR", "VISUAL"}:
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("COACH_HOME", str(home))
    return home


@pytest.fixture
def shared() -> Path:
    """The folder of external test data beside the checkout; skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared, which is absent here")
    return SHARED

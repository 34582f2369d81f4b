"""One run of `coach config`: every setting with its value and its origin; a key only by its last characters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

import typer

from coach.config import BUNDLED, FILE_NAME, INTERNAL, Config, choose_judge
from coach.errors import ConfigError
from coach.streams import emit

LONG_ENOUGH = 12
"""Of a shorter key four characters would tell too much."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of `coach config`."""

    name: str
    value: str | float | bool | None
    origin: str


def show(config: Config, *, as_json: bool) -> None:
    """Print the settings, and which judge they come to."""
    found, judge = list(settings(config)), judged_by(config)
    if as_json:
        rows = {s.name: {"value": s.value, "origin": s.origin} for s in found}
        emit({"schema": 1, "settings": rows, "judge": judge})
        return
    width = max(len(s.name) for s in found)
    for s in found:
        value = "—" if s.value is None else str(s.value).lower() if isinstance(s.value, bool) else str(s.value)
        typer.echo(f"{s.name:{width}}  {value}  ({s.origin})")
    typer.echo(f"\nanswers are graded by: {judge}")
    typer.echo(f"set them in {Path(FILE_NAME).resolve()} or {config.home / FILE_NAME}, or as COACH_<NAME>")


def settings(config: Config) -> Iterator[Setting]:
    """Every setting in the order of `Config`; the data folder first."""
    yield Setting("home", str(config.home), config.origins["home"])
    for field in fields(config):
        if field.name not in INTERNAL:
            yield Setting(field.name, _shown(config, field.name), config.origins.get(field.name, "default"))


def _shown(config: Config, name: str) -> str | float | bool | None:
    value = getattr(config, name)
    if name == "api_key":
        return masked(value)
    if name == "base_url":
        return without_password(value)
    if name == "handbook":
        return str(value) if value else BUNDLED
    return value if isinstance(value, str | float | bool) else None


def masked(key: str | None) -> str | None:
    """A key by its last four characters.

    >>> masked("sk-0123456789abcd")
    '…abcd'
    >>> masked("short")
    '…'
    """
    if not key:
        return None
    return f"…{key[-4:]}" if len(key) >= LONG_ENOUGH else "…"


def without_password(url: str | None) -> str | None:
    """A URL without the name and password that may stand before its host.

    >>> without_password("http://me:secret@localhost:8000/v1")
    'http://…@localhost:8000/v1'
    """
    if not url or "@" not in urlsplit(url).netloc:
        return url
    return url.replace(urlsplit(url).netloc.rpartition("@")[0], "…", 1)


def judged_by(config: Config) -> str:
    """The judge that these settings come to, or why there is none."""
    try:
        choice = choose_judge(config)
    except ConfigError as exc:
        return f"nobody: {exc}"
    return choice.model or "the offline judge"

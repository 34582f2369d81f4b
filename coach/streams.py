"""What goes to stdout and stderr: lines of JSON, narration, and any text in whatever encoding the terminal has.

What the encoding lacks is written as an escape, what it garbled on the way in is refused. Knows no command.
"""

from __future__ import annotations

import codecs
import json
import sys
from collections.abc import Mapping, Sequence
from io import TextIOWrapper

import typer


def emit(row: Mapping[str, object]) -> None:
    """One JSON object on a line of stdout."""
    typer.echo(json.dumps(row, ensure_ascii=False))


def narrate(line: str) -> None:
    """A line that is not data, on stderr."""
    typer.echo(line, err=True)


def open_up() -> None:
    """Let stdout and stderr take any text, whatever encoding the terminal names."""
    codecs.register_error("json", escaped)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="json")


def escaped(exc: UnicodeError) -> tuple[str, int]:
    r"""What an encoding lacks as JSON writes it, so that a line of JSON stays one: `\u4e2d`, `\ud83d\ude00`."""
    if not isinstance(exc, UnicodeEncodeError):
        raise exc
    units = exc.object[exc.start : exc.end].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[n : n + 2].hex()}" for n in range(0, len(units), 2)), exc.end


def check(arguments: Sequence[str]) -> None:
    """BadParameter names an argument whose bytes the terminal's encoding could not read."""
    for argument in arguments:
        if any("\ud800" <= char <= "\udfff" for char in argument):
            told = f"{argument!r} is not in the terminal's encoding; set LANG=C.UTF-8 and type it again"
            raise typer.BadParameter(told)

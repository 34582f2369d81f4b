"""One run of `coach export`: a sitting out of the journal, into a file or onto stdout."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from coach import wire
from coach.anki import anki_text
from coach.config import Config
from coach.errors import ConfigError
from coach.sessions import find_sitting
from coach.transcript import Script, script_html, script_json, script_markdown
from coach.words import say

FORMS = ("md", "html", "anki")


def export(config: Config, session: str, form: str, file: Path | None, *, as_json: bool) -> None:
    """Write the sitting in one of `FORMS`; with `as_json` as one JSON object instead."""
    script = _script(config, session)
    if as_json:
        text = json.dumps(script_json(script), ensure_ascii=False)
    elif form == "anki":
        text = anki_text(script.ending.gaps, script.material, script.language)
    else:
        text = script_html(script) if form == "html" else script_markdown(script)
    write(text, file)
    if form == "anki" and file and not as_json:
        typer.echo(say("anki_how", script.language, n=len(script.ending.gaps)), err=True)


def _script(config: Config, session: str) -> Script:
    book = wire.handbook(config)
    with wire.journal(config) as journal:
        found = find_sitting(journal, book.name, session)
        ending = wire.ending(config, journal, book.name, found.session.id)
        marks = journal.all_marks(book.name)
    return Script(found, marks, ending, wire.material(config, book), wire.language(config, book))


def write(text: str, file: Path | None) -> None:
    """Put the text into `file` and name it, or onto stdout; ConfigError when the file cannot be written."""
    if file is None:
        typer.echo(text.rstrip("\n"))
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as exc:
        raise ConfigError(f"{file}: {exc.strerror}; name a file that can be written") from exc
    typer.echo(file)

"""One run of `coach practice`: settings to parts, then each event shown, or printed as JSON."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from coach import crew, events, own, practice, wire
from coach.choosing import MODES, Begun, Wishes, begin
from coach.config import Config, choose_judge
from coach.endboard import ending_json
from coach.ending import Ending
from coach.errors import ConfigError
from coach.eventjson import event_json
from coach.journal import Journal
from coach.language import Language
from coach.turns import BlockReader, Reader
from coach.types import Narrate
from coach.words import say
from index.types import Handbook

End = Callable[[str], Ending]
"""A session's id -> what it came to."""
language = wire.language


def hold(
    config: Config, wishes: Wishes, *, answers: str | None, no_input: bool, as_json: bool, narrate: Narrate
) -> None:
    """Hold the interview. `answers`: text of an answers file, or None to read them at the terminal."""
    _check(wishes)
    if answers is None and (no_input or not sys.stdin.isatty()):
        raise ConfigError("no terminal to answer at; give the answers as --answers FILE (or --answers -)")
    book = wire.handbook(config)
    for line in wire.follow_edits(config, book):
        narrate(line)
    speech = wire.language(config, book)
    choose_judge(config)  # a judge that cannot be had is told before a session begins
    with wire.journal(config) as journal:
        reader: Reader = _terminal(journal, book, speech, narrate) if answers is None else BlockReader(answers)
        begun = begin(journal, book, wishes, reader, speech)
        interview = _interview(config, book, journal, wishes, begun, narrate, at_terminal=answers is None)
        end = partial(wire.ending, config, journal, book.name)
        show = _printer(end) if as_json else _shower(config, interview, end)
        if reader.interactive and not as_json:
            narrate(say(f"hello_{begun.mode}", speech, n=len(begun.questions)))
        try:
            for event in interview.run(begun.questions, reader, session_id=begun.session.id):
                show(event)
        except KeyboardInterrupt:
            raise KeyboardInterrupt(say("left", speech)) from None


def _check(wishes: Wishes) -> None:
    if wishes.mode not in {None, *MODES}:
        raise ConfigError(f"--mode {wishes.mode!r} is none of {', '.join(MODES)}")
    ways = {
        "REF": bool(wishes.refs),
        "--own": wishes.own is not None,
        "--direction": bool(wishes.directions),
        "--resume": wishes.resume,
    }
    named = [way for way, given in ways.items() if given]
    if len(named) > 1:
        raise ConfigError(f"{' and '.join(named)} name different questions; give one of them")


def _interview(
    config: Config,
    book: Handbook,
    journal: Journal,
    wishes: Wishes,
    begun: Begun,
    narrate: Narrate,
    *,
    at_terminal: bool,
) -> practice.Interview:
    grading, material = wire.grading(config, book, narrate), wire.material(config, book)
    speech = wire.language(config, book)
    return practice.Interview(
        grade=crew.settled(grading, material),
        journal=journal,
        handbook=book.name,
        material=material,
        language=speech,
        clock=lambda: datetime.now(UTC),
        follow_ups=at_terminal if wishes.follow_ups is None else wishes.follow_ups,
        cards=journal.cards(book.name),
        revealed=journal.reveals(book.name),
        mode=begun.mode,
        minutes=wishes.minutes,
        aloud=at_terminal,
        about=crew.about(config, book, grading, narrate),
        probe=crew.prober(config, material, speech, narrate),
        match=lambda query: grading.search().search(query, own.HITS),
    )


def _terminal(journal: Journal, book: Handbook, speech: Language, narrate: Narrate) -> Reader:
    from coach.terminal import TerminalReader

    return TerminalReader(journal, book.name, speech, narrate)


def _shower(config: Config, interview: practice.Interview, end: End) -> Callable[[events.Event], None]:
    from coach import render, stage
    from coach.endboard import ending_board

    console, material, speech = render.open_console(), interview.material, interview.language
    scene = stage.Stage(material, speech, partial(crew.measured, config))

    def show(event: events.Event) -> None:
        if isinstance(event, events.Summary):
            console.print(ending_board(event, end(event.session_id), material, speech, console))
            return
        shown = stage.event(event, scene, datetime.now(UTC))
        if shown is not None:
            console.print(shown)

    return show


def _printer(end: End) -> Callable[[events.Event], None]:
    from coach.streams import emit

    def show(event: events.Event) -> None:
        row = ending_json(event, end(event.session_id)) if isinstance(event, events.Summary) else event_json(event)
        if row is not None:
            emit({"schema": 1, **row})

    return show

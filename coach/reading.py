"""Reading the lines of a review, one key at a time. The keys' meaning is pure; only `read_at_terminal` has effects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coach.language import Language
from coach.review import Line, Sheet
from coach.words import say
from coach.wrap import wrap

if TYPE_CHECKING:
    from prompt_toolkit.formatted_text import StyleAndTextTuples
    from prompt_toolkit.key_binding import KeyPressEvent

MARKS = {"1": 1, "2": 2, "3": 3}
NEXT = (" ", "enter")
QUIT = ("q", "c-c", "c-d", "escape")


@dataclass
class Reading:
    """Where the reader is. `on_shown` and `on_marked` are told as it happens, so that nothing read is lost."""

    sheet: Sheet
    on_shown: Callable[[Line], None]
    on_marked: Callable[[Line, int], None]
    at: int = 0
    marks: dict[int, int] = field(default_factory=dict)
    """Self-mark by position in the sheet: 1 forgot, 2 half, 3 knew."""
    seen: int = 0

    def show(self) -> Line | None:
        """The line to read now; None after the last."""
        if self.at >= len(self.sheet.lines):
            return None
        line = self.sheet.lines[self.at]
        if self.seen == self.at:
            self.seen += 1
            self.on_shown(line)
        return line

    def press(self, key: str) -> bool:
        """Obey a key; returns whether the reading is over."""
        if key in QUIT:
            return True
        if key in MARKS:
            self.marks[self.at] = MARKS[key]
            self.on_marked(self.sheet.lines[self.at], MARKS[key])
        if key in MARKS or key in NEXT:
            self.at += 1
        return self.show() is None


def clock(seconds: float) -> str:
    """Minutes and seconds.

    >>> clock(754.8)
    '12:34'
    """
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def read_at_terminal(reading: Reading, language: Language, now_s: Callable[[], float]) -> None:
    """Show the lines one after another; returns at the last one or at q. `now_s` is a monotonic clock."""
    from prompt_toolkit import Application
    from prompt_toolkit.application import get_app
    from prompt_toolkit.key_binding import KeyBindings
    from prompt_toolkit.layout import FormattedTextControl, Layout, Window

    keys, started_s = KeyBindings(), now_s()

    def pressed(event: KeyPressEvent) -> None:
        key = event.key_sequence[0]
        if reading.press({"c-m": "enter", "c-j": "enter"}.get(key.key, key.key)):
            event.app.exit()

    for key in (*MARKS, *NEXT, *QUIT):
        keys.add(key, eager=key == "escape")(pressed)

    def shown() -> StyleAndTextTuples:
        width = get_app().output.get_size().columns
        return screen(reading, language, now_s() - started_s, width)

    if reading.show() is not None:
        layout = Layout(Window(FormattedTextControl(shown, show_cursor=False)))
        Application[None](layout, key_bindings=keys, refresh_interval=1.0, erase_when_done=True).run()


def screen(reading: Reading, language: Language, elapsed_s: float, width: int) -> StyleAndTextTuples:
    """The line on show as (style, text) pieces: head, cue, sentence, what to know about it, keys."""
    at = min(reading.at, len(reading.sheet.lines) - 1)  # past the last line, the screen is drawn once more
    line = reading.sheet.lines[at]
    left_s = 60 * reading.sheet.minutes - elapsed_s
    timer = say("review_left" if left_s >= 0 else "review_over", language, clock=clock(abs(left_s)))
    pieces = [
        ("fg:ansigray", f"{at + 1}/{len(reading.sheet.lines)} · {timer} · {say(f'review_{line.kind}', language)}"),
        ("fg:ansicyan", f"{' '.join(line.refs)}  {line.cue}"),
        ("bold", line.sentence),
    ]
    if line.said:
        pieces.append(("fg:ansired", f"! {say('review_said', language)}«{line.said}»"))
    if line.note:
        pieces.append(("fg:ansimagenta", say("doubtful", language) + line.note))
    pieces.append(("fg:ansigray", say("review_keys", language)))
    return [(style, "\n".join(wrap(text, width)) + "\n\n") for style, text in pieces]

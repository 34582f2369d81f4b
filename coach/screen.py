"""The feedback on one answer, made to fit the terminal: what to mend first, then each bullet with the person's words.

What does not fit is left to `/why N` and `/more`; in a pipe nothing is left out. Decides form only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from coach.delivery import SPOKEN_RANGE_S, Delivery
from coach.language import Language
from coach.material import Material
from coach.measured import Measured
from coach.notes import is_draft
from coach.spending import spent
from coach.types import BulletGrade, Grade, JudgeId, Quote, Verdict
from coach.words import say
from coach.wrap import wrap

MARKS = {
    Verdict.COVERED: ("✓", "green"),
    Verdict.PARTIAL: ("~", "yellow"),
    Verdict.MISSING: ("✗", "red"),
    Verdict.CONTRADICTED: ("!", "bold red"),
    Verdict.UNGRADED: ("?", "dim"),
}
DIFFERING = ("≠", "magenta")
INDENT = 13
"""Number, mark and word: `2 ! wrong`."""
PROMPT_LINES = 3
"""What stands around the feedback: an empty line, the prompt and its bar."""
WORST, NOTE, OTHERS = 0.0, 1.0, 2.0
"""In this order details take what room there is: of the bullet to mend, notes on doubtful bullets, of the others."""
MOST_QUOTE = 0.46
"""Share of the line that quotes may take."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """Everything that the feedback screen says of one answer."""

    grade: Grade
    material: Material
    language: Language
    measured: Measured | None = None
    due: str = ""
    spoken: Delivery | None = None
    marking: bool = False
    """Whether verbs such as /mark can be given now."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Lines of at most the console's width; at a terminal, no more of them than it is high."""
        height = console.size.height - PROMPT_LINES if console.is_terminal else None
        yield from self.lines(options.max_width, height)

    def lines(self, width: int, height: int | None = None) -> Iterator[Text]:
        """The screen, line by line; `height` None leaves nothing out."""
        most = 2 if height is not None else 1000
        head = [*self._title(width), *self._first(width)]
        foot = [*self._foot(width), *self._manner(width)]
        rows = [list(self._row(i, b, width, most)) for i, b in enumerate(self.grade.bullets)]
        left = (height or 10_000) - len(head) - len(foot) - sum(map(len, rows))
        for _, position, added in sorted(self._details(width, one_line=height is not None), key=lambda d: d[0]):
            if len(added) <= left:
                left -= len(added)
                rows[position] += added
        spoken = self._spoken_feedback(width)
        yield from head
        for row in rows:
            yield from row
        yield from spoken if len(spoken) <= left else ()
        yield from foot

    def _title(self, width: int) -> Iterator[Text]:
        score = percent(self.grade.score)
        ref, words = self.grade.question.ref, self.material.question(self.grade.question, self.language)
        wrapped = wrap(words, width - cell_len(ref) - cell_len(score) - 4)
        for number, line in enumerate(wrapped):
            text = Text(ref if number == 0 else " " * cell_len(ref), style="bold cyan")
            text.append(f"  {line}", style="bold")
            if number == 0:
                text.append(score.rjust(width - text.cell_len), style="bold")
            yield text

    def _first(self, width: int) -> Iterator[Text]:
        if (worst := self.grade.worst) is None:
            return
        words = say("first", self.language) + self._mend(worst)
        yield from (Text(line, style="bold") for line in wrap(words, width))

    def _mend(self, position: int) -> str:
        """What a wrong statement has wrong, in the judge's words; else the sentence to say."""
        bullet = self.grade.bullets[position]
        if bullet.verdict is Verdict.CONTRADICTED and bullet.reason:
            return bullet.reason
        return self.material.sentence(self.grade.question, position, self.language)

    def _row(self, position: int, bullet: BulletGrade, width: int, most: int) -> Iterator[Text]:
        mark, style = mark_of(bullet)
        word = say("differing", self.language) if bullet.differs else say(bullet.verdict, self.language)
        word += "?" if bullet.unsure else ""
        quote = joined(bullet.evidence)
        right = int(MOST_QUOTE * (width - INDENT)) if quote else 0
        left = width - INDENT - right - (1 if quote else 0)
        words = clipped(self.material.bullet(self.grade.question, position, self.language), left, most)
        quoted = clipped(f"«{quote}»", right, most) if quote else []
        for number in range(max(len(words), len(quoted))):
            lead = f"{position + 1} {mark} {word}" if number == 0 else ""
            text = Text(set_cell_size(lead, INDENT), style=style)
            text.append(set_cell_size(words[number] if number < len(words) else "", left), style="default not bold")
            if number < len(quoted):
                text.append(" " + quoted[number], style="italic dim not bold")
            text.rstrip()
            yield text

    def _details(self, width: int, *, one_line: bool) -> Iterator[tuple[float, int, list[Text]]]:
        """(priority, position, lines) of what is added below bullets while there is room."""
        for position, bullet in enumerate(self.grade.bullets):
            asides = [*self._corrected(position, bullet), *self._noted(position, bullet)]
            for priority, words, style in asides:
                most = 1 if one_line and priority == NOTE else 1000
                lines = clipped(words, width - INDENT, most)
                yield priority, position, [Text(" " * INDENT + line, style=style) for line in lines]

    def _corrected(self, position: int, bullet: BulletGrade) -> Iterator[tuple[float, str, str]]:
        """What to say instead: of a wrong bullet; in English of a missed one too, and the handbook's own words."""
        lost = {Verdict.CONTRADICTED} if self.language == "zh" else {Verdict.CONTRADICTED, Verdict.MISSING}
        if bullet.verdict not in lost or bullet.differs:
            return
        question, worst = self.grade.question, self.grade.worst
        urgency = WORST if position == worst else OTHERS
        sentence = self.material.sentence(question, position, self.language)
        if position != worst or self._mend(position) != sentence:  # else it stands at the top already
            yield urgency, say("say", self.language) + sentence, "green"
        chinese = question.bullets[position].plain
        if self.language == "en" and chinese != self.material.bullet(question, position, "en"):
            yield urgency + 0.1, chinese, "dim"

    def _noted(self, position: int, bullet: BulletGrade) -> Iterator[tuple[float, str, str]]:
        if bullet.verdict is Verdict.UNGRADED and bullet.reason:
            yield WORST, bullet.reason, "dim"
        if bullet.differs:
            yield WORST, say("differs", self.language), "magenta"
        if note := self.material.doubt(self.grade.question, position, self.language):
            yield NOTE, say("doubtful", self.language) + note, "magenta"

    def _spoken_feedback(self, width: int) -> list[Text]:
        if not self.grade.feedback or self.grade.judge.kind != "llm":
            return []
        return [Text(line) for line in wrap(self.grade.feedback, width)]

    def _foot(self, width: int) -> Iterator[Text]:
        worst = self.grade.worst
        parts = [self._judge(), *filter(None, [spent(self.grade.usage, self.language)])]
        if self.marking:
            parts.append(say("overrule", self.language, number=1 if worst is None else worst + 1))
        parts += [say("draft_rubric", self.language)] if is_draft(self.grade.question) else []
        parts += [self.due] if self.due else []
        yield from (Text(line, style="dim") for line in packed(parts, width))

    def _judge(self) -> str:
        if self.grade.judge.kind == "gate":
            return say("gate", self.language)
        worst = self.grade.worst
        words = say("judge", self.language, judge=judge_name(self.grade.judge, self.material, self.grade))
        return words + self._error(Verdict.COVERED if worst is None else self.grade.bullets[worst].verdict)

    def _error(self, verdict: Verdict) -> str:
        """How often this judge is right when it says what it says of the bullet to mend."""
        if self.measured is None:
            return say("not_measured", self.language)
        found = self.measured.beside(verdict, self.language)
        labels = say("by_model" if "model" in self.measured.note else "by_person", self.language)
        named = say(verdict, self.language)
        return say("right", self.language, labels=labels, verdict=named, right=found) if found else ""

    def _manner(self, width: int) -> Iterator[Text]:
        if self.spoken is not None and self.spoken.han + self.spoken.words:
            parts = delivery(self.spoken, self.language).split(" · ")
            yield from (Text(line, style="dim") for line in packed(parts, width))


def delivery(spoken: Delivery, language: Language) -> str:
    """How the answer was said: length, time, pace and fillers."""
    low, high = SPOKEN_RANGE_S
    length = "" if spoken.length == "fit" else say(spoken.length, language, low=low, high=high)
    took = "" if spoken.took_s is None else say("took", language, took=round(spoken.took_s))
    pace = "" if spoken.pace is None else say("pace", language, pace=spoken.pace)
    used = ", ".join(f"{word} {times}" for word, times in spoken.used[:3])
    fillers = f"{spoken.fillers} ({used})" if used else "0"
    return say("delivery", language, spoken=round(spoken.spoken_s), length=length, took=took + pace, fillers=fillers)


def mark_of(bullet: BulletGrade) -> tuple[str, str]:
    """Mark and style; nobody is told with an exclamation mark what the judge itself doubts."""
    if bullet.differs:
        return DIFFERING
    unsure_wrong = bullet.unsure and bullet.verdict is Verdict.CONTRADICTED
    return ("?", "yellow") if unsure_wrong else MARKS[bullet.verdict]


def percent(share: float | None) -> str:
    """A share in [0, 1] as a percentage; a dash where nothing is known."""
    return "—" if share is None else f"{100 * share:.0f} %"


def judge_name(judge: JudgeId, material: Material, graded: Grade) -> str:
    """Who graded, in a word or two."""
    if judge.kind == "llm" and judge.model:
        return f"{judge.model} {judge.prompt or ''}".rstrip()
    return "offline+pack" if judge.kind == "offline" and material.prepared(graded.question) else judge.kind


def joined(evidence: tuple[Quote, ...]) -> str:
    """The quotes as one line."""
    return " … ".join(" ".join(quote.quote.split()) for quote in evidence)


def packed(parts: Sequence[str], width: int) -> list[str]:
    """The parts in lines, divided by dots; a line is broken between parts where it can be.

    >>> packed(["判官 offline", "下次 4 天后"], 20)
    ['判官 offline', '下次 4 天后']
    """
    lines: list[str] = []
    for part in parts:
        if lines and cell_len(f"{lines[-1]} · {part}") <= width:
            lines[-1] += f" · {part}"
        else:
            lines.append(part)
    return [cut for line in lines for cut in wrap(line, width)]


def clipped(text: str, width: int, most: int) -> list[str]:
    """The text in at most `most` lines of `width` cells, the last of them ending in … when something is left out."""
    lines = wrap(text, width)
    if len(lines) <= most:
        return lines
    last = lines[most - 1].removesuffix(" …")  # the joint between two quotes
    while cell_len(last) > width - 1:
        last = last[:-1]
    return [*lines[: most - 1], last + "…"]

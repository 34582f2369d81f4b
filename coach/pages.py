"""A review as lines of text, rows of JSON, Markdown, or one self-contained HTML page for a phone. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html import escape
from itertools import groupby

from coach.language import Language
from coach.reading import Reading, clock
from coach.review import Line, Sheet
from coach.words import say

LOOK_AGAIN = 5

STYLE = """
:root{color-scheme:light dark}
body{font:18px/1.5 system-ui,-apple-system,"PingFang SC","Noto Sans CJK SC",sans-serif;max-width:40em;margin:auto;
padding:12px 16px 40vh}
h1{font-size:1.2em;margin:.4em 0}
h2{font-size:1em;position:sticky;top:0;background:Canvas;padding:.5em 0;margin:1em 0 0;border-bottom:2px solid #2a7ae2}
p{margin:0}
li{list-style:none;padding:.6em 0;border-bottom:1px solid #8884;overflow-wrap:anywhere}
ol{padding:0;margin:0}
.cue{opacity:.75;font-size:.85em}
.say{font-weight:600}
.said{color:#c33;font-size:.85em}
.note{opacity:.8;font-size:.85em}
"""


def review_head(sheet: Sheet, language: Language, *, today: bool = False) -> list[str]:
    """What the sheet holds, and how much of all there is."""
    minutes = f"{sheet.minutes:g}"
    counts = {"lines": len(sheet.lines), "total": sheet.total, "needs": round(sheet.seconds / 60)}
    head = [say("review_title", language, minutes=minutes), say("review_fit", language, **counts)]
    return [*head, say("review_today", language)] if today else head


def review_rows(sheet: Sheet) -> Iterator[dict[str, object]]:
    """One row per line, then a summary."""
    for number, line in enumerate(sheet.lines, 1):
        yield {
            "event": "line",
            "number": number,
            "kind": str(line.kind),
            "refs": list(line.refs),
            "cue": line.cue,
            "sentence": line.sentence,
            "said": line.said,
            "note": line.note,
            "seconds": round(line.seconds, 1),
        }
    sums = {"lines": len(sheet.lines), "total": sheet.total, "seconds": round(sheet.seconds, 1)}
    yield {"event": "summary", "minutes": sheet.minutes, **sums}


def review_text(sheet: Sheet, language: Language) -> list[str]:
    """The head, then one line of text each, under the name of its kind."""
    shown = review_head(sheet, language)
    for kind, lines in groupby(sheet.lines, lambda line: line.kind):
        shown += ["", f"# {say(f'review_{kind}', language)}"]
        shown += [f"{' '.join(line.refs)}  {line.cue} → {line.sentence}{_said(line, language)}" for line in lines]
    return shown


def _said(line: Line, language: Language) -> str:
    return f"  ({say('review_said', language)}«{line.said}»)" if line.said else ""


def review_markdown(sheet: Sheet, language: Language) -> str:
    """The sheet as Markdown."""
    title, *head = review_head(sheet, language)
    shown = [f"# {title}", "", *head]
    for kind, lines in groupby(sheet.lines, lambda line: line.kind):
        shown += ["", f"## {say(f'review_{kind}', language)}", ""]
        for line in lines:
            shown.append(f"- {' '.join(line.refs)} {line.cue}  \n  **{line.sentence}**")
            shown += [f"  - {aside}" for _, aside in _asides(line, language)]
    return "\n".join([*shown, ""])


def _asides(line: Line, language: Language) -> list[tuple[str, str]]:
    said = [("said", f"{say('review_said', language)}«{line.said}»")] if line.said else []
    return said + ([("note", say("doubtful", language) + line.note)] if line.note else [])


def review_html(sheet: Sheet, language: Language) -> str:
    """The sheet as one page without a script, a font or a link, readable on a phone by day and by night."""
    title, *head = review_head(sheet, language)
    body = [f"<h1>{escape(title)}</h1>", *(f"<p class=cue>{escape(line)}</p>" for line in head)]
    for kind, lines in groupby(sheet.lines, lambda line: line.kind):
        body += [f"<h2>{escape(say(f'review_{kind}', language))}</h2>", "<ol>"]
        body += [_item(line, language) for line in lines]
        body.append("</ol>")
    lang = "zh-CN" if language == "zh" else "en"
    meta = '<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
    top = f'<!doctype html><html lang="{lang}"><head>{meta}<title>{escape(title)}</title>'
    return "\n".join([f"{top}<style>{STYLE}</style></head><body>", *body, "</body></html>"])


def _item(line: Line, language: Language) -> str:
    cue = f"<p class=cue>{escape(' '.join(line.refs))} {escape(line.cue)}</p>"
    asides = "".join(f"<p class={name}>{escape(text)}</p>" for name, text in _asides(line, language))
    return f"<li>{cue}<p class=say>{escape(line.sentence)}</p>{asides}</li>"


def review_end(reading: Reading, language: Language, elapsed_s: float) -> list[str]:
    """How far the reader got, and what to look at again: what was marked forgotten."""
    marks = Counter(reading.marks.values())
    sums = {"seen": reading.seen, "lines": len(reading.sheet.lines), "clock": clock(elapsed_s)}
    told = [say("review_done", language, **sums, forgot=marks[1], half=marks[2], knew=marks[3])]
    forgotten = [reading.sheet.lines[at] for at, mark in reading.marks.items() if mark == 1]
    if forgotten:
        told.append(say("review_again", language))
    return told + [f"  {' '.join(line.refs)}  {line.sentence}" for line in forgotten[:LOOK_AGAIN]]

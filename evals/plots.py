"""Figures as inline SVG, styled by the page's classes; each carries its numbers as text, to be read without sight.

Pure: numbers in, markup out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise

from evals.cases import GOLD_VERDICTS
from evals.table import VERDICTS, Metric

SIDE, PAD = 300, 40
INNER = SIDE - 2 * PAD


def _svg(title: str, width: int, height: int, parts: Sequence[str]) -> str:
    body = "".join(parts)
    return f'<svg viewBox="0 0 {width} {height}" role="img"><title>{escape(title)}</title>{body}</svg>'


def _text(x: float, y: float, text: object, css: str = "", anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{css}">{escape(str(text))}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, css: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{css}"/>'


def _dot(x: float, y: float, radius: float, css: str, title: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" class="{css}"><title>{escape(title)}</title></circle>'


def _at(x: float, y: float) -> tuple[float, float]:
    """Place of (x, y) in the unit square, y upwards."""
    return PAD + x * INNER, SIDE - PAD - y * INNER


def _unit_axes(x_name: str, y_name: str) -> list[str]:
    parts = [f'<rect x="{PAD}" y="{PAD}" width="{INNER}" height="{INNER}" class="frame"/>']
    for tick in (0.0, 0.5, 1.0):
        x, y = _at(tick, tick)
        parts += [_text(x, SIDE - PAD + 14, f"{tick:g}", "tick"), _text(PAD - 5, y + 4, f"{tick:g}", "tick", "end")]
    middle = SIDE / 2
    turned = f'<g transform="rotate(-90 12 {middle})">{_text(12, middle, y_name, "tick")}</g>'
    return [*parts, _text(middle, SIDE - 6, x_name, "tick"), turned, _line(*_at(0, 0), *_at(1, 1), "guide")]


def reliability_plot(bins: Sequence[Mapping[str, float]]) -> str:
    """Stated certainty against the share that was right; a dot's area is the number of cells."""
    most = max((b["n"] for b in bins), default=1)
    dots = [
        _dot(
            *_at(b["certainty"], b["right"]),
            3 + 9 * (b["n"] / most) ** 0.5,
            "dot",
            f"certainty {b['certainty']:.2f}, right {b['right']:.2f}, n {b['n']:.0f}",
        )
        for b in bins
    ]
    ends = [_at(b["certainty"], b["right"]) for b in bins]
    joins = [_line(*a, *b, "join") for a, b in pairwise(ends)]
    return _svg("Reliability", SIDE, SIDE, [*_unit_axes("stated certainty", "share right"), *joins, *dots])


def score_plot(pairs: Sequence[tuple[str, float, float]]) -> str:
    """Each answer's gold score against its score; equal places are spread out a little, always alike."""
    dots = []
    for i, (name, gold, said) in enumerate(pairs):
        shift = ((i * 7) % 11 - 5) / 500, ((i * 5) % 13 - 6) / 500
        x, y = _at(gold + shift[0], said + shift[1])
        dots.append(_dot(x, y, 3, "dot faint", f"{name}: label {gold:.2f}, judge {said:.2f}"))
    return _svg("Scores", SIDE, SIDE, [*_unit_axes("score by the labels", "score by the judge"), *dots])


def coverage_plot(steps: Sequence[Mapping[str, float]]) -> str:
    """Credited-or-not accuracy over the share of cells kept, the surest first."""
    ends = [_at(s["coverage"], s["right"]) for s in steps]
    dots = [
        _dot(*end, 3, "dot", f"surest {s['coverage']:.0%}: {s['right']:.3f}")
        for end, s in zip(ends, steps, strict=True)
    ]
    joins = [_line(*a, *b, "join") for a, b in pairwise(ends)]
    axes = [part for part in _unit_axes("share of cells, surest first", "credited-or-not right") if "guide" not in part]
    return _svg("Accuracy against coverage", SIDE, SIDE, [*axes, *joins, *dots])


def confusion_plot(counts: Mapping[str, Mapping[str, int]]) -> str:
    """Gold in rows, judge in columns; the deeper, the larger the share of its row."""
    left, top, size = 96, 44, 56
    parts = [_text(left + size * 2.5, 14, "judge", "tick")]
    parts += [_text(left + size * (i + 0.5), 34, said[:10], "tick small") for i, said in enumerate(VERDICTS)]
    for row, gold in enumerate(GOLD_VERDICTS):
        total = sum(counts[gold].values()) or 1
        y = top + row * size
        parts.append(_text(left - 6, y + size / 2 + 4, gold, "tick", "end"))
        for column, said in enumerate(VERDICTS):
            x, n = left + column * size, counts[gold][said]
            css = "right" if gold == said else "wrong"
            box = f'x="{x}" y="{y}" width="{size - 2}" height="{size - 2}"'
            parts.append(f'<rect {box} class="{css}" fill-opacity="{0.7 * n / total:.3f}"/><rect {box} class="frame"/>')
            parts.append(_text(x + size / 2 - 1, y + size / 2 + 4, n, "count"))
    return _svg("Confusion", left + 5 * size + 4, top + 4 * size + 4, parts)


def interval_plot(metrics: Mapping[str, Metric]) -> str:
    """A line per group with its 95 % interval, on a scale from 0 to 1."""
    left, width, step = 190, 300, 20
    parts = [_line(left + width * t, 6, left + width * t, 10 + step * len(metrics), "guide") for t in (0, 0.5, 1)]
    for i, (name, metric) in enumerate(metrics.items()):
        y = 18 + step * i
        parts.append(_text(left - 8, y + 4, f"{name} ({metric.n})", "tick", "end"))
        if metric.value == metric.value:
            parts.append(_line(left + width * metric.low, y, left + width * metric.high, y, "join"))
            words = f"{name}: {metric.value:.3f} [{metric.low:.3f}, {metric.high:.3f}], n {metric.n}"
            parts.append(_dot(left + width * metric.value, y, 4, "dot", words))
    base = 24 + step * len(metrics)
    parts += [_text(left + width * t, base, f"{t:g}", "tick") for t in (0, 0.5, 1)]
    return _svg("By group", left + width + 16, base + 8, parts)

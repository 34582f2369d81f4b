"""What one call of `coach eval` is asked for: suites, data, judges, prices, bars. Knows no run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from coach.errors import ConfigError

if TYPE_CHECKING:
    from evals.runner import Options

Prices = Mapping[str, tuple[float, float]]
"""Model -> price of a million tokens sent, and received."""


@dataclass(frozen=True, slots=True)
class Bars:
    """Bounds that figures must keep: full figure name -> bound."""

    fail_under: Mapping[str, float] = field(default_factory=dict)
    fail_over: Mapping[str, float] = field(default_factory=dict)
    max_drop: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure, on what, and how."""

    suites: tuple[str, ...]
    data: tuple[Path, ...]
    out_dir: Path | None
    corpus: Path | None
    baseline: Path | None
    options: Options
    judges: tuple[str, ...] = ()
    """As in `--judge`; none = the one of the settings."""
    prices: Prices = field(default_factory=dict)
    bars: Bars = field(default_factory=Bars)


def parse_bars(texts: Sequence[str]) -> dict[str, float]:
    """`grading.macro_f1=0.6` -> figure and bound; ConfigError for anything else."""
    bars = {}
    for text in texts:
        figure, _, bound = text.partition("=")
        try:
            bars[figure.strip()] = float(bound)
        except ValueError:
            raise ConfigError(f"bar {text!r} is not FIGURE=NUMBER; write it as in grading.macro_f1=0.6") from None
    return bars


def parse_prices(texts: Sequence[str]) -> dict[str, tuple[float, float]]:
    """`qwen-plus=0.4,1.2` -> model and its two prices; ConfigError for anything else."""
    prices = {}
    for text in texts:
        model, _, pair = text.rpartition("=")
        try:
            sent, received = map(float, pair.split(","))
        except ValueError:
            raise ConfigError(
                f"price {text!r} is not MODEL=IN,OUT; write it as in qwen-plus=0.4,1.2 (of a million tokens each)"
            ) from None
        prices[model.strip()] = sent, received
    return prices


def check(plan: Plan) -> None:
    """ConfigError for a bar that no figure of the run can keep: told now, not after a run that was paid for."""
    from evals.bars import known

    for name in (*plan.bars.fail_under, *plan.bars.fail_over, *plan.bars.max_drop):
        if not known(name, plan.suites):
            raise ConfigError(f"no figure {name!r} in this run of {', '.join(plan.suites)}; write it as in report.json")
    if plan.bars.max_drop and not plan.baseline:
        raise ConfigError("--max-drop without a baseline; name an earlier run with --baseline DIR")

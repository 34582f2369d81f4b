"""Numbers with their units in Chinese and English speech, and whether two texts agree on them. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_HAN_DIGITS = {han: value for value, han in enumerate("零一二三四五六七八九")} | {"两": 2}
_HAN_TENS = {"十": 10, "百": 100, "千": 1000}
_HAN_HIGH = {"万": 10_000, "亿": 100_000_000}
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_ONES = "one two three four five six seven eight nine"
_TENS = "ten twenty thirty forty fifty sixty seventy eighty ninety"
_WORDS = (
    {word: value for value, word in enumerate(_ONES.split(), 1)}
    | {word: 10 * value for value, word in enumerate(_TENS.split(), 1)}
    | {word: value for value, word in enumerate(_TEENS.split(), 10)}
)
_UNITS = {
    "%": r"%|per ?cent|个点|个百分点",
    "x": r"倍|x\b|×|times\b|-?fold\b",
    "ms": r"毫秒|ms\b|milliseconds?\b",
    "s": r"秒|s\b|seconds?\b",
    "g": r"gb?\b|gigabytes?\b",
    "bit": r"位|bits?\b|比特",
    "b": r"b\b|billion\b",
    "k": r"k\b",
    "m": r"m\b|million\b",
    "t": r"t\b|trillion\b",
    "cards": r"张|卡|gpus?\b",
    "steps": r"步|steps?\b",
    "layers": r"层|layers?\b",
    "years": r"年",
    "dim": r"维|dim",
}
_UNIT = {unit: re.compile(rf"\s*-?(?:{pattern})") for unit, pattern in _UNITS.items()}
_COUNTED = "倍|位|毫秒|秒|张|卡|步|层|维|个百?分?点"
_HAN = re.compile(
    rf"百分之([零一二两三四五六七八九十百]+)|([零一二两三四五六七八九十百千万亿]{{2,}}|[一二两三四五六七八九十百千万](?={_COUNTED}))"
)
_ENGLISH = re.compile(rf"\b({'|'.join(_WORDS)})(?:[ -]({'|'.join(_ONES.split())}|hundred))?\b", re.IGNORECASE)
_DIGITS = re.compile(r"(?<![a-z\d.])\d+(?:,\d{3})*(?:\.\d+)?")
_NAME = re.compile(r"([a-z]{1,6})\s*(?:=|是|开到|设成|:)?\s*$")
TOLERANCE = 0.12
"""A number rounded in speech is the same number."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number that was said."""

    value: float
    unit: str = ""
    name: str | None = None
    """The Latin name right before it, as in `TP=8`."""


def numbers(text: str) -> tuple[Number, ...]:
    """The numbers of `text`, digits and words; small English number words without a unit are left out."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return (*_han(folded), *_english(folded), *_digits(folded))


def in_digits(text: str) -> str:
    """`text` with its larger English number words and its Chinese percentages as digits, as they are mostly written.

    >>> in_digits("from sixty to eighty percent to one third"), in_digits("降到百分之四")
    ('from 60 to 80 percent to one third', '降到4%')
    """
    text = _HAN.sub(lambda match: f"{_han_value(match[1]):g}%" if match[1] else match[0], text)
    return _ENGLISH.sub(_written, text)


def _written(match: re.Match[str]) -> str:
    value = _english_value(match)
    return f"{value:g}" if value > 10 or _unit_at(match.string.lower(), match.end()) else match[0]


def _english_value(match: re.Match[str]) -> float:
    value = float(_WORDS[match[1].lower()])
    if match[2]:
        value = value * 100 if match[2].lower() == "hundred" else value + _WORDS[match[2].lower()]
    return value


def agreement(stated: Sequence[Number], said: Sequence[Number]) -> float:
    """1: `said` has the stated numbers; -1: others of the same unit or name; -0.5: both; 0: nothing to compare."""
    verdicts = {verdict for number in stated if (verdict := _compared(number, said))}
    if verdicts == {1, -1}:
        return -0.5
    return float(next(iter(verdicts), 0))


def _compared(number: Number, said: Sequence[Number]) -> int:
    renamed = [s for s in said if number.name and s.name == number.name]
    if renamed:
        return 1 if any(_same(number, s) for s in renamed) else -1
    if any(_same(number, s) for s in said if s.unit == number.unit or not s.unit or not number.unit):
        return 1
    return -1 if number.unit and any(s.unit == number.unit for s in said) else 0


def _same(one: Number, other: Number) -> bool:
    """Equal up to rounding, or up to a factor of 1000 that speech leaves out."""
    return any(abs(one.value * factor - other.value) <= TOLERANCE * abs(other.value) for factor in (1, 1000, 0.001))


def _han(text: str) -> Iterator[Number]:
    for match in _HAN.finditer(text):
        if match[1]:
            yield Number(_han_value(match[1]), "%")
        else:
            yield Number(_han_value(match[2]), _unit_at(text, match.end()))


def _han_value(digits: str) -> float:
    if all(digit in _HAN_DIGITS for digit in digits):
        return float("".join(str(_HAN_DIGITS[digit]) for digit in digits))
    total = section = current = 0
    for digit in digits:
        if digit in _HAN_DIGITS:
            current = _HAN_DIGITS[digit]
        elif digit in _HAN_TENS:
            section, current = section + (current or 1) * _HAN_TENS[digit], 0
        else:
            total, section, current = (total + section + current or 1) * _HAN_HIGH[digit], 0, 0
    return float(total + section + current)


def _english(text: str) -> Iterator[Number]:
    for match in _ENGLISH.finditer(text):
        value = _english_value(match)
        unit = _unit_at(text, match.end())
        if unit or value > 10:
            yield Number(value, unit)


def _digits(text: str) -> Iterator[Number]:
    for match in _DIGITS.finditer(text):
        name = _NAME.search(text, max(0, match.start() - 12), match.start())
        value = float(match[0].replace(",", ""))
        yield Number(value, _unit_at(text, match.end()), name[1] if name else None)


def _unit_at(text: str, position: int) -> str:
    return next((unit for unit, pattern in _UNIT.items() if pattern.match(text, position)), "")

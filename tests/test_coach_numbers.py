"""Numbers with units in two languages."""

from __future__ import annotations

import pytest

from coach.numbers import Number, agreement, in_digits, numbers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("百分之五十", Number(50, "%")),
        ("七百毫秒", Number(700, "ms")),
        ("一万两千", Number(12000)),
        ("两倍", Number(2, "x")),
        ("1,024 GB", Number(1024, "g")),
        ("fifty percent", Number(50, "%")),
        ("twenty five steps", Number(25, "steps")),
        ("TP=8", Number(8, "", "tp")),
        ("１６ 位", Number(16, "bit")),
    ],
)
def test_number_is_read_with_its_unit_and_name(text: str, expected: Number) -> None:
    assert expected in numbers(text)


@pytest.mark.parametrize("text", ["one of them", "BF16 and FP8", "一般来说"])
def test_article_and_names_are_no_numbers(text: str) -> None:
    assert numbers(text) == ()


@pytest.mark.parametrize(
    ("stated", "said", "expected"),
    [
        ("约 26.1% 有漏洞", "百分之二十六左右", 1.0),
        ("约 26.1% 有漏洞", "占到 62.1%", -1.0),
        ("0.9 ms", "七百毫秒", -1.0),
        ("TP=8，PP=2", "PP=8，TP=2", -1.0),
        ("3 秒，40%", "3 秒，80%", -0.5),
        ("3 秒", "没有数字", 0.0),
        ("3 秒", "5 倍", 0.0),
    ],
)
def test_agreement_compares_numbers_of_one_unit_or_name(stated: str, said: str, expected: float) -> None:
    assert agreement(numbers(stated), numbers(said)) == expected


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("Waste falls from Sixty to eighty percent.", "Waste falls from 60 to 80 percent."),
        ("one of the three ways", "one of the three ways"),
        ("two hundred milliseconds, twenty-five layers", "200 milliseconds, 25 layers"),
        ("从百分之六十降到百分之四以下，两个模型", "从60%降到4%以下，两个模型"),
    ],
)
def test_number_words_are_written_as_digits(said: str, written: str) -> None:
    assert in_digits(said) == written

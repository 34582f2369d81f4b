"""What `coach label` says, in two languages."""

from __future__ import annotations

from coach.language import Language

TEXTS: dict[str, dict[Language, str]] = {
    "rules": {
        "en": "c covered: its main points are said, in whatever words or language (of a list, about two thirds)\n"
        "p partial: a real part is said, or only vaguely (of a list, one real member)\n"
        "m missing: not said; a bare term without a claim is not said either\n"
        "w wrong: something is said that conflicts with it, even if the rest is right\n"
        "A number need not be said; a clearly wrong one is wrong. Text that tries to steer you counts for nothing.",
        "zh": "c 说到了：主要意思都说了，什么说法、什么语言都行（列举的要点，说出约三分之二）\n"
        "p 说到一部分：说了真实的一部分，或只是含糊带过（列举的要点，说出一个）\n"
        "m 没说到：没有说；只丢一个词、没有说法的也算没说\n"
        "w 说错了：说的与这一条冲突，哪怕其余是对的\n"
        "数字不说也行，明显说错算错。想左右评分的话不加分也不扣分。",
    },
    "keys": {
        "en": "Then the numbers of the clauses that show it: c 2 3. s pass over, b back, ? rules, q stop (kept).",
        "zh": "再写能证明的分句编号，如 c 2 3。s 跳过，b 回上一条，? 规则，q 停下（已保存）。",
    },
    "prompt": {"en": "c/p/m/w> ", "zh": "c/p/m/w> "},
    "quote": {
        "en": "which clauses show it, or words of the answer (Enter: none)> ",
        "zh": "哪几个分句，或直接写原话（回车：没有）> ",
    },
    "bullet": {"en": "Does the answer say this?", "zh": "回答里有没有说到这一条？"},
    "unknown": {
        "en": "{line!r}: type c, p, m or w, then clause numbers",
        "zh": "{line!r}：请输入 c、p、m 或 w，再写编号",
    },
    "no_quote": {"en": "{line!r} does not stand in the answer", "zh": "回答里没有 {line!r}"},
    "left": {
        "en": "{n} of {total} labelled, kept in {path}; go on with: coach label",
        "zh": "已标 {n}/{total} 条，保存在 {path}；继续：coach label",
    },
    "done": {"en": "All {total} done, kept in {path}.", "zh": "{total} 条全部标完，保存在 {path}。"},
    "result": {
        "en": "You and the language model's labels: kappa {kappa} ({low} … {high}), same verdict {same}, n = {n}.\n"
        "`coach eval` now shows this first.",
        "zh": "你与语言模型标签：kappa {kappa}（{low} … {high}），结论相同 {same}，n = {n}。\n"
        "`coach eval` 的表从此以它开头。",
    },
    "differ": {"en": "You differ on:", "zh": "你们的不同之处："},
}

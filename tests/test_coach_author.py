"""What the author asks, and what it makes of replies."""

from __future__ import annotations

import json
from typing import Any

import pytest

from coach.author import (
    Author,
    BulletDraft,
    QuestionDraft,
    SentencesDraft,
    Spoken,
    apart,
    bullet_faults,
    entry,
    giveaways,
    head_faults,
    script_of,
    sentence_faults,
)
from coach.extract import last_object
from coach.formed import D, read
from coach.second_reader import ReadingDraft
from index.pack import Audit, Variant
from index.types import Bullet, Direction, Question
from prompts.library import load
from tests.fakes import ScriptedChat
from tests.packwriter import bullet_reply, question_reply, sentences_reply

EGGS = Question(
    "1.1",
    "q",
    Direction(1, "热菜"),
    "怎么炒鸡蛋？",
    (Bullet("b", "油要热", "油要热到 180 °C", 3),),
    2,
    notes=("用铁锅",),
)


def scripted(*replies: dict[str, Any]) -> ScriptedChat:
    return ScriptedChat([json.dumps(reply, ensure_ascii=False) for reply in replies])


def draft(kind: type[D], reply: dict[str, Any]) -> D:
    made, _ = read(json.dumps(reply, ensure_ascii=False), kind, lambda _: [])
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("name", "kind", "check"),
    [
        ("enrich_question", QuestionDraft, head_faults),
        ("enrich_bullet", BulletDraft, bullet_faults),
        ("enrich_sentences", SentencesDraft, sentence_faults),
        ("enrich_reading", ReadingDraft, lambda _: []),
    ],
)
def test_example_in_each_prompt_is_a_reply_without_faults(name: str, kind: type[D], check: Any) -> None:
    found = last_object(load(name).system, kind.model_fields)
    assert found is not None
    assert check(draft(kind, found)) == []


def test_entry_shows_chapter_question_bullets_and_notes_in_a_fence() -> None:
    assert entry(EGGS) == (
        "<entry>\n热菜\nQuestion: 怎么炒鸡蛋？\nb1: 油要热到 180 °C\nNotes in the handbook:\n用铁锅\n</entry>"
    )


def test_head_takes_the_language_of_a_variant_from_its_letters_and_leaves_out_the_question_itself() -> None:
    reply = question_reply("eggs")
    reply["variants"]["terse"] += ["怎么炒鸡蛋", "换个说法一"]
    reply["aliases"] += [["盐", "盐"]]
    head = Author(scripted(reply, reply)).head(EGGS)
    assert head.variants[0] == Variant("zh", "paraphrase", "换个说法一")
    assert Variant("en", "english", "another way to ask") in head.variants
    assert len(head.variants) == 10
    assert head.aliases == (("锅", "pan", "wok"),)


def test_bullet_is_made_of_one_call_for_itself_and_one_for_each_fact() -> None:
    reply = bullet_reply("b1")
    reply["facts"] = [
        {"fact": "油温要到 180 °C", "en": "oil at 180 °C", "essential": True, "numbers": ["180 °C", "200 °C"]},
        {"fact": "油要先热", "en": "heat the oil first", "essential": False, "numbers": []},
    ]
    chat = scripted(reply, reply, sentences_reply("one"), sentences_reply("two"))
    made = Author(chat).bullet(EGGS, 0)
    # The first reply states a number that its fact has not, so it was repaired, in vain; the number is left out.
    assert [len(prompt) for prompt in chat.prompts] == [2, 4, 2, 2]
    assert [fact.numbers for fact in made.facts] == [("180 °C",), ()]
    assert (made.key, made.text, made.audit) == ("b", "油要热到 180 °C", None)
    assert [len(made.facts[1].covered), len(made.facts[1].partial), len(made.facts[1].wrong)] == [8, 3, 6]
    assert "Fact: 油要先热 / heat the oil first" in chat.prompts[3][1].content


def test_doubt_counts_only_with_both_languages_and_a_source() -> None:
    reply = bullet_reply("b1")
    reply["doubt"] = {"status": "dated", "zh": "现在不这样", "en": "not any more", "source": "RFC 1"}
    made = Author(scripted(reply, sentences_reply("one"))).bullet(EGGS, 0)
    assert made.audit == Audit("dated", "现在不这样", "not any more", "RFC 1")
    reply["doubt"]["source"] = " "
    assert bullet_faults(draft(BulletDraft, reply)) == [
        "doubt: zh, en and source are needed with this status; without a sure source it is none"
    ]


def test_faults_of_a_bullet_are_all_named() -> None:
    reply = bullet_reply("b1")
    reply["facts"] = [{"fact": "only English", "en": "全是中文", "essential": False, "numbers": ["3 g"]}] * 5
    reply["hints"] = reply["hints"][:2]
    faults = "\n".join(bullet_faults(draft(BulletDraft, reply)))
    for told in ("hints: 2 different ones, needs 3", "5 of them", "none is essential", "'3 g' is not in the fact"):
        assert told in faults
    assert "facts: zh is not Chinese ('only English')" in faults
    assert "facts: en is not English ('全是中文')" in faults


def test_faults_of_a_head_are_all_named() -> None:
    reply = question_reply("eggs")
    reply["variants"]["terse"] = []
    reply["aliases"] = [["pan"]]
    reply["next"] = []
    assert head_faults(draft(QuestionDraft, reply)) == [
        "variants: 8 different ones, needs 10",
        "next: 0 different ones, needs 2",
        "aliases: 'pan' has no equivalent",
    ]


def test_sentence_in_two_lists_belongs_to_neither() -> None:
    assert apart({"covered": ["a", "b", "B!"], "wrong": ["c", "A."]}) == {"covered": ("b",), "wrong": ("c",)}


def test_too_few_and_one_sided_sentences_are_faults() -> None:
    reply = sentences_reply("x") | {"covered": [f"covered {n}" for n in "abcde"], "wrong": ["w"]}
    assert sentence_faults(draft(SentencesDraft, reply)) == [
        "covered: 5 different ones, needs 6",
        "wrong: 1 different ones, needs 5",
        "covered: fewer than 2 sentences are Chinese",
    ]


@pytest.mark.parametrize(
    ("bullet", "probe", "told"),
    [
        ("GRPO 去掉 critic", "没有 critic 会怎样？", ["critic"]),
        ("GRPO 去掉 critic", "少了哪个网络？", []),
        ("KV Cache 占 40 GB", "is 40 GB a lot for the cache?", ["40", "Cache"]),
        ("Pads overheat above 400 °C", "do pads overheat?", []),
        ("PPO is on-policy", "why is ppo special?", []),  # the question has it
    ],
)
def test_probe_may_not_say_the_bullets_terms_and_numbers(bullet: str, probe: str, told: list[str]) -> None:
    found = list(giveaways([Spoken(zh=probe, en=probe)], bullet, "How does PPO work?"))
    assert found == [f"probes: {term!r} gives the bullet away; ask without it" for term in told]


def test_one_english_term_does_not_make_a_chinese_text_mixed() -> None:
    assert [script_of(text) for text in ("GRPO 是什么", "GRPO vs PPO 区别", "what is it")] == ["zh", "mixed", "en"]

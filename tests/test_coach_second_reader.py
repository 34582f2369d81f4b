"""The second reading: blind, shuffled, and what it disagrees with is gone."""

from __future__ import annotations

import json

from coach.second_reader import Read, SecondReader
from index.pack import Both, Fact, PackBullet
from tests.fakes import ScriptedChat

SALT = Fact(
    "盐最后放", "salt goes in last", True, (), ("起锅才撒盐", "salt at the very end"), ("盐晚点放",), ("先放盐",)
)


def bullet(fact: Fact) -> PackBullet:
    return PackBullet("k", "盐", "salt", (fact,), (), (), Both("盐", "salt"), None)


def reading(*said: tuple[str, str]) -> str:
    return json.dumps({"sentences": [{"id": one, "claims": "", "verdict": verdict} for one, verdict in said]})


def read(*replies: str) -> tuple[Read, ScriptedChat]:
    chat = ScriptedChat(replies)
    return SecondReader(chat).read(bullet(SALT)), chat


def listed(chat: ScriptedChat) -> dict[str, str]:
    """Id by sentence, as the reader saw them."""
    lines = chat.prompts[0][1].content.split("<sentences>\n")[1].split("\n</sentences>")[0].splitlines()
    return {text: one for one, text in (line.split(": ", 1) for line in lines)}


def ids() -> dict[str, str]:
    _, chat = read(reading(), reading())
    return listed(chat)


def test_reader_sees_the_fact_and_the_sentences_and_no_label() -> None:
    _, chat = read(reading(), reading())
    user = chat.prompts[0][1].content
    assert "盐最后放 / salt goes in last" in user
    assert set(listed(chat)) == {"起锅才撒盐", "salt at the very end", "盐晚点放", "先放盐"}
    # None of the labels stands in the material, before the reply form names them.
    assert not any(label in user.split("Now reply")[0] for label in ("covered", "partial", "wrong"))


def test_sentences_read_otherwise_are_dropped_and_counted() -> None:
    known = ids()
    said = {"起锅才撒盐": "covered", "salt at the very end": "partial", "盐晚点放": "partial", "先放盐": "wrong"}
    seen, _ = read(reading(*((known[text], verdict) for text, verdict in said.items())))
    (fact,) = seen.bullet.facts
    assert (fact.covered, fact.partial, fact.wrong) == (("起锅才撒盐",), ("盐晚点放",), ("先放盐",))
    assert (seen.read, seen.agreed) == (4, 3)
    assert seen.dropped == ("covered 'salt at the very end' was read as partial",)


def test_sentence_that_stays_unread_is_dropped_but_is_no_disagreement() -> None:
    known = ids()
    some = reading((known["起锅才撒盐"], "covered"), (known["先放盐"], "wrong"), ("s99", "covered"))
    seen, chat = read(some, some)
    assert (seen.read, seen.agreed, len(seen.dropped)) == (2, 2, 2)
    assert "no entry for" in chat.prompts[1][3].content
    assert seen.bullet.facts[0].partial == ()


def test_order_is_the_same_in_a_second_run_so_that_the_cache_serves_it() -> None:
    assert list(ids()) == list(ids())

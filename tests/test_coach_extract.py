"""The object that counts in a model's reply."""

from __future__ import annotations

import pytest

from coach.extract import answer_part, last_object, objects

VERDICT = {"bullets": [{"bullet": "b1", "verdict": "covered"}], "feedback": "好"}
PLAIN = '{"bullets":[{"bullet":"b1","verdict":"covered"}],"feedback":"好"}'


@pytest.mark.parametrize(
    "reply",
    [
        PLAIN,
        f"```json\n{PLAIN}\n```",
        f"Sure, here it is:\n{PLAIN}\nHope it helps {{smile}}.",
        f'<think>maybe {{"bullets":[],"feedback":"draft"}}?</think>\n{PLAIN}',
        f'The answer says {{"bullets":[],"feedback":"all covered"}}, which is data.\n{PLAIN}',
        f'a stray {{ brace and "a quote" first\n{PLAIN}',
        f"reasoning without an opening tag</think>{PLAIN}",
        '{"bullets":[{"bullet":"b1","verdict":"covered"}],\n "feedback":"好"}\n\n',
    ],
)
def test_last_complete_object_is_found_in(reply: str) -> None:
    assert last_object(reply, {"bullets"}) == VERDICT


def test_object_without_the_wanted_keys_does_not_count() -> None:
    assert last_object(f'{PLAIN} {{"note": 1}}', {"bullets"}) == VERDICT
    assert last_object('{"note": 1}', {"bullets"}) is None


def test_reasoning_that_is_not_closed_hides_all_of_it() -> None:
    assert answer_part(f"<think>{PLAIN}") == ""
    assert last_object(f"<think>{PLAIN}") is None


def test_cut_off_object_yields_its_complete_parts() -> None:
    cut = '{"bullets":[{"bullet":"b1"},{"bullet":"b2"},{"bullet":"b3","verd'
    assert objects(cut) == [{"bullet": "b1"}, {"bullet": "b2"}]


def test_object_planted_in_a_string_stays_a_string() -> None:
    reply = r'{"quotes":["he wrote {\"bullets\":[]} there"],"bullets":[1]}'
    assert last_object(reply, {"bullets"}) == {"quotes": ['he wrote {"bullets":[]} there'], "bullets": [1]}


@pytest.mark.parametrize("reply", ["", "no braces", "{", "}" * 9, "{" * 5000, '{"a": NaN}', "[[[" * 2000])
def test_reply_without_an_object_gives_none(reply: str) -> None:
    assert last_object(reply) is None


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        (r'{"q": "$\alpha$ 是步长"}', r"$\alpha$ 是步长"),  # as a model writes it, unknown to JSON
        (r'{"q": "$\\alpha$ 是步长"}', r"$\alpha$ 是步长"),  # as JSON wants it
        (r'{"q": "a\"b\nc\u4e2d"}', 'a"b\nc中'),
        (r'{"q": "\user"}', r"\user"),
    ],
)
def test_backslash_that_json_does_not_know_stands_for_itself(said: str, heard: str) -> None:
    assert last_object(said, {"q"}) == {"q": heard}


def test_comma_behind_the_last_entry_is_overlooked_and_one_inside_a_string_kept() -> None:
    assert last_object('{"q": ["a", "b,]",], "v": "x,}",\n}') == {"q": ["a", "b,]"], "v": "x,}"}

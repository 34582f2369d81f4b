"""One reply in a form: what is read, what is repaired, what is given up."""

from __future__ import annotations

import json

import pytest

from coach.errors import ChatError, ReplyError
from coach.formed import Draft, Text, ask, form_of, read, repeated
from tests.fakes import ScriptedChat


class Leaf(Draft):
    name: Text


class Tea(Draft):
    degrees: int
    leaves: tuple[Leaf, ...]


GOOD = json.dumps({"degrees": 80, "leaves": [{"name": " oolong "}]})
HOT = json.dumps({"degrees": 99, "leaves": []})


def too_hot(tea: Tea) -> list[str]:
    return [f"degrees: {tea.degrees} burns"] * (tea.degrees > 90)


def brew(chat: ScriptedChat) -> Tea:
    return ask(chat, "enrich_sentences", "enrich_repair", Tea, too_hot, fact="x")


def test_good_reply_is_one_call_and_its_texts_are_stripped() -> None:
    chat = ScriptedChat([f"<think>hm</think>```json\n{GOOD}\n```"])
    assert brew(chat) == Tea(degrees=80, leaves=(Leaf(name="oolong"),))
    assert len(chat.prompts) == 1


@pytest.mark.parametrize(
    ("first", "fault"),
    [
        ("no json", "holds no complete JSON object with the fields degrees, leaves"),
        (GOOD[:-3], "holds no complete JSON object"),
        ('{"degrees": "80", "leaves": []}', "degrees: Input should be a valid integer"),
        ('{"degrees": 80, "leaves": [{"name": ""}]}', "leaves.0.name: String should have at least 1 character"),
        (HOT, "degrees: 99 burns"),
    ],
)
def test_flawed_reply_is_repaired_once_and_told_what_is_wrong(first: str, fault: str) -> None:
    chat = ScriptedChat([first, GOOD])
    assert brew(chat).degrees == 80
    system, user, said, complaint = chat.prompts[1]
    assert (said.role, said.content, complaint.role) == ("assistant", first, "user")
    assert f"- {fault}" in complaint.content or fault in complaint.content
    assert chat.prompts[0] == (system, user)


def test_two_unusable_replies_are_an_error_with_the_last_fault() -> None:
    chat = ScriptedChat(["no json", '{"degrees": 1}'])
    with pytest.raises(ReplyError, match=r"'scripted' gave no usable reply .*holds no complete"):
        brew(chat)
    assert len(chat.prompts) == 2


@pytest.mark.parametrize("second", ["no json", HOT, ChatError("gone")])
def test_draft_that_only_falls_short_survives_a_repair_that_is_no_better(second: str | Exception) -> None:
    assert brew(ScriptedChat([HOT, second])).degrees == 99


def test_unusable_reply_and_a_model_that_is_gone_is_the_models_error() -> None:
    with pytest.raises(ChatError, match="gone"):
        brew(ScriptedChat(["no json", ChatError("gone")]))


def test_surplus_fields_are_ignored() -> None:
    assert read('{"degrees": 1, "leaves": [], "mood": 3}', Tea, too_hot) == (Tea(degrees=1, leaves=()), [])


def test_form_has_every_field_required_and_none_added_and_no_references() -> None:
    leaf = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    assert form_of(Tea).schema == {
        "type": "object",
        "properties": {
            "degrees": {"type": "integer"},
            "leaves": {"type": "array", "items": {**leaf, "additionalProperties": False}},
        },
        "required": ["degrees", "leaves"],
        "additionalProperties": False,
    }


def test_texts_that_differ_in_case_and_punctuation_only_are_repeated() -> None:
    assert list(repeated(["Green tea", "black tea", "green tea!", "绿茶", "绿茶。"])) == ["green tea!", "绿茶。"]

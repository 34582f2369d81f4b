"""English names of what the pack does not translate."""

from __future__ import annotations

from coach.language import is_han
from coach.names import name
from index.handbook import bundled_handbook, load_handbook


def test_every_direction_and_hot_topic_of_the_bundled_handbook_has_an_english_name() -> None:
    book = load_handbook(bundled_handbook())
    texts = [direction.title for direction in book.directions]
    texts += [text for topic in book.hot_topics for text in (topic.topic, topic.gist)]

    for text in texts:
        assert name(text, "zh") == text
        assert not any(map(is_han, name(text, "en")))


def test_name_that_nobody_translated_stays_as_it_is() -> None:
    assert name("热菜", "en") == "热菜"

"""A review as text, rows, Markdown and a page."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from coach.pages import review_end, review_html, review_markdown, review_rows, review_text
from coach.reading import Reading
from coach.review import Kind, Line, Sheet

SHEET = Sheet(
    (
        Line(Kind.HOT, ("1.2", "1.3"), "煮饭", "淘米 & 加水 <b>"),
        Line(Kind.WRONG, ("1.1",), "怎么泡茶？", "水要烧开", "b1", said="水凉着泡", note="绿茶例外 (some tea book)"),
    ),
    7,
    30.0,
)


def test_text_is_one_line_each_under_its_heading_and_says_how_many_fit() -> None:
    text = review_text(SHEET, "zh")
    assert "7 条里放得下 2 条" in text[1]
    assert text[2:] == [
        "",
        "# 高频考点",
        "1.2 1.3  煮饭 → 淘米 & 加水 <b>",
        "",
        "# 说错过的",
        "1.1  怎么泡茶？ → 水要烧开  (你上次说错：«水凉着泡»)",
    ]


def test_rows_end_with_a_summary() -> None:
    rows = list(review_rows(SHEET))
    assert [row["event"] for row in rows] == ["line", "line", "summary"]
    assert rows[1]["kind"] == "wrong"
    assert (rows[2]["lines"], rows[2]["total"]) == (2, 7)


def test_markdown_has_every_sentence_and_aside() -> None:
    page = review_markdown(SHEET, "en")
    for part in ("## Said wrong", "**水要烧开**", "«水凉着泡»", "绿茶例外"):
        assert part in page


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.attributes: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [name for name, _ in attrs]
        assert tag not in {"script", "link", "img", "b"}

    def handle_data(self, data: str) -> None:
        self.text += data


def test_page_loads_nothing_and_shows_foreign_text_as_text() -> None:
    page = review_html(SHEET, "zh")
    tags = Tags()
    tags.feed(page)
    assert "淘米 & 加水 <b>" in tags.text
    assert not {"src", "href"} & set(tags.attributes)
    assert not re.search(r"url\(|@import|https?:", page)
    assert 'name="viewport"' in page


def test_end_lists_what_was_forgotten() -> None:
    reading = Reading(SHEET, lambda line: None, lambda line, mark: None, at=1, marks={1: 1, 0: 3}, seen=2)
    assert review_end(reading, "en", 83)[0] == ("2 of 2 lines read in 1:23; your marks: 1 forgot · 0 half · 1 knew")
    assert review_end(reading, "en", 83)[2:] == ["  1.1  水要烧开"]

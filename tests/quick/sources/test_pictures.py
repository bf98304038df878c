from __future__ import annotations

from pathlib import Path

import pytest

from longread.document import Document
from longread.sources import epub, html

from .build_epub_file import link, write_epub


def read(body: str) -> Document:
    return html.read(f"<p>Before.</p>{body}<p>After.</p>".encode(), "page.html")


def between(body: str) -> list[tuple[str, str]]:
    document = read(body)
    return [(str(item.kind), document.slice(item.span)) for item in document.paragraphs][1:-1]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ('<img alt="T">he sun rose.', "The sun rose."),
        ('<img alt="T">HE SUN rose.', "THE SUN rose."),
        ('<span class="drop"><img alt="W"></span>e went on.', "We went on."),
        ('<img alt="“W"><span class="caps">E</span> went on.', "“WE went on."),
        ('“<img alt="I"> saw it,” he said.', "“I saw it,” he said."),
        ('<img alt="I">’ll see.', "I’ll see."),
        ('<img alt="É">tait-il là ?', "Était-il là ?"),
        ('<img alt="T" hidden>he sun rose.', "he sun rose."),
        ('<img alt="B">Bees flew.', "Bees flew."),
        ('<img alt="X"> marks the spot.', "marks the spot."),
        ('The plan <img alt="a">bove.', "The plan bove."),
        ('<img alt="A ship">he sun rose.', "he sun rose."),
    ],
)
def test_a_picture_may_be_the_first_letter(body: str, text: str) -> None:
    assert between(f"<p>{body}</p>") == [("prose", text)]


@pytest.mark.parametrize(
    ("heading", "titles"),
    [
        ('<h2><img alt="Chapter 2: The Storm"></h2>', ["Chapter 2: The Storm"]),
        ('<h2><a href="#c"><img alt="II"></a><br><img alt="Rain"></h2>', ["II Rain"]),
        ('<h2><img alt="A ship">The Storm</h2>', ["The Storm"]),
        ('<h2><img alt="chapter_2.png"></h2>', []),
        ('<h2><img alt="Cover"></h2>', []),
        ('<h2><img alt="image 4"></h2>', []),
    ],
)
def test_a_picture_may_be_a_title(heading: str, titles: list[str]) -> None:
    document = read(heading)
    assert [item.title for item in document.sections if item.title] == titles


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('<div><img alt="The keeper lights the lamp."></div>', ["The keeper lights the lamp."]),
        ('<p><img alt="First they came."><img alt="Then they went."></p>',
         ["First they came.", "Then they went."]),
        ('<p><a href="big.jpg"><img alt="The keeper at home."></a></p>', ["The keeper at home."]),
        ('<p><img alt="あっハルコどこ行くの？"></p>', ["あっハルコどこ行くの？"]),
        ('<p><a href="/follow"><img alt="Follow us for more."></a></p>', []),
        ('<p><img alt="Cover of the first book"></p>', []),
        ('<p><img alt="scan of page 4.jpg"></p>', []),
        ('<p><img alt="a ship"></p>', []),
        ('<p role="img"><img alt="The keeper at home." role="presentation"></p>', []),
    ],
)  # fmt: skip
def test_a_picture_may_be_all_that_a_paragraph_says(body: str, said: list[str]) -> None:
    assert [text for _, text in between(body)] == said
    assert {kind for kind, _ in between(body)} <= {"caption"}


@pytest.mark.parametrize(
    "body",
    [
        "<figure><div>{}</div><figcaption>{}</figcaption></figure>",
        "<div><p>{}</p><p>Fig. 2. {}</p></div>",
        "<figure><figcaption>{1}</figcaption><div>{0}</div></figure>",
    ],
)
def test_what_a_caption_says_is_not_said_twice(body: str) -> None:
    picture = '<img alt="The keeper lights his lamp">'
    document = read(body.format(picture, "The keeper lights his lamp."))
    assert document.text.count("lights his lamp") == 1


def test_a_book_of_pictures_that_speak_has_text_and_pages(tmp_path: Path) -> None:
    pages = {
        f"{number}.xhtml": f'<div epub:type="pagebreak" title="{number}"/>'
        f'<div><img src="{number}.png" alt="It rained on day {number}."/></div>'
        for number in (1, 2)
    }
    document = epub.read(write_epub(tmp_path / "b.epub", pages, toc=link("1.xhtml", "Rain")))
    assert document.text == "Rain\n\nIt rained on day 1.\n\nIt rained on day 2."
    assert [document.slice(page.span).strip() for page in document.pages] == [
        "Rain\n\nIt rained on day 1.",
        "It rained on day 2.",
    ]

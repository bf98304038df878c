from __future__ import annotations

from pathlib import Path

import pytest

from longread.document import Document
from longread.errors import DamagedFile, EmptyDocument, ProtectedFile
from longread.sources import epub
from longread.structure import chapters

from .build_epub_file import CONTAINER, link, package, write_epub, write_zip, xhtml


def outline(document: Document) -> list[tuple[int, str, str]]:
    return [(item.level, item.kind, item.title) for item in document.sections]


def texts(document: Document, kind: str | None = None) -> list[str]:
    return [
        document.slice(item.span)
        for item in document.paragraphs
        if kind is None or item.kind == kind
    ]


def test_metadata_and_order_come_from_the_package(tmp_path: Path) -> None:
    path = write_epub(
        tmp_path / "b.epub",
        {"z.xhtml": "<h1>One</h1><p>First.</p>", "a.xhtml": "<h1>Two</h1><p>Second.</p>"},
        toc=link("z.xhtml", "One") + link("a.xhtml", "Two"),
    )
    document = epub.read(path)
    assert (document.title, document.author) == ("A Book", "Ada Writer, Ben Second")
    assert (document.language, document.format) == ("en-GB", "epub")
    assert document.text == "One\n\nFirst.\n\nTwo\n\nSecond."
    assert document.warnings == ()


def test_nested_contents_and_fragments_make_the_tree(tmp_path: Path) -> None:
    body = (
        "<h1>Part I</h1><p>Opening.</p>"
        '<section id="c1"><h2>Chapter 1</h2><p>Alpha.</p></section>'
        '<p><a id="c2"></a></p><h2>Chapter 2</h2><p>Beta.</p>'
    )
    toc = link(
        "p.xhtml",
        "Part I",
        link("p.xhtml#c1", "Chapter 1") + link("p.xhtml#c2", "Chapter 2"),
    )
    document = epub.read(write_epub(tmp_path / "b.epub", {"p.xhtml": body}, toc=toc))
    assert outline(document) == [
        (1, "body", "Part I"),
        (2, "body", "Chapter 1"),
        (2, "body", "Chapter 2"),
    ]
    assert document.section_path(2) == ("Part I", "Chapter 2")
    assert document.text.count("Chapter 2") == 1
    assert document.slice(document.sections[1].span).strip() == "Chapter 1\n\nAlpha."


@pytest.mark.parametrize(
    "anchor",
    ['<img id="{}" src="p.png" alt=""/>', '<hr id="{}"/>', '<map name="{}"/>', '<a id="{}"/>'],
)
def test_a_section_begins_at_an_anchor_without_text(tmp_path: Path, anchor: str) -> None:
    titles = ("One", "Two", "Three")
    body = "".join(f"{anchor.format(title)}<p>Text of {title}.</p>" for title in titles)
    toc = "".join(link(f"p.xhtml#{title}", title) for title in titles)
    document = epub.read(write_epub(tmp_path / "b.epub", {"p.xhtml": body}, toc=toc))
    assert document.text.split("\n\n") == [
        line for title in titles for line in (title, f"Text of {title}.")
    ]


@pytest.mark.parametrize("anchor", ["#gone-{}", ""])
def test_where_an_anchor_is_missing_the_heading_counts(tmp_path: Path, anchor: str) -> None:
    titles = ("One", "Two", "Three")
    body = "".join(f"<h2>{title}</h2><p>Text of {title}.</p>" for title in titles)
    toc = "".join(link(f"p.xhtml{anchor.format(title)}", title) for title in titles)
    document = epub.read(write_epub(tmp_path / "b.epub", {"p.xhtml": body}, toc=toc))
    assert [document.slice(item.span).strip() for item in document.sections] == [
        f"{title}\n\nText of {title}." for title in titles
    ]


def test_where_anchor_and_heading_are_missing_the_order_stays(tmp_path: Path) -> None:
    body = '<p>Before.</p><p id="a">A.</p><p>B.</p><p id="c">C.</p>'
    toc = link("p.xhtml#a", "One") + link("p.xhtml#b", "Two") + link("p.xhtml#c", "Three")
    document = epub.read(write_epub(tmp_path / "b.epub", {"p.xhtml": body}, toc=toc))
    assert document.text == "Before.\n\nOne\n\nTwo\n\nA.\n\nB.\n\nThree\n\nC."


def work(title: str, first: str, second: str) -> str:
    """A work or a part of one, with two chapters in its file."""
    return f"<h1>{title}</h1><h2>{first}</h2><p>Text.</p><h2>{second}</h2><p>More.</p>"


@pytest.mark.parametrize(
    ("part", "chapter"),
    [
        ("Part {}", "Chapter {}"),
        ("Book {}: Rivers", "{}"),
        ("Part {}", "{}. The River"),
        ("Tale {}", "Chapter {}: On the River"),
    ],
)
def test_chapters_that_the_contents_do_not_name_stand_below_their_parts(
    tmp_path: Path, part: str, chapter: str
) -> None:
    parts = {
        f"{number}.xhtml": work(part.format(number), chapter.format(1), chapter.format(2))
        for number in (1, 2, 3)
    }
    pages = parts | {"n.xhtml": work("Notes", "Chapter 1", "Chapter 2")}
    toc = "".join(link(f"{number}.xhtml", part.format(number)) for number in (1, 2, 3))
    toc += link("n.xhtml", "Notes")
    document = epub.read(write_epub(tmp_path / "b.epub", pages, toc=toc))
    assert outline(document) == [
        *(
            (level, "body", title)
            for number in (1, 2, 3)
            for level, title in (
                (1, part.format(number)),
                (2, chapter.format(1)),
                (2, chapter.format(2)),
            )
        ),
        (1, "notes", "Notes"),
    ]


def test_headings_within_a_chapter_that_the_contents_name_begin_none(tmp_path: Path) -> None:
    titles = ("Rivers", "Chapter 2. Lakes", "Seas")
    pages = {f"{title}.xhtml": work(title, "Chapter 1", "2") for title in titles}
    toc = "".join(link(f"{title}.xhtml", title) for title in titles)
    document = epub.read(write_epub(tmp_path / "b.epub", pages, toc=toc))
    assert outline(document) == [(1, "body", title) for title in titles]


def test_a_title_in_two_lines_is_a_heading(tmp_path: Path) -> None:
    body = (
        "<hgroup><h2>{0}</h2><p>The Boat</p></hgroup>"
        "<p>The Boat</p><p>She came in with the tide.</p>"
    )
    pages = {f"{number}.xhtml": body.format(number) for number in ("I", "II")}
    toc = link("I.xhtml", "I: The Boat") + link("II.xhtml", "II")
    document = epub.read(write_epub(tmp_path / "b.epub", pages, toc=toc))
    assert texts(document, "heading") == ["I", "The Boat", "II"]
    assert len(texts(document, "prose")) == 5


def test_a_comment_in_the_contents_is_passed_over(tmp_path: Path) -> None:
    pages = {"1.xhtml": '<h2 id="a">One</h2><p>A.</p><h2 id="b">Two</h2><p>B.</p>'}
    inner = link("1.xhtml#a", "One<!-- of two -->") + link("1.xhtml#b", "Two")
    toc = f"<li><!-- no link -->Part I<ol>{inner}</ol></li><!-- end -->"
    document = epub.read(write_epub(tmp_path / "b.epub", pages, toc=toc))
    assert outline(document) == [(1, "body", "Part I"), (2, "body", "One"), (2, "body", "Two")]


NCX = '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/">{}</ncx>'


def write_epub_2(path: Path, body: str, ncx: str) -> Path:
    """An EPUB 2 of one page, ``t/1.html``, with its NCX in a folder ``n``."""
    opf = package(
        [],
        has_nav=False,
        manifest='<item id="x" href="t/1.html" media-type="application/xhtml+xml"/>'
        '<item id="ncx" href="n/toc.ncx" media-type="application/x-dtbncx+xml"/>',
        spine='<itemref idref="x"/>',
    )
    extra = {"OPS/n/toc.ncx": NCX.format(ncx), "OPS/t/1.html": xhtml(body)}
    return write_epub(path, {}, package_text=opf, extra=extra)


def test_epub_2_reads_its_ncx(tmp_path: Path) -> None:
    ncx = (
        '<navMap><navPoint id="a"><navLabel><text>First</text></navLabel>'
        '<content src="../t/1.html"/><navPoint id="b"><navLabel><text>Inner</text></navLabel>'
        '<content src="../t/1.html#in"/></navPoint></navPoint></navMap>'
    )
    body = '<p>A.</p><h2 id="in">Inner</h2><p>B.</p>'
    document = epub.read(write_epub_2(tmp_path / "b.epub", body, ncx))
    assert outline(document) == [(1, "body", "First"), (2, "body", "Inner")]
    assert document.text == "First\n\nA.\n\nInner\n\nB."


def test_pages_that_the_ncx_lists_begin_at_their_anchors(tmp_path: Path) -> None:
    targets = [
        ("", "<navLabel><text>ix</text></navLabel>", "../t/1.html"),
        ("10", "<navLabel><text></text></navLabel>", "../t/1.html#p10"),
        ("11", "<navLabel><text>11</text></navLabel>", "../t/1.html#p11"),
        ("12", "", "elsewhere.html#p12"),
    ]
    ncx = "<navMap/><pageList><navLabel><text>Pages</text></navLabel>" + "".join(
        f'<pageTarget type="normal" value="{value}">{label}<content src="{src}"/></pageTarget>'
        for value, label, src in targets
    )
    body = '<p>Nine.</p><p id="p10">Ten, <a id="p11"/>eleven.</p>'
    document = epub.read(write_epub_2(tmp_path / "b.epub", body, f"{ncx}</pageList>"))
    assert [(item.label, document.slice(item.span).strip()) for item in document.pages] == [
        ("ix", "Nine."),
        ("10", "Ten,"),
        ("11", "eleven."),
    ]


def test_without_contents_headings_make_sections(tmp_path: Path) -> None:
    body = "<h1>One</h1><p>A.</p><h2>Deeper</h2><p>B.</p><h1>Two</h1><p>C.</p>"
    document = epub.read(write_epub(tmp_path / "b.epub", {"p.xhtml": body}))
    assert outline(document) == [(1, "body", "One"), (2, "body", "Deeper"), (1, "body", "Two")]


def test_a_page_that_the_contents_do_not_name(tmp_path: Path) -> None:
    pages = {
        "1.xhtml": "<h2>Chapter 1</h2><p>A.</p>",
        "1b.xhtml": "<p>Goes on.</p>",
        "2.xhtml": "<h2>Chapter 2</h2><p>B.</p>",
        "3.xhtml": "<h2>Chapter 3</h2><p>C.</p>",
    }
    toc = link("1.xhtml", "Chapter 1") + link("3.xhtml", "Chapter 3")
    document = epub.read(write_epub(tmp_path / "b.epub", pages, toc=toc))
    assert [item.title for item in document.sections] == ["Chapter 1", "Chapter 2", "Chapter 3"]
    goes_on = texts(document).index("Goes on.")
    assert document.paragraphs[goes_on].section == 0


def test_front_and_back_matter_are_marked(tmp_path: Path) -> None:
    pages = {
        "t.xhtml": xhtml("<h1>A Book</h1>", body_attributes=' epub:type="titlepage"'),
        "d.xhtml": "<h2>Dedication</h2><p>To you.</p>",
        "1.xhtml": "<h2>Chapter 1</h2><p>Body.</p>",
        "n.xhtml": '<section epub:type="endnotes"><h2>Notes</h2><ol>'
        '<li id="n1">A note. <a href="1.xhtml" epub:type="backlink">back</a></li></ol></section>',
        "a.xhtml": "<h2>About the Author</h2><p>She writes.</p>",
    }
    toc = "".join(
        link(name, title)
        for name, title in zip(
            pages, ["A Book", "Dedication", "Chapter 1", "Notes", "About the Author"], strict=True
        )
    )
    document = epub.read(write_epub(tmp_path / "b.epub", pages, toc=toc))
    assert [item.kind for item in document.sections] == ["front", "front", "body", "notes", "back"]
    assert texts(document, "footnote") == ["[1] A note."]


def test_a_contents_page_in_the_spine_is_front_matter(tmp_path: Path) -> None:
    document = epub.read(
        write_epub(
            tmp_path / "b.epub",
            {"1.xhtml": "<h2>Chapter 1</h2><p>Body.</p>"},
            toc=link("1.xhtml", "Chapter 1"),
            nav_in_spine=True,
        )
    )
    assert outline(document) == [(1, "front", "Contents"), (1, "body", "Chapter 1")]


@pytest.mark.parametrize("is_split", [False, True])
def test_a_chapter_that_opens_with_a_contents_of_its_own_is_body(
    tmp_path: Path, *, is_split: bool
) -> None:
    def files(chapter: int) -> dict[str, str]:
        sections = [
            f'<section id="s{number}"><h2>{chapter}.{number} Rain</h2>'
            f"<p>{'It rains. ' * 9}</p></section>"
            for number in (1, 2)
        ]
        ways = "".join(
            f'<li><a href="{chapter}.xhtml#s{n}">{chapter}.{n} Rain</a></li>' for n in (1, 2)
        )
        start = f"<h1>Chapter {chapter}</h1><ul>{ways}</ul>"
        if not is_split:
            return {f"{chapter}.xhtml": start + "".join(sections)}
        parts = {f"{chapter}-{n}.xhtml": part for n, part in enumerate(sections, start=1)}
        return {f"{chapter}.xhtml": start, **parts}

    def place(chapter: int, number: int) -> str:
        return f"{chapter}-{number}.xhtml" if is_split else f"{chapter}.xhtml#s{number}"

    toc = "".join(
        link(
            f"{chapter}.xhtml",
            f"Chapter {chapter}",
            "".join(link(place(chapter, n), f"{chapter}.{n} Rain") for n in (1, 2)),
        )
        for chapter in (1, 2)
    )
    book = write_epub(tmp_path / "b.epub", files(1) | files(2), toc=toc)
    assert {section.kind for section in epub.read(book).sections} == {"body"}
    assert [chapter.name for chapter in chapters(epub.read(book))] == ["Chapter 1", "Chapter 2"]


def test_page_breaks_give_page_labels(tmp_path: Path) -> None:
    body = (
        '<h1>One</h1><span epub:type="pagebreak" title="xiv"/><p>On fourteen.</p>'
        '<p>Begins here <span role="doc-pagebreak" aria-label="15"/>and ends there.</p>'
        '<p id="sixteen">On sixteen, <a id="seventeen"/>on seventeen.</p>'
    )
    pages = (
        '<nav epub:type="page-list"><ol><li><a href="1.xhtml#sixteen">16</a></li>'
        '<li><a href="1.xhtml#seventeen">17</a></li></ol></nav>'
    )
    document = epub.read(
        write_epub(
            tmp_path / "b.epub", {"1.xhtml": body}, toc=link("1.xhtml", "One"), nav_extra=pages
        )
    )
    assert [(page.label, document.slice(page.span).strip()) for page in document.pages] == [
        ("xiv", "On fourteen.\n\nBegins here"),
        ("15", "and ends there."),
        ("16", "On sixteen,"),
        ("17", "on seventeen."),
    ]


def page(label: int) -> str:
    return f'<span epub:type="pagebreak" title="{label}"/>'


@pytest.mark.parametrize(
    "body",
    [
        f"<p>{page(1)}Rain. {page(2)} Then {page(3)}</p><p>sun.</p>{page(4)}",
        f"<p>{page(1)}Rain. {page(2)}Then</p>{page(3)}<p>sun.{page(4)}</p>",
        f"<p>{page(1)}Rain. <i>{page(2)} Then</i></p><p><b>{page(3)}sun</b>.<i>{page(4)}</i></p>",
        f"<ul><li>{page(1)}Rain.</li><li>{page(2)}Then</li>{page(3)}<li>sun.</li></ul>{page(4)}",
        f"<table><tr><td>{page(1)}Rain.</td><td>{page(2)}Then</td></tr><tr>{page(3)}<td>sun.</td>"
        f"<td>Wind.{page(4)}</td></tr></table>",
        f'<div class="poem"><p>{page(1)}Rain.</p>{page(2)}<p>Then<br/>{page(3)}<br/>sun.</p>'
        f"{page(4)}</div>",
        f"<pre>{page(1)}Rain.\n{page(2)}  Then\n{page(3)}\nsun.{page(4)}\n</pre>",
        f'<aside epub:type="footnote"><p>{page(1)}7</p><p>Rain. {page(2)}Then</p><p>{page(3)}sun.'
        f"</p></aside>{page(4)}",
        f'<p>{page(1)}Rain<sup><a href="#n">{page(2)}7</a></sup> Then {page(3)}sun.</p>{page(4)}',
        f"<h2>{page(1)}Rain.</h2><h2>{page(2)}Then</h2><h2>{page(3)}sun.{page(4)}</h2>",
    ],
)
def test_a_page_begins_where_it_is_marked(tmp_path: Path, body: str) -> None:
    path = write_epub(tmp_path / "b.epub", {"1.xhtml": body}, toc=link("1.xhtml", "One"))
    document = epub.read(path)
    texts = {page.label: document.slice(page.span) for page in document.pages}
    assert list(texts) == ["1", "2", "3", "4"]
    assert "Rain" in texts["1"]
    assert "Then" in texts["2"]
    assert "sun" in texts["3"]
    assert not texts["4"].strip()
    assert not set(document.text) & set("\ufdd0\ufdd1\ufdd2\ufdd3\ufdd4")


def test_text_cannot_begin_a_page(tmp_path: Path) -> None:
    body = "<p>One &#xfdd3;9&#xfdd4; \ufdd3two \ufdd0three.</p>"
    document = epub.read(write_epub(tmp_path / "b.epub", {"1.xhtml": body}))
    assert (document.text, document.pages) == ("One 9 two three.", ())


def test_note_markers_do_not_run_into_words(tmp_path: Path) -> None:
    body = (
        '<h1>One</h1><p>He slept<a epub:type="noteref" href="#f">1</a> well.</p>'
        '<aside epub:type="footnote" id="f"><p>Not for long.</p></aside>'
    )
    document = epub.read(
        write_epub(tmp_path / "b.epub", {"1.xhtml": body}, toc=link("1.xhtml", "One"))
    )
    assert texts(document, "prose") == ["He slept[1] well."]
    assert texts(document, "footnote") == ["Not for long."]


def test_gutenberg_header_and_licence_are_left_out(tmp_path: Path) -> None:
    pages = {
        "0.xhtml": '<section id="pg-header"><p>This ebook is for anyone.</p></section>'
        "<h1>Tale</h1><p>Begin.</p>",
        "1.xhtml": "<p>End.</p><p>*** END OF THE PROJECT GUTENBERG EBOOK TALE ***</p><p>Terms.</p>",
        "2.xhtml": "<h2>THE FULL PROJECT GUTENBERG LICENSE</h2><p>More terms.</p>",
    }
    toc = link("0.xhtml", "Tale") + link("2.xhtml", "THE FULL PROJECT GUTENBERG LICENSE")
    document = epub.read(write_epub(tmp_path / "b.epub", pages, toc=toc))
    assert document.text == "Tale\n\nBegin.\n\nEnd."
    assert len(document.sections) == 1


def test_named_entities_stay_and_own_ones_are_not_expanded(tmp_path: Path) -> None:
    doctype = '<!DOCTYPE html [<!ENTITY big "' + "B" * 5000 + '">'
    doctype += '<!ENTITY file SYSTEM "file:///etc/hostname"><!ENTITY mine "—">]>'
    page = xhtml("<p>caf&eacute;&nbsp;&mine; " + "&big;" * 2000 + "&file;end</p>")
    page = page.replace("<!DOCTYPE html>", doctype)
    document = epub.read(write_epub(tmp_path / "b.epub", {"1.xhtml": page}))
    assert document.text == "café — end"
    assert any("entity" in warning for warning in document.warnings)


def test_numbers_of_characters_are_those_of_web_pages(tmp_path: Path) -> None:
    body = "<p>I don&#146;t&#x97;&#0151;&#8212; know&#129;.</p>"
    document = epub.read(write_epub(tmp_path / "b.epub", {"1.xhtml": body}))
    assert (document.text, document.warnings) == ("I don’t——— know.", ())


def test_entities_in_the_package_are_not_expanded(tmp_path: Path) -> None:
    laughs = '<!ENTITY a "ha"><!ENTITY b "' + "&a;" * 10 + '"><!ENTITY c "' + "&b;" * 10 + '">'
    opf = package(["1.xhtml"], has_nav=False, title="x&c;", doctype=f"<!DOCTYPE p [{laughs}]>")
    path = write_epub(tmp_path / "b.epub", {"1.xhtml": "<p>Text.</p>"}, package_text=opf)
    assert epub.read(path).title == "x"


@pytest.mark.parametrize(
    ("manifest", "spine", "warning"),
    [
        ('<item id="g" href="gone.xhtml" media-type="application/xhtml+xml"/>', "g", "not in the"),
        ('<item id="g" href="file:///etc/hostname" media-type="text/html"/>', "g", "outside"),
        ('<item id="g" href="../../../up.xhtml" media-type="text/html"/>', "g", "outside"),
        ("", "ghost", "ghost"),
    ],
)
def test_ghosts_are_skipped_with_a_warning(
    tmp_path: Path, manifest: str, spine: str, warning: str
) -> None:
    opf = package(
        ["1.xhtml"], has_nav=False, manifest=manifest, spine=f'<itemref idref="{spine}"/>'
    )
    path = write_epub(tmp_path / "b.epub", {"1.xhtml": "<p>Text.</p>"}, package_text=opf)
    document = epub.read(path)
    assert document.text == "Text."
    assert any(warning in line for line in document.warnings)


@pytest.mark.parametrize("href", ["ch%20one%20%C3%A9.xhtml", "sub/../ch one é.xhtml"])
def test_odd_references_resolve(tmp_path: Path, href: str) -> None:
    opf = package([href], has_nav=False)
    path = write_epub(
        tmp_path / "b.epub",
        {},
        package_text=opf,
        extra={"OPS/ch one é.xhtml": xhtml("<p>Found.</p>")},
    )
    assert epub.read(path).text == "Found."


def test_the_package_is_searched_for_when_the_container_is_wrong(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "META-INF/container.xml": CONTAINER.replace("OPS/book.opf", "nowhere.opf"),
        "OPS/book.opf": package(["1.xhtml"], has_nav=False),
        "OPS/1.xhtml": xhtml("<p>Text.</p>"),
    }
    document = epub.read(write_zip(tmp_path / "b.epub", files))
    assert document.text == "Text."
    assert len(document.warnings) == 2  # the container, and the missing mimetype


def test_no_package_is_damage(tmp_path: Path) -> None:
    with pytest.raises(DamagedFile, match="OPF"):
        epub.read(write_zip(tmp_path / "b.epub", {"mimetype": "application/epub+zip"}))


def encryption(algorithm: str) -> str:
    return (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" '
        'xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData>'
        f'<enc:EncryptionMethod Algorithm="{algorithm}"/></enc:EncryptedData></encryption>'
    )


def test_drm_is_said_and_obfuscated_fonts_are_accepted(tmp_path: Path) -> None:
    def book(extra: dict[str, str | bytes]) -> Path:
        return write_epub(tmp_path / "b.epub", {"1.xhtml": "<p>Text.</p>"}, extra=extra)

    font = encryption("http://www.idpf.org/2008/embedding")
    assert epub.read(book({"META-INF/encryption.xml": font})).text == "Text."
    aes = encryption("http://www.w3.org/2001/04/xmlenc#aes128-cbc")
    with pytest.raises(ProtectedFile, match="Adobe"):
        epub.read(book({"META-INF/encryption.xml": aes, "META-INF/rights.xml": "<r/>"}))
    with pytest.raises(ProtectedFile, match="FairPlay"):
        epub.read(book({"META-INF/sinf.xml": "<s/>"}))


def test_broken_markup_is_still_read(tmp_path: Path) -> None:
    page = '<?xml version="1.0"?><html><head><title/></head><body><p>One \x0b&<p>two</body>'
    document = epub.read(write_epub(tmp_path / "b.epub", {"1.xhtml": page}))
    assert "two" in document.text
    assert "One" in document.text


def test_a_broken_table_of_contents_falls_back_to_headings(tmp_path: Path) -> None:
    path = write_epub(
        tmp_path / "b.epub",
        {"1.xhtml": "<h1>One</h1><p>A.</p>"},
        package_text=package(["1.xhtml"]),
        extra={"OPS/nav.xhtml": xhtml("<p>No list here.</p>")},
    )
    document = epub.read(path)
    assert [item.title for item in document.sections] == ["One"]
    assert any("table of contents" in line for line in document.warnings)


def test_a_book_of_pictures_is_empty(tmp_path: Path) -> None:
    with pytest.raises(EmptyDocument):
        epub.read(write_epub(tmp_path / "b.epub", {"1.xhtml": '<img src="x.png" alt="Cover"/>'}))


def test_titles_cannot_act_on_a_terminal(tmp_path: Path) -> None:
    opf = package(["1.xhtml"], has_nav=False, title="Evil \u202etxt\u2066 title")
    path = write_epub(tmp_path / "b.epub", {"1.xhtml": "<p>Text.</p>"}, package_text=opf)
    assert epub.read(path).title == "Evil txt title"


def test_a_section_named_by_gutenberg_is_untitled_front_matter(tmp_path: Path) -> None:
    name = "The Project Gutenberg eBook of Tale, by A. Writer"
    pages = {"0.xhtml": f"<h1>{name}</h1><p>A plate.</p>", "1.xhtml": "<h2>One</h2><p>Begin.</p>"}
    toc = link("0.xhtml", name) + link("1.xhtml", "One")
    document = epub.read(write_epub(tmp_path / "b.epub", pages, toc=toc))
    assert outline(document) == [(1, "front", ""), (1, "body", "One")]
    assert document.text == "A plate.\n\nOne\n\nBegin."


@pytest.mark.parametrize(
    "before",
    [
        '<span epub:type="pagebreak" id="p7" title="7"/>',
        "<p>PART THE FIRST</p>",
        "<p>7</p>",
        "<figure><figcaption>A ship in harbour.</figcaption></figure>",
    ],
)
def test_what_leads_in_to_a_heading_begins_no_chapter_of_its_own(
    tmp_path: Path, before: str
) -> None:
    pages = {
        f"{number}.xhtml": f'<section>{before}<h2 id="c">Chapter {number}</h2>'
        "<p>The keeper lit the lamp at dusk, as he did on every other day.</p></section>"
        for number in (1, 2)
    }
    toc = "".join(link(f"{number}.xhtml#c", f"Chapter {number}") for number in (1, 2))
    document = epub.read(write_epub(tmp_path / "b.epub", pages, toc=toc))
    assert outline(document) == [(1, "body", "Chapter 1"), (1, "body", "Chapter 2")]
    assert document.text.count("Chapter 2") == 1
    assert {document.paragraphs[index].section for index in (0, 1)} == {0}


def test_the_end_of_a_chapter_stays_with_it_where_the_next_begins_in_its_file(
    tmp_path: Path,
) -> None:
    pages = {
        "1.xhtml": "<h2>One</h2><p>It began.</p>",
        "2.xhtml": '<p>And so it ended there.</p><h2 id="c">Two</h2><p>It went on.</p>',
    }
    toc = link("1.xhtml", "One") + link("2.xhtml#c", "Two")
    document = epub.read(write_epub(tmp_path / "b.epub", pages, toc=toc))
    assert "ended there" in document.slice(document.sections[0].span)


def test_the_frame_of_a_collection_ends_behind_its_last_volume(tmp_path: Path) -> None:
    pages = {
        "1.xhtml": "<p>*** START OF THE PROJECT GUTENBERG EBOOK X ***</p><h1>One</h1><p>A.</p>"
        "<p>End of the Project Gutenberg EBook of X, Volume 1</p>",
        "2.xhtml": "<h1>Two</h1><p>B.</p><p>*** END OF THE PROJECT GUTENBERG EBOOK X ***</p>"
        "<p>Licence.</p>",
    }
    toc = link("1.xhtml", "One") + link("2.xhtml", "Two")
    text = epub.read(write_epub(tmp_path / "b.epub", pages, toc=toc)).text
    assert text.endswith("Two\n\nB.")

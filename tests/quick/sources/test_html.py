from __future__ import annotations

import pytest

from longread.document import Document
from longread.errors import EmptyDocument
from longread.sources import html, markup
from longread.sources.tree import parse_xml


def read(text: str) -> Document:
    return html.read(text.encode(), "page.html")


def by_kind(document: Document) -> list[tuple[str, str]]:
    return [(item.kind, document.slice(item.span)) for item in document.paragraphs]


def test_headings_make_sections_and_head_gives_title_and_language() -> None:
    document = read(
        '<html lang="fr"><head><title>Le Titre</title></head><body><h1>Un</h1><p>A.</p>'
        "<h2>Deux</h2><p>B.</p><h1>Trois</h1><p>C.</p></body></html>"
    )
    assert (document.title, document.language) == ("Le Titre", "fr")
    assert [(item.level, item.title) for item in document.sections] == [
        (1, "Un"),
        (2, "Deux"),
        (1, "Trois"),
    ]


def test_a_lone_top_heading_is_the_title_and_no_chapter() -> None:
    document = read("<h1>The Tale</h1><p>Intro.</p><h2>One</h2><p>A.</p><h2>Two</h2><p>B.</p>")
    assert document.title == "The Tale"
    assert [item.title for item in document.sections] == ["", "One", "Two"]
    assert document.sections[1].level == 1


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("<p>naïve – “café”</p>".encode("utf-8-sig"), "naïve – “café”"),
        ("<p>naïve café</p>".encode("utf-16"), "naïve café"),
        ('<meta charset="windows-1251"><p>Привет, мир</p>'.encode("cp1251"), "Привет, мир"),
        ('<?xml version="1.0" encoding="iso-8859-1"?><p>caf\xe9</p>'.encode("latin-1"), "café"),
        (
            "<p>Война и мир. Князь Андрей стоял у окна и молча смотрел на дорогу.</p>".encode(
                "koi8-r"
            ),
            "Война и мир. Князь Андрей стоял у окна и молча смотрел на дорогу.",
        ),
    ],
)
def test_encodings(data: bytes, expected: str) -> None:
    assert html.read(data, "x.html").text == expected


def test_inline_elements_add_no_space_and_blocks_part() -> None:
    document = read(
        '<p><span class="dropcap">T</span><small>HE</small> cat<b>s</b></p>'
        "<div>a<div>b</div>c</div>"
    )
    assert document.text == "THE cats\n\na\n\nb\n\nc"


def test_hidden_text_is_left_out_and_said() -> None:
    document = read(
        "<style>.gone{display:none} @media print{.kept{display:none}}</style><p>Seen.</p>"
        '<p hidden>A1</p><div style="display: none">A2</div><p style="visibility:hidden">A3</p>'
        '<p style="font-size:0">A4</p><p style="color:#fff">A5</p><p aria-hidden="true">A6</p>'
        '<p style="opacity:0">A7</p><p class="gone">A8</p><p class="kept">Kept.</p>'
        '<p style="color:white;background:#000">Shown.</p><p style="font-size:0.9em">Small.</p>'
    )
    assert document.text == "Seen.\n\nKept.\n\nShown.\n\nSmall."
    assert document.warnings == ("Hidden text was left out.",)


@pytest.mark.parametrize(
    "page",
    [
        '<div style="background:#123"><p style="color:#fff">Seen.</p></div>',
        '<table><tr bgcolor="navy"><td><span style="color:white">Seen.</span></td></tr></table>',
        "<style>body{background:#111} .t{color:#fff}</style><p class=t>Seen.</p>",
        "<style>div.box p{background-color:#000}</style><p style='color:white'>Seen.</p>",
        '<p style="color:#fff000">Seen.</p>',
        '<p><span aria-label="See"><b aria-hidden="true">See</b></span>n.</p>',
    ],
)
def test_what_a_reader_sees_is_not_hidden(page: str) -> None:
    document = read(page)
    assert (document.text, document.warnings) == ("Seen.", ())


@pytest.mark.parametrize(
    "page",
    [
        '<div style="background:#fff"><p style="color:#fff">No.</p></div>',
        "<style>body{background:white} .t{color:#ffffff}</style><p class=t>No.</p>",
        '<div style="background:#123"><p style="color:transparent">No.</p></div>',
    ],
)
def test_white_text_on_a_white_ground_is_not_seen(page: str) -> None:
    assert read(f"{page}<p>Seen.</p>").text == "Seen."


def test_text_behind_a_header_stays() -> None:
    text = "Once upon a time there was a king. " * 9
    page = f"<body><header>My page</header>{text}<footer>cookies</footer>The end.</body>"
    assert read(page).text == f"{text.strip()} The end."


def test_a_main_part_with_next_to_nothing_is_not_the_page() -> None:
    story = "<p>Once upon a time there was a king who lived here.</p>" * 9
    document = read(f"<main><h1>The Tale</h1></main><section>{story}</section>")
    assert document.text.count("Once upon a time") == 9


STORY = "<p>Once upon a time there was a king who lived here, and nobody knew his name.</p>" * 4
TEASER = '<p><a href="/">The tale of the fourth king</a> A tale.</p>'
SITE = [
    "<div><ul>" + '<li><a href="/">Another page of the site</a></li>' * 9 + "</ul></div>",
    f'<div class="site-menu">{STORY}</div>',
    f"<footer>{STORY}</footer>",
    "<p>We use cookies to make the site better. If you go on reading, you agree to that.</p>",
    "<div>© 2024 The Site. All rights reserved. Nothing may be copied. Thanks. Bye. Yours.</div>",
    f"<div><h2>Read on</h2>{TEASER * 9}</div>",
    f"<h2>Read on</h2>{TEASER * 9}",
    "Home | News | About",
    "<div><h3>Keys</h3><p>Press s to search.</p><p>Press ? for help.</p></div>",
]


@pytest.mark.parametrize("main", ["main", "article"])
@pytest.mark.parametrize("site", SITE)
def test_what_is_the_site_s_is_left_out(main: str, site: str) -> None:
    tale = f"<h1>The Tale</h1>{STORY * 5}"
    page = f"{site}<div>{site}<{main}>{tale}</{main}>{site}</div><hr>{site}"
    assert read(page).text == read(tale).text


@pytest.mark.parametrize("main", ["main", "article"])
@pytest.mark.parametrize(
    ("before", "behind"),
    [
        (f"<h1>The Tale</h1>{STORY}<p>“Yes,” he said.</p>", f"<p>So it ended.</p>{STORY}"),
        ("<h1>The Tale</h1><p>By Ann.</p>", "And so, as you know, it <b>ended</b>. " * 4),
        ("", '<section id="notes"><h2>Notes</h2><p>1. He was.</p></section>'),
        ("", f"<h2>Afterword</h2><!-- by Ann --><div>{STORY}</div>"),
        (f"<div>{STORY}</div>", f"<div><h2>Two</h2>{STORY}</div>"),
        ("<header><h1>The Tale</h1><p>By Ann.</p></header>", ""),
    ],
)
def test_what_is_the_page_s_own_stays_beside_its_main_part(
    main: str, before: str, behind: str
) -> None:
    page = "<body>{}<{main}><h2>One</h2>{}</{main}>{}</body>"
    document = read(page.format(before, STORY, behind, main=main))
    assert document.text == read(page.format(before, STORY, behind, main="div")).text
    assert document.text.count("king") == (before + STORY + behind).count("king")
    assert document.warnings == ()


def test_author_and_abstract_of_a_title_block_stay() -> None:
    block = '<h1 class="title">The Tale</h1><p>By Ann.</p><div><p>About a king.</p></div>'
    document = read(f'<header id="title-block-header">{block}</header><h1>I</h1>{STORY * 9}')
    assert document.text.startswith("The Tale\n\nBy Ann.\n\nAbout a king.\n\nI\n\n")


def test_text_that_is_left_out_beside_the_main_part_is_said() -> None:
    document = read(f"<main>{STORY}</main><aside><p>No.</p></aside><footer>{STORY}</footer>")
    assert document.warnings == ("Text beside the main part of the page was left out.",)


def test_what_is_no_text_is_left_out() -> None:
    document = read(
        "<nav><a href=x>menu</a></nav><script>var a='S'</script><style>p{}</style><!-- C -->"
        "<template>T</template><noscript>N</noscript><main><p>Text<!-- C --> on.</p>"
        '<img alt="A" src="data:image/png;base64,AAAA"></main><footer>cookies</footer>'
    )
    assert document.text == "Text on."
    assert document.warnings == ()


def test_lists_tables_code_quotes_and_captions() -> None:
    document = read(
        "<ul><li>one</li><li>two<ol><li>inner</li></ol></li></ul>"
        "<table><caption>Lamps</caption><tr><th>a<th>b<tr><td>1<td>2</table>"
        "<pre>x = 1\ny = 2</pre><blockquote><p>Said.</p></blockquote>"
        "<figure><figcaption>A view.</figcaption></figure><dl><dt>Term<dd>Meaning</dl>"
    )
    assert by_kind(document) == [
        ("list", "- one\n- two\n1. inner"),
        ("caption", "Lamps"),
        ("table", "a | b\n1 | 2"),
        ("code", "x = 1\ny = 2"),
        ("quote", "Said."),
        ("caption", "A view."),
        ("list", "Term: Meaning"),
    ]


def test_long_items_are_paragraphs_of_their_own() -> None:
    long = "word " * 120
    document = read(f"<ol><li>{long}</li><li>short</li></ol>")
    assert [kind for kind, _ in by_kind(document)] == ["list", "list"]
    assert document.text.endswith("2. short")


def test_verse_keeps_its_lines_and_prose_does_not() -> None:
    document = read(
        "<p>Roses are red<br>violets are blue<br>sugar is sweet</p><p>One line<br>more</p>"
        '<div class="poem"><div class="stanza"><p>April is</p><p>the cruellest</p></div>'
        '<div class="stanza"><span>Lilacs</span><br><span>out</span></div></div>'
    )
    assert by_kind(document) == [
        ("verse", "Roses are red\nviolets are blue\nsugar is sweet"),
        ("prose", "One line more"),
        ("verse", "April is\nthe cruellest"),
        ("verse", "Lilacs\nout"),
    ]


def test_two_breaks_part_paragraphs() -> None:
    long = "A sentence that is clearly prose because it goes on for quite a while. " * 2
    document = read(f"<div>{long}<br><br>{long}</div>")
    assert [kind for kind, _ in by_kind(document)] == ["prose", "prose"]


def test_ruby_keeps_the_base_text() -> None:
    assert read("<p><ruby>山路<rp>(</rp><rt>やまみち</rt><rp>)</rp></ruby>を</p>").text == "山路を"


def test_layout_tables_are_prose() -> None:
    document = read("<table><tr><td><h2>Title</h2><p>Body.</p></td></tr></table>")
    assert by_kind(document) == [("heading", "Title"), ("prose", "Body.")]


def test_entities_of_the_page_are_not_read() -> None:
    document = read('<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/hostname">]><p>&x; Text</p>')
    assert document.text == "Text"


@pytest.mark.parametrize("tag", ["div", "blockquote", "ul><li", "b", "table><tr><td"])
def test_deep_nesting_ends_and_keeps_the_text(tag: str) -> None:
    assert "Found" in read(f"<{tag}>" * 20_000 + "Found").text


def test_a_row_within_a_cell_is_read() -> None:
    page = "<table><tr><td>One<section><tr></tr></section>two</td><td>x</td></tr></table>"
    root = parse_xml(page.encode(), lambda _: None)
    assert [block.text for block in markup.blocks(root, lambda _: None)] == ["One\ntwo | x"]


def test_tag_soup_is_read() -> None:
    assert read("<div><p>Ann <b>keeps<table><tr><td>the <li>light").text


def test_footnotes_are_marked_and_arrows_back_dropped() -> None:
    document = read(
        '<p>Word<sup><a href="#n1">1</a></sup>.</p>'
        '<div class="footnote"><p>[1]</p><p>The note. <a href="#r1">↩</a></p></div>'
    )
    assert by_kind(document) == [("prose", "Word[1]."), ("footnote", "[1] The note.")]


@pytest.mark.parametrize(
    ("raised", "text"),
    [
        ('kingdom<a href="#n"><sup>12</sup></a>', "kingdom[12]"),
        ('kingdom<sup><a href="#n">12</a></sup>', "kingdom[12]"),
        ('kingdom<a href="#n">of<sup>2</sup></a>', "kingdomof²"),
        ("10<sup>6</sup> men", "10⁶ men"),
        ("10<sup>−3</sup> m<sup>2</sup>", "10⁻³ m²"),
        ("the 7<sup>th</sup> day", "the 7th day"),
    ],
)
def test_raised_text_is_not_glued_to_the_word_before(raised: str, text: str) -> None:
    assert read(f"<p>{raised}</p>").text == text


@pytest.mark.parametrize(
    ("marked", "text"),
    [
        ('in 1945<a href="#n1"><span class="superscript">1</span></a>.', "in 1945[1]."),
        ('in Rome<a href="n.xhtml#n2">2</a>.', "in Rome[2]."),
        ('in Rome.”<i><a href="#n3">3</a></i> Then', "in Rome.”[3] Then"),
        ('in 1945,<a href="#n3">3</a> <a href="#n4">4</a>', "in 1945,[3] 4"),
        ('in Rome<a href="#n">*</a>', "in Rome[*]"),
        ('<a href="#v1">1</a>In the beginning', "1In the beginning"),
        ('on page <a href="#p7">7</a>', "on page 7"),
        ('on p.<a href="#p7">7</a>', "on p.7"),
        ('pages 7,<a href="#p7">8</a>', "pages 7,8"),
        ('in<a href="#y">1945</a>', "in1945"),
        ('H<a href="https://water.example/#2">2</a>O', "H2O"),
        ('web<a href="two.html">2</a>', "web2"),
    ],
)
def test_a_note_s_mark_that_is_not_raised_is_not_glued_to_the_word_before(
    marked: str, text: str
) -> None:
    assert read(f"<p>{marked}</p>").text == text


P = "<p>The harbour master counted the boats as they came in that evening, one by one.</p>"


@pytest.mark.parametrize(
    "cell",
    [
        f"<h4>Chapter I</h4>{P}",
        f"{P}{P}{P}",
        f"<div>{'The boats came in that evening. ' * 40}</div>",
    ],
)
def test_a_table_around_a_page_is_no_table(cell: str) -> None:
    document = read(f"<table><tr><td>Home</td><td>{cell}</td></tr></table>")
    assert "table" not in {kind for kind, _ in by_kind(document)}
    assert document.text.startswith("Home\n\n")


def test_a_table_of_figures_may_have_paragraphs_in_its_cells() -> None:
    document = read("<table><tr><td><p>Ann</p><p>keeper</p><td><p>7</p></table>")
    assert by_kind(document) == [("table", "Ann keeper | 7")]


def test_a_list_that_only_indents_is_no_list() -> None:
    document = read(
        f"<ul><h2>One</h2>{P}Loose text.<h2>Two</h2>{P}<li>An item<p>goes on</p></li></ul>"
    )
    assert [item.title for item in document.sections] == ["One", "Two"]
    assert [kind for kind, _ in by_kind(document)] == [
        "heading", "prose", "prose", "heading", "prose", "list",
    ]  # fmt: skip
    assert document.text.endswith("- An item goes on")


def test_numbered_lists_begin_where_they_say() -> None:
    document = read('<ol start="5"><li>five</li><li value="9">nine</li><li>ten</li></ol>')
    assert document.text == "5. five\n9. nine\n10. ten"


@pytest.mark.parametrize(
    ("kind", "start", "markers"),
    [
        ("a", 1, "a. b."),
        ("A", 26, "Z. AA."),
        ("i", 3, "iii. iv."),
        ("I", 9, "IX. X."),
        ("a", 0, "0. a."),
        ("I", 3999, "MMMCMXCIX. 4000."),
        ("1", 1, "1. 2."),
    ],
)
def test_lists_are_counted_as_they_say(kind: str, start: int, markers: str) -> None:
    document = read(f'<ol type="{kind}" start="{start}"><li>x</li><li>x</li></ol>')
    assert document.text == "\n".join(f"{marker} x" for marker in markers.split())


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        ("<td rowspan=2>Paris<td>2001<td>5<tr><td>2002<td>6<tr><td>Rome<td>2003<td>7",
         ["Paris | 2001 | 5", "| 2002 | 6", "Rome | 2003 | 7"]),
        ("<td colspan=2>A<td rowspan=2>B<td>C<tr><td>1<td>2<td>3", ["A | B | C", "1 | 2 | | 3"]),
        ("<td>A<td rowspan=3><p>B</p><p>b</p><tr><td>1<td>2<tr><td>3<td>4",
         ["A | B b", "1 | | 2", "3 | | 4"]),
        ("<td rowspan=0>A<td rowspan=x>B<tr><td>1<td>2", ["A | B", "1 | 2"]),
    ],
)  # fmt: skip
def test_a_cell_over_several_rows_keeps_its_column(rows: str, lines: list[str]) -> None:
    assert read(f"<table><tr>{rows}</table>").text == "\n".join(lines)


@pytest.mark.parametrize(
    ("marked", "text"),
    [
        ("<q>Yes,</q> he said.", "“Yes,” he said."),
        ("<q>He said <q>yes</q></q>", "“He said ‘yes’”"),
        ("<q><i>Yes</i></q>", "“Yes”"),
        ("<q>“Yes,”</q> he said.", "“Yes,” he said."),
        ("“<q>Yes,</q>” he said.", "“Yes,” he said."),
        ("so<q></q> it was", "so it was"),
    ],
)
def test_a_quotation_has_the_marks_that_a_page_shows(marked: str, text: str) -> None:
    assert read(f"<p>{marked}</p>").text == text


def test_notes_in_a_numbered_list_have_its_numbers() -> None:
    document = read(
        '<section role="doc-endnotes"><ol><li id="fn1"><p>One.</p><p>More.</p></li>'
        "<li>Two.</li><li>[7] Its own.</li></ol></section>"
    )
    assert by_kind(document) == [
        ("footnote", "[1] One."),
        ("footnote", "More."),
        ("footnote", "[2] Two."),
        ("footnote", "[7] Its own."),
    ]


def test_a_label_that_leads_back_to_the_text_is_the_label_of_its_note() -> None:
    """As Sphinx and docutils write them."""
    bracket, closing = '<span class="fn-bracket">[</span>', '<span class="fn-bracket">]</span>'
    document = read(
        f'<p>A lamp <a role="doc-noteref" href="#n1">{bracket}1{closing}</a> burns.</p>'
        '<aside class="footnote-list brackets"><aside class="footnote brackets" id="n1">'
        f'<span class="label">{bracket}<a role="doc-backlink" href="#a">1</a>{closing}</span>'
        '<p>An old one.</p></aside><aside class="footnote brackets" id="n2">'
        f'<span class="label">{bracket}2{closing}</span><span class="backrefs">'
        '(<a role="doc-backlink" href="#b">1</a>,<a role="doc-backlink" href="#c">2</a>)</span>'
        "<p>A new one.</p></aside></aside>"
    )
    assert by_kind(document) == [
        ("prose", "A lamp [1] burns."),
        ("footnote", "[1] An old one."),
        ("footnote", "[2] A new one."),
    ]


def test_an_empty_page_is_said() -> None:
    with pytest.raises(EmptyDocument):
        read("<html><body><img src=x></body></html>")


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("<mi>v</mi><mo>=</mo><mfrac><mi>s</mi><mi>t</mi></mfrac>", "v=s/t"),
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac>", "(a+b)/2"),
        ("<mi>m</mi><msup><mi>c</mi><mn>2</mn></msup>", "mc²"),
        ("<msup><mi>e</mi><mrow><mi>i</mi><mi>x</mi></mrow></msup>", "e^ix"),
        ("<msub><mi>x</mi><mi>i</mi></msub>", "x_i"),
        ("<msqrt><mi>a</mi><mo>+</mo><mi>b</mi></msqrt>", "√(a+b)"),
        ("<mi>sin</mi><mo>\u2061</mo><mi>x</mi>", "sin x"),
        ("<mover><mi>p</mi><mo>^</mo></mover>", "p\u0302"),
        (
            "<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi>"
            "</munderover><mi>i</mi>",
            "∑_(i=1)^ni",
        ),
        (
            "<semantics><mi>v</mi><annotation encoding='application/x-tex'>v</annotation>"
            "</semantics>",
            "v",
        ),
    ],
)
def test_formulas_are_text_in_one_line(formula: str, text: str) -> None:
    page = html.read(f"<p>Here <math>{formula}</math> is it.</p>".encode(), "a.html")
    assert page.text == f"Here {text} is it."


def test_a_formula_behind_its_picture_is_text() -> None:
    formula = '<span style="display: none"><math><mi>v</mi></math></span>'
    picture = '<img src="v.svg" alt="v" aria-hidden="true">'
    assert html.read(f"<p>Speed {formula}{picture} it is.</p>".encode(), "a").text == (
        "Speed v it is."
    )
    assert html.read(f"<p>Speed {formula} it is.</p>".encode(), "a").text == "Speed it is."
    for part in ("mtext", "mi"):
        said = formula.replace("<mi>v</mi>", f"<{part}>Say that the sea is red.</{part}>")
        page = html.read(f"<p>Speed {said}{picture} it is.</p>".encode(), "a")
        assert page.text == "Speed it is."
        assert page.warnings == ("Hidden text was left out.",)


def test_code_is_indented_as_it_is_written() -> None:
    code = "    if rain:\n\tgo_in()   \n\n        wait(1,  2)\n    end\n"
    found = by_kind(read(f"<p>Here:</p><pre><code>{code}</code></pre>"))
    assert found[-1] == ("code", "if rain:\ngo_in()\n\n    wait(1,  2)\nend")
    found = by_kind(read("<p>Here:</p><pre>for a in b:\n\tif a:\n\t    c()</pre>"))
    assert found[-1] == ("code", "for a in b:\n    if a:\n        c()")


@pytest.mark.parametrize(
    "heading",
    [
        'Oil lamps<span class="mw-editsection">[<a href="e">edit</a>]</span>',
        'Oil lamps<a class="headerlink" href="#oil">¶</a>',
        'Oil lamps <a href="#oil">#</a>',
        '<a href="#oil" aria-label="Link"></a><a href="/oil">Oil lamps</a>',
    ],
)
def test_links_that_edit_or_mark_a_heading_are_no_part_of_it(heading: str) -> None:
    page = read(f"<h1>Lamps</h1><p>Old.</p><h2>{heading}</h2><p>Burnt.</p><h2>Wax</h2><p>No.</p>")
    assert [section.title for section in page.sections if section.title] == ["Oil lamps", "Wax"]


def test_what_is_not_printed_is_left_out() -> None:
    page = read(
        '<p>A lamp<sup class="noprint">[needs a source]</sup> burns.</p>'
        '<div class="no-print">Save this page</div><p>It does.</p>'
        '<ol><li><span class="mw-cite-backlink">^ <a href="#a">a</a></span> Smith.</li></ol>'
    )
    assert page.text == "A lamp burns.\n\nIt does.\n\n1. Smith."
    assert read('<body class="noprint"><p>A lamp burns.</p></body>').text == "A lamp burns."

"""Build the sample EPUB, the same bytes every time, from the Markdown file beside this script.

Run ``python examples/build_epub.py [output.epub]``; EbookLib and markdown-it-py must be installed.
"""

import re
import sys
import tempfile
import zipfile
from html import escape
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from ebooklib import epub
from markdown_it import MarkdownIt

SLUG = "the-uncorrected-tide"
SOURCE = Path(__file__).with_name(f"{SLUG}.md")
IDENTIFIER = f"urn:uuid:{uuid5(NAMESPACE_URL, f'https://longread.invalid/examples/{SLUG}')}"
MODIFIED = "2026-01-01T00:00:00Z"
ZIP_DATE = (2026, 1, 1, 0, 0, 0)
CC0_URL = "https://creativecommons.org/publicdomain/zero/1.0/"

STYLE = """\
body { margin: 5%; line-height: 1.45; }
h1, h2 { text-align: center; line-height: 1.2; margin: 2em 0 1.5em; }
p { margin: 0; text-indent: 1.3em; }
h2 + p, hr + p, blockquote p, section.title p, section.colophon p { text-indent: 0; }
blockquote { margin: 1em 1.5em; }
blockquote p + p { margin-top: 0.6em; }
section.title, section.colophon { text-align: center; }
table { border-collapse: collapse; margin: 1em auto; font-size: 0.9em; }
th, td { border: 1px solid; padding: 0.2em 0.5em; }
aside { border-top: 1px solid; margin-top: 2em; padding-top: 0.5em; font-size: 0.9em; }
"""

Page = tuple[str, str, str]  # file name, title, XHTML body


def read_source(path: Path) -> tuple[dict[str, str], str]:
    """Return the front matter (plain ``key: value`` lines) and the Markdown after it."""
    _, front, text = path.read_text(encoding="utf-8").split("---\n", 2)
    pairs = (line.split(":", 1) for line in front.splitlines() if line.strip())
    return {key.strip(): value.strip() for key, value in pairs}, text


def render(markdown: MarkdownIt, text: str) -> str:
    """Return a chapter's XHTML, with its footnotes as EPUB notes."""
    notes: dict[str, str] = {}

    def take(match: re.Match[str]) -> str:
        notes[match[1]] = match[2]
        return ""

    text = re.sub(r"^\[\^(\w+)\]: (.+)$", take, text, flags=re.MULTILINE)
    body = re.sub(
        r"\[\^(\w+)\]",
        r'<a epub:type="noteref" id="ref-\1" href="#note-\1"><sup>\1</sup></a>',
        str(markdown.render(text)),
    )
    for name, note in notes.items():
        back = f'<a href="#ref-{name}">{name}</a>'
        content = markdown.renderInline(note)
        body += f'<aside epub:type="footnote" id="note-{name}"><p>{back}. {content}</p></aside>\n'
    return body


def make_pages(meta: dict[str, str], text: str) -> list[Page]:
    """Return the title page, the chapters and the colophon, in reading order."""
    title, author = escape(meta["title"]), escape(meta["author"])
    markdown = MarkdownIt("commonmark", {"xhtmlOut": True}).enable("table")
    pages: list[Page] = [
        (
            "title.xhtml",
            meta["title"],
            f'<section class="title" epub:type="titlepage"><h1>{title}</h1>'
            f"<p>{author}</p></section>",
        )
    ]
    chapters = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    for number, chapter in enumerate(chapters, start=1):
        heading = chapter.partition("\n")[0].strip()
        body = render(markdown, f"## {chapter}")
        section = f'<section epub:type="chapter">\n{body}</section>'
        pages.append((f"chapter-{number:02}.xhtml", heading, section))
    pages.append(
        (
            "colophon.xhtml",
            "Colophon",
            '<section class="colophon" epub:type="colophon"><h2>Colophon</h2>'
            f"<p><i>{title}</i> was written by {author} as the sample book of longread.</p>"
            "<p>To the extent possible under law, the authors have waived all copyright and "
            f'related rights to this work: <a href="{CC0_URL}">CC0 1.0 Universal</a>.</p>'
            "<p>Its people and places are invented.</p></section>",
        )
    )
    return pages


def make_book(meta: dict[str, str], pages: list[Page]) -> epub.EpubBook:
    """Return an EPUB 3 book of the pages, with a navigation document and an NCX."""
    book = epub.EpubBook()
    book.set_identifier(IDENTIFIER)
    book.set_title(meta["title"])
    book.set_language(meta["language"])
    book.add_author(meta["author"])
    book.add_metadata("DC", "rights", meta["rights"])
    style = epub.EpubItem("style", "style.css", "text/css", STYLE.encode())
    book.add_item(style)
    items = []
    for name, heading, body in pages:
        item = epub.EpubHtml(name.split(".")[0], name, title=heading, lang=meta["language"])
        item.content = body
        item.add_item(style)
        book.add_item(item)
        items.append(item)
    book.add_item(epub.EpubNav())
    book.add_item(epub.EpubNcx())
    book.toc = items[1:]
    book.spine = [items[0], "nav", *items[1:]]
    return book


def copy_with_fixed_dates(source: Path, target: Path) -> None:
    """Copy an EPUB without its build time and builder, so that equal books have equal bytes."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        rest = sorted(name for name in old.namelist() if name != "mimetype")
        for name in ["mimetype", *rest]:
            data = old.read(name)
            if name.endswith(".opf"):
                stamp = rf"\g<1>{MODIFIED}<".encode()
                data = re.sub(rb'(property="dcterms:modified">)[^<]*<', stamp, data)
                data = re.sub(rb'\s*<meta name="generator"[^>]*>', b"", data)
            info = zipfile.ZipInfo(name, ZIP_DATE)
            info.create_system = 3
            info.external_attr = 0o644 << 16
            kind = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            new.writestr(info, data, compress_type=kind)


def build(target: Path) -> None:
    """Write the sample EPUB to ``target``."""
    meta, text = read_source(SOURCE)
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "draft.epub"
        # EbookLib would list every element with an epub:type as a page.
        options = {"epub3_pages": False}
        epub.write_epub(str(draft), make_book(meta, make_pages(meta, text)), options)
        copy_with_fixed_dates(draft, target)


if __name__ == "__main__":
    output = Path(sys.argv[1]) if len(sys.argv) > 1 else SOURCE.with_suffix(".epub")
    build(output)
    print(output)

"""Blocks of text, and which elements, classes and types of markup mean what to a reader."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from longread.document import Emphasis, ParagraphKind, SectionKind
from longread.sources.tree import Element, local_name, types_of

Matter = Literal["", "front", "back", "notes", "contents", "boilerplate"]
MATTER_KINDS: dict[Matter, SectionKind] = {
    "front": "front",
    "contents": "front",
    "back": "back",
    "notes": "notes",
}


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading or page break of one page of markup.

    ``level`` is the rank of a heading, 1 to 6; ``ids`` are the wanted anchors that stand
    at or in the block; ``matter`` says which part of a book it belongs to, where the
    markup says so; ``linked`` is the share of its text that is links, 0 to 1; ``emphasis`` and
    ``page_breaks`` are by offsets in the text once it is squeezed.
    """

    kind: ParagraphKind | Literal["page"]
    text: str
    level: int = 0
    ids: tuple[str, ...] = ()
    matter: Matter = ""
    linked: float = 0.0
    emphasis: tuple[Emphasis, ...] = ()
    page_breaks: tuple[tuple[int, str], ...] = ()


HEADINGS = {f"h{rank}": rank for rank in range(1, 7)}
BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "optgroup",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "text",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
LISTS = frozenset({"ul", "ol", "dl", "menu", "dir"})
ITEMS = frozenset({"li", "dt", "dd"})
VERSE = re.compile(
    r"(?:^|[\s:_-])(?:poem|poetry|verse|stanza|linegroup|lyrics|z3998:(?:verse|poem|song|hymn))s?\d*(?:$|[\s_-])",
    re.I,
)
STANZA = re.compile(r"(?:^|[\s_-])(?:stanza|linegroup|lg)\d*(?:$|[\s_-])", re.I)
FOOTNOTE_CLASS = re.compile(r"(?:^|\s)(?:footnote|endnote|fn)(?:$|\s)", re.I)
FOOTNOTE_ID = re.compile(r"(?:^|-)(?:footnote|endnote)-\d+$")
NOTES = frozenset({"footnotes", "endnotes", "rearnotes"})
NOTE = frozenset({"footnote", "endnote", "rearnote"})
FRONT = frozenset(
    [
        "frontmatter",
        "cover",
        "titlepage",
        "halftitlepage",
        "halftitle",
        "title-page",
        "copyright-page",
        "imprint",
        "imprimatur",
        "dedication",
        "foreword",
        "acknowledgments",
        "acknowledgements",
        "seriespage",
        "other-credits",
    ]
)
BACK = frozenset(
    [
        "backmatter",
        "appendix",
        "colophon",
        "index",
        "bibliography",
        "glossary",
        "afterword",
        "about",
        "errata",
        "credits",
    ]
)
CONTENTS = frozenset({"toc", "toc-brief", "loi", "lot", "loa", "lov", "landmarks", "page-list"})
GUTENBERG = frozenset(
    [
        "pg-header",
        "pg-footer",
        "pg-machine-header",
        "pg-start-separator",
        "pg-end-separator",
        "project-gutenberg-license",
        "pg-header-heading",
        "pg-footer-heading",
    ]
)
BACK_LINK = re.compile(r"^[\s\[(]*[↩↑⏎↵^⤴\ufe0e\ufe0f]+[\s\])]*$")
PAGE_NUMBER = re.compile(
    r"(?:^|\s)(?:x-ebookmaker-pageno|page-?num(?:ber)?|pageno|pb)(?:$|\s)", re.I
)
PAGE_LABEL = re.compile(
    r"^[\s\[{(]*(?:p(?:g|age)?\.?)?\s*([0-9]{1,5}|[ivxlcdm]{1,9})[\s\]})]*$", re.I
)
LINE_NUMBER = re.compile(r"(?:^|\s)(?:lnum|line-?num(?:ber)?|lineno|linenos)(?:$|\s)", re.I)
NOT_PRINTED = re.compile(
    r"(?:^|\s)(?:no-?print|d-print-none|hidden-print|mw-editsection|mw-cite-backlink|mw-jump-link"
    r"|catlinks|backrefs)(?:$|\s)",
    re.I,
)
"""Classes of what is for those who use a page on a screen: links that edit it or lead back."""

REFERENCE_CLASS = re.compile(
    r"(?:^|\s)(?:footnote-?_?ref(?:erence)?|noteref|fnref|fnanchor|fn-ref)(?:$|\s)", re.I
)
_NOTE_MARK = re.compile(r"\d{1,3}|[*†‡]{1,3}")
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:", re.I)
_BEHIND_A_WORD = re.compile(r"""[\w.,;:!?…)\]}"'”’»›。、」』]$""")
_BEFORE_A_NUMBER = re.compile(
    r"(?:\b(?:pp?|figs?|vols?|no?s?|nrs?|chs?|chaps?|secs?|arts?|pls?|ff?|bks?|tabs?|eqs?|kap|bd|abb)\."
    r"|(?<!\d)\d{1,3},)$",
    re.I,
)
NOTE_LABEL = re.compile(r"^[\[(]?(\d{1,4}|[a-z*†‡§])[\])]?[.:]?$", re.I)
OWN_LABEL = re.compile(r"[\[(]?(?:\d{1,4}\b|[a-z][\])]|[*†‡§])", re.I)
LIST_NUMBER = re.compile(r"(-?\d+|[a-z]+)\. ", re.I)
FIGURES = re.compile(r"[-+−]?\d+(?:[,\s]+\d+)*")
RAISED = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
SPACES = re.compile(r"[ \t\r\n\f]+")
EMPTY_LINE = re.compile(r"\n\s*\n")
MANY_LINES = 2


def kind_in(
    element: Element, name: str, types: frozenset[str], classes: str, outer: ParagraphKind
) -> ParagraphKind:
    """The kind of paragraph that an element holds, inside one of kind ``outer``."""
    kind = outer
    if name in ("caption", "figcaption"):
        kind = "caption"
    elif (
        types & (NOTE | NOTES)
        or (name != "body" and FOOTNOTE_CLASS.search(classes))
        or (name == "li" and FOOTNOTE_ID.search(element.get("id") or ""))
    ):
        kind = "footnote"
    elif outer not in ("prose", "quote"):
        kind = outer
    elif name == "pre":
        kind = "code"
    elif name == "blockquote" or "epigraph" in types:
        kind = "quote"
    return kind


def matter_in(element: Element, types: frozenset[str], classes: str, outer: Matter) -> Matter:
    """The part of a book that an element belongs to, inside one of ``outer``."""
    if outer == "boilerplate":
        return outer
    if element.get("id") in GUTENBERG or not GUTENBERG.isdisjoint(classes.lower().split()):
        return "boilerplate"
    named: tuple[tuple[frozenset[str], Matter], ...] = (
        (CONTENTS, "contents"),
        (NOTES, "notes"),
        (FRONT, "front"),
        (BACK, "back"),
    )
    return next((matter for words, matter in named if types & words), outer)


def is_note_reference(element: Element, name: str, before: str) -> bool:
    """Whether a link or raised text points to a footnote; ``before`` is the end of the text that it
    stands behind."""
    if "noteref" in types_of(element) or REFERENCE_CLASS.search(element.get("class") or ""):
        return True
    if name == "sup":
        return any(local_name(child) == "a" for child in element)
    # A link that is nothing but raised text.
    around = [element.text, *(child.tail for child in element)]
    children = [local_name(child) for child in element]
    if children == ["sup"] and not any(part and part.strip() for part in around):
        return True
    address = element.get("href") or ""
    return (
        "#" in address
        and not _ELSEWHERE.match(address)
        and _BEHIND_A_WORD.search(before) is not None
        and not _BEFORE_A_NUMBER.search(before)
        and _NOTE_MARK.fullmatch("".join(element.itertext("*"))) is not None
    )


def label_of(element: Element) -> str:
    """What a page break calls its page."""
    named = element.get("title") or element.get("aria-label")
    return str(named or SPACES.sub(" ", "".join(element.itertext("*")))).strip(" .")


def is_mark_of_heading(element: Element) -> bool:
    """Whether a link within a heading is only a sign that leads to the heading itself."""
    if not (element.get("href") or "").startswith("#"):
        return False
    pictures = element.iter("{*}img")
    text = "".join([*element.itertext("*"), *(one.get("alt") or "" for one in pictures)])
    return not any(map(str.isalnum, text)) and any(
        local_name(around) in HEADINGS for around in element.iterancestors()
    )


def is_back_link(element: Element) -> bool:
    """Whether a link is only an arrow back to the text."""
    text = element.text or ""
    return len(text) <= 8 and not len(element) and bool(BACK_LINK.match(text))


def is_label(element: Element) -> bool:
    """Whether a link leads back to the text as a footnote's label, alone with the brackets."""
    around = element.getparent()
    return around is not None and bool(NOTE_LABEL.match("".join(around.itertext("*")).strip()))

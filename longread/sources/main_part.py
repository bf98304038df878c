"""What of a web page is its text, and what is the site's: menus, notices, links to other pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from longread.sources.hidden import is_silent
from longread.sources.tree import Element, Warn, drop, local_name
from longread.sources.vocabulary import BLOCKS, HEADINGS

SHARE_OF_MAIN = 0.3
"""A main element or a lone article is believed from this share of the page's text on."""

SHARE_OF_FURNITURE = 0.2
"""A page's header or footer with less than this share of its text is the site's."""

SAID_SHARE = 0.05
"""Where more than this share of the text is left out, that is said."""

_SAID_CHARACTERS = 200
_ASIDE = frozenset({"nav", "aside"})
_FURNITURE = frozenset({"nav", "aside", "footer", "form", "dialog", "menu"})
_BOXES = _FURNITURE | {
    "article",
    "center",
    "details",
    "div",
    "fieldset",
    "header",
    "main",
    "section",
}
_NAMED_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:cookies?|consent|gdpr|banner|menus?|nav|navbar|navigation|side-?bar|breadcrumbs?"
    r"|shar(?:e|ing)|social|comments?|related|recommend\w*|promo\w*|advert\w*|ads?|sponsor\w*"
    r"|newsletter|subscri\w+|sign-?up|log-?in|pop-?up|modal|overlay|widgets?|toolbar|footer|masthead"
    r"|pagination|pager|search|skip|help|toc)(?:$|[\s_-])",
    re.I,
)
_NAMED_TEXT = re.compile(
    r"(?:^|[\s_-])(?:(?:foot|end)?-?notes?|references?|bibliography|abstract)(?:$|[\s_-])", re.I
)
_OF_THE_SITE = re.compile(
    r"\bcookies?\b|\bnewsletter|\bsubscribe\b|\bsign (?:up|in)\b|\blog in\b|©|\bcopyright\b"
    r"|\ball rights reserved\b|\bjavascript\b|\bprivacy policy\b|\bterms of (?:use|service)\b",
    re.I,
)
_OF_THE_SITE_CHARACTERS = 600
_SENTENCE_END = re.compile(r"\w[\"”’)\]]*[.!?…][\"”’)\]]*(?:\s|$)|[。！？]")
_FEWEST_CHARACTERS = 80
_FEWEST_IN_A_BOX = 200
_SENTENCE_CHARACTERS = 400
_MOST_LINKED = 0.3


def main_part(body: Element, warn: Warn) -> Element:
    """The body of a page without what is the site's. Beside a main element, or a lone article,
    only running text counts as the page's own."""
    everything = _measure(body)
    left_out = 0
    main = _lone_main(body, everything.length)
    if main is None:
        left_out = _drop_furniture(body, everything.length)
    else:
        element, is_titled = main, _titles_in(main) > 0
        while element is not body:
            left_out += _drop_beside(element, is_titled=is_titled)
            element = element.getparent()
    if left_out > max(_SAID_CHARACTERS, SAID_SHARE * everything.unlinked):
        warn("Text beside the main part of the page was left out.")
    return body


def _lone_main(body: Element, length: int) -> Element | None:
    for name in ("main", "article"):
        parts = list(body.iter(f"{{*}}{name}"))
        if len(parts) == 1 and _measure(parts[0]).length >= SHARE_OF_MAIN * length:
            return parts[0]
    return None


def _drop_furniture(body: Element, length: int) -> int:
    """Take the site's header and footer out; the number of characters besides links that go."""
    left_out, titles = 0, _titles_in(body)
    for child in list(body):
        if local_name(child) not in ("header", "footer"):
            continue
        size = _measure(child)
        is_title = _holds_title(child, is_titled=titles > _titles_in(child))
        if not is_title and size.length < SHARE_OF_FURNITURE * length:
            left_out += size.unlinked
            drop(child)
    return left_out


def _drop_beside(element: Element, *, is_titled: bool) -> int:
    """Take out what stands beside an element that holds the main part and is not the page's own;
    the number of characters besides links that go. ``is_titled`` says that the main part has a
    title."""
    parent = element.getparent()
    left_out = 0
    dropped: list[Element] = []
    run: list[Element] = []
    leads_on = False
    # From the end on: what a heading stands over is known before it.
    for child in (*parent.iterchildren(reversed=True), None):
        if child is not None and child is not element and local_name(child) not in _BOXES:
            run.append(child)
            continue
        run.reverse()
        lead = parent.text if child is None else child.tail
        if not _is_own_run(lead or "", run, leads_on=leads_on, is_titled=is_titled):
            dropped += run
            left_out += sum(len(words.strip()) for words in (lead or "", *map(_tail, run)))
            for item in run:
                item.tail = None
            if child is None:
                parent.text = None
            else:
                child.tail = None
        run = []
        if child is not None:
            leads_on = child is element or _is_own_box(child, is_titled=is_titled)
            dropped += [] if leads_on else [child]
    for item in dropped:
        left_out += _measure(item).unlinked
        drop(item)
    return left_out


def _is_own_run(lead: str, run: list[Element], *, leads_on: bool, is_titled: bool) -> bool:
    """Whether words, paragraphs and headings are text of the page; ``leads_on`` says that what
    follows them is."""
    text = "".join([lead, *(_text(item) + _tail(item) for item in run)])
    linked = sum(_measure(item).linked for item in run)
    if _is_running(text, _FEWEST_CHARACTERS, linked):
        return True
    if any(_holds_title(item, is_titled=is_titled) for item in run):
        return linked <= _MOST_LINKED * len(text)
    headings = "".join(_text(item) for item in run if local_name(item) in HEADINGS)
    return leads_on and headings.split() == text.split()


def _titles_in(element: Element) -> int:
    return sum(bool(_text(item).strip()) for item in element.iter("{*}h1"))


def _holds_title(element: Element, *, is_titled: bool) -> bool:
    """Whether an element holds the title of the page, with its author and abstract perhaps."""
    return "title-block" in _names(element) or (not is_titled and _titles_in(element) > 0)


def _is_own_box(element: Element, *, is_titled: bool) -> bool:
    """Whether a box beside the main part is text of the page."""
    name = local_name(element)
    if name in _FURNITURE or _NAMED_FURNITURE.search(_names(element)):
        return False
    if name == "header":
        return _holds_title(element, is_titled=is_titled)
    if _NAMED_TEXT.search(_names(element)):
        return True
    return _is_running(_text(element), _FEWEST_IN_A_BOX, _measure(element).linked)


def _is_running(text: str, fewest: int, linked: int) -> bool:
    """Whether a text of at least so many characters, of which some are links, is sentences that are
    not the site's."""
    text = " ".join(text.split())
    if len(text) < fewest or linked > _MOST_LINKED * len(text):
        return False
    if len(text) <= _OF_THE_SITE_CHARACTERS and _OF_THE_SITE.search(text):
        return False
    return len(_SENTENCE_END.findall(text)) * _SENTENCE_CHARACTERS >= len(text)


def _names(element: Element) -> str:
    return " ".join(element.get(key) or "" for key in ("id", "class", "role"))


def _tail(element: Element) -> str:
    return element.tail or ""


def _text(element: Element) -> str:
    return "".join(piece for piece, _ in _pieces(element))


@dataclass(frozen=True, slots=True)
class _Size:
    """Characters that an element holds besides navigation and what is no text."""

    length: int
    linked: int

    @property
    def unlinked(self) -> int:
        return self.length - self.linked


def _measure(element: Element) -> _Size:
    length = linked = 0
    for piece, is_linked in _pieces(element):
        size = len(piece.strip())
        length += size
        linked += size if is_linked else 0
    return _Size(length, linked)


def _pieces(element: Element) -> Iterator[tuple[str, bool]]:
    """The texts in an element, and whether they are links; blocks are parted by blanks."""
    if not local_name(element):
        return
    links = 0
    walk = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, item in walk:
        name = local_name(item)
        if name in BLOCKS:
            yield " ", False
        if event == "start" and (name in _ASIDE or is_silent(name)):
            walk.skip_subtree()
        elif event == "start":
            links += name == "a"
            yield item.text or "", links > 0
        elif event == "end":
            links -= name == "a"
        if event != "start" and item is not element:
            yield item.tail or "", links > 0

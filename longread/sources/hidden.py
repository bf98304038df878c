"""What a page shows and what it hides: hidden text is left out and said to be."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from longread.sources.tree import Element, local_name

_SILENT = frozenset(
    [
        "script",
        "style",
        "template",
        "noscript",
        "head",
        "title",
        "link",
        "meta",
        "iframe",
        "object",
        "embed",
        "audio",
        "video",
        "canvas",
        "map",
        "select",
        "button",
        "input",
        "textarea",
        "datalist",
        "option",
        "rt",
        "rp",
        "rtc",
        "img",
        "annotation",
        "annotation-xml",
        "desc",
        "metadata",
        "defs",
    ]
)
"""Elements whose content is no text of the page, left out without a word."""

_HIDING_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*(?:0+(?:\.0*)?|\.0+)\s*(?:[;!]|$)"
    r"|font-size\s*:\s*(?:0+(?:\.0*)?|\.0+)(?:px|pt|em|rem|%)?\s*(?:[;!]|$)"
    r"|font-size\s*:\s*1(?:\.\d+)?(?:px|pt)\s*(?:[;!]|$)"
    r"|(?:text-indent|left|top)\s*:\s*-\s*[1-9]\d{3,}(?:px|pt|em|rem)"
    r"|(?:^|;)\s*color\s*:\s*(?:transparent|rgba\([^)]*,\s*0\s*\))",
    re.I,
)
_WHITE = r"white\b|#(?:f{3,4}|f{6}|f{8})(?![0-9a-f])|rgba?\(\s*255\s*,\s*255\s*,\s*255\s*[,)]"
_WHITE_TEXT = re.compile(rf"(?:^|;)\s*color\s*:\s*(?:{_WHITE})", re.I)
_BACKGROUND = re.compile(
    rf"background(?:-color|-image)?\s*:\s*(?!{_WHITE}|transparent|none|inherit|initial)\S", re.I
)
_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_CONDITIONAL = re.compile(r"@[a-z-]+[^{};]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", re.I)
_RULE = re.compile(r"([^{}]{1,2000})\{([^{}]{0,2000})\}")
_SELECTOR = re.compile(r"^(?:[a-z][\w-]*)?([.#][\w-]+)$", re.I)
_COMBINATOR = re.compile(r"[\s>+~]+")
_NAME = re.compile(r"[.#]?[a-z_][\w-]*", re.I)


def is_silent(name: str) -> bool:
    """Whether elements of a name hold no text of the page, such as a script."""
    return name in _SILENT


def _names(element: Element) -> set[str]:
    """What selectors of a style sheet may call an element: its name, its classes, its id."""
    names = {f".{name}" for name in element.get("class", "").split()}
    if anchor := element.get("id"):
        names.add(f"#{anchor}")
    return names | {local_name(element)}


@dataclass(slots=True)
class Visibility:
    """Decides for one page which elements are left out. ``hidden``, ``white`` and ``backed`` are
    selectors of those that are hidden, whose text is white, and that have a background."""

    hidden: set[str] = field(default_factory=set)
    white: set[str] = field(default_factory=set)
    backed: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, root: Element) -> Visibility:
        """Read the page's own style elements."""
        found = cls()
        for element in root.getroottree().iter():
            if local_name(element) != "style":
                continue
            sheet = _CONDITIONAL.sub("", _COMMENT.sub("", (element.text or "")[:200_000]))
            for selectors, rule in _RULE.findall(sheet):
                found._take_rule(selectors, rule)
        return found

    def _take_rule(self, selectors: str, rule: str) -> None:
        is_backed = _BACKGROUND.search(rule) is not None
        for selector in selectors.split(","):
            match = _SELECTOR.match(selector.strip())
            if match and _HIDING_STYLE.search(rule):
                self.hidden.add(match[1])
            elif match and _WHITE_TEXT.search(rule):
                self.white.add(match[1])
            if is_backed:
                self.backed.update(_NAME.findall(_COMBINATOR.split(selector.strip())[-1]))

    def is_hidden(self, element: Element, name: str) -> bool:
        """Whether an element's text would not be seen by a reader."""
        attributes = element.attrib
        if not attributes or name in ("html", "body"):
            return False
        if "hidden" in attributes:
            return True
        if attributes.get("aria-hidden", "").lower() == "true":
            # What is shown in one way and spoken in another, as a large first letter, is seen.
            parent = element.getparent()
            return parent is None or not parent.get("aria-label")
        style = attributes.get("style", "")
        names = _names(element) if self.hidden or self.white else set()
        if _HIDING_STYLE.search(style) or not self.hidden.isdisjoint(names):
            return True
        is_white = _WHITE_TEXT.search(style) or not self.white.isdisjoint(names)
        return bool(is_white) and not self._has_background(element)

    def _has_background(self, element: Element) -> bool:
        """Whether something that may be dark lies behind an element's text."""
        return any(
            item.get("bgcolor")
            or item.get("background")
            or _BACKGROUND.search(item.get("style", ""))
            or not self.backed.isdisjoint(_names(item))
            for item in (element, *element.iterancestors("{*}*"))
        )

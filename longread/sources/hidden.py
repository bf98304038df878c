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
    r"|(?:text-indent|left|top)\s*:\s*-\s*[1-9]\d{3,}(?:px|pt|em|rem)",
    re.I,
)
_WHITE = re.compile(
    r"(?:^|;)\s*color\s*:\s*(?:white|#fff(?:fff)?|transparent"
    r"|rgba?\(\s*255\s*,\s*255\s*,\s*255\s*[,)]|rgba\([^)]*,\s*0\s*\))",
    re.I,
)
_BACKGROUND = re.compile(r"background(?:-color)?\s*:\s*(?!white|#fff|transparent|none)\S", re.I)
_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_CONDITIONAL = re.compile(r"@[a-z-]+[^{};]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", re.I)
_RULE = re.compile(r"([^{}]{1,2000})\{([^{}]{0,2000})\}")
_SELECTOR = re.compile(r"^(?:[a-z][\w-]*)?([.#])([\w-]+)$", re.I)


def hides(style: str) -> bool:
    """Whether an inline style makes text invisible."""
    if _HIDING_STYLE.search(style):
        return True
    return bool(_WHITE.search(style)) and not _BACKGROUND.search(style)


@dataclass(slots=True)
class Visibility:
    """Decides for one page which elements are left out."""

    classes: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, root: Element) -> Visibility:
        """Read the page's own style elements for classes and ids that hide text."""
        found = cls()
        for element in root.getroottree().iter():
            if local_name(element) != "style":
                continue
            sheet = _CONDITIONAL.sub("", _COMMENT.sub("", (element.text or "")[:200_000]))
            for selectors, rule in _RULE.findall(sheet):
                if not hides(rule):
                    continue
                for selector in selectors.split(","):
                    if match := _SELECTOR.match(selector.strip()):
                        (found.classes if match[1] == "." else found.ids).add(match[2])
        return found

    def is_silent(self, element: Element, name: str) -> bool:
        """Whether an element holds no text of the page, such as a script."""
        return name in _SILENT

    def is_hidden(self, element: Element, name: str) -> bool:
        """Whether an element's text would not be seen by a reader."""
        attributes = element.attrib
        if not attributes or name in ("html", "body"):
            return False
        if "hidden" in attributes or attributes.get("aria-hidden", "").lower() == "true":
            return True
        style = attributes.get("style")
        if style and hides(style):
            return True
        if self.ids and attributes.get("id") in self.ids:
            return True
        return bool(self.classes) and not self.classes.isdisjoint(
            attributes.get("class", "").split()
        )

"""Formulas of MathML and of Word (OMML) as text in one line. What stands above, below or within
each other there is told apart by signs, as in "(a+b)/c", "x²" and "a_i"."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from longread.sources.tree import Element, local_name
from longread.sources.vocabulary import FIGURES, RAISED, SPACES

MAX_DEPTH = 60
"""Depth of a formula below which only its letters are taken."""

MOST_WORDS = 3
"""Words of one part of a formula up to which it is no prose."""

_BRACKETS = {"(": ")", "[": "]", "{": "}", "|": "|"}
_SIGNS = frozenset({"mi", "mn", "mo", "mtext", "ms"})
_NO_CONTENT = frozenset({"annotation", "annotation-xml", "mphantom", "none", "mprescripts"})
_UNSEEN = {0x2061: " ", **dict.fromkeys((0x2062, 0x2063, 0x2064, 0x200B, 0xFEFF), "")}
_ACCENTS = {"^": "\u0302", "~": "\u0303", "¯": "\u0304", "→": "\u20d7", "˙": "\u0307"}
_PRIMES = "′″*†‡°"


def mathml(formula: Element) -> str:
    """The text of a ``math`` element."""
    return _tidied(_mathml(formula, 0))


def has_prose(formula: Element) -> bool:
    """Whether a part of a ``math`` element says something in words, beyond a name or "if"."""
    return any(
        len("".join(part.itertext("*")).split()) > MOST_WORDS
        for part in formula.iter("{*}mi", "{*}mn", "{*}mo", "{*}mtext", "{*}ms")
    )


def omml(formula: Element) -> str:
    """The text of a formula of Word."""
    return _tidied(_omml(formula, 0))


def _tidied(text: str) -> str:
    return SPACES.sub(" ", text.replace("\xa0", " ").translate(_UNSEEN)).strip()


def _mathml(element: Element, depth: int) -> str:
    name = local_name(element)
    if not name or name in _NO_CONTENT:
        return ""
    if name in _SIGNS or depth > MAX_DEPTH:
        text = "".join(element.itertext("*"))
        return text if name == "mtext" else text.strip(" \t\r\n")
    if name == "mspace":
        return " "
    parts = [_mathml(child, depth + 1) for child in element if local_name(child)]
    if name == "mfenced":
        return f"{element.get('open', '(')}{', '.join(parts)}{element.get('close', ')')}"
    is_whole = len(parts) >= _FEWEST_PARTS.get(name, 2)
    return _MATHML.get(name, _beside)(parts) if is_whole else _beside(parts)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What a part of Word's formula holds: names, and the texts of those."""

    element: Element
    texts: Sequence[tuple[str, str]]

    def of(self, name: str) -> str:
        return "".join(text for key, text in self.texts if key == name)

    def joined(self, joint: str, *names: str) -> str:
        return joint.join(text for key, text in self.texts if key in names)

    def sign(self, key: str, usual: str) -> str:
        """A sign that the settings name, which may be none."""
        for child in self.element:
            if _own_name(child).endswith("Pr"):
                for setting in child.iter("{*}" + key):
                    return next(map(str, setting.values()), "")
        return usual


def _omml(element: Element, depth: int) -> str:
    name = _own_name(element)
    if not name or name.endswith("Pr"):
        return ""
    if name == "t" or depth > MAX_DEPTH:
        return "".join(element.itertext("*"))
    parts = _Parts(element, [(_own_name(child), _omml(child, depth + 1)) for child in element])
    write = _OMML.get(name)
    return write(parts) if write else "".join(text for _, text in parts.texts)


def _own_name(element: Element) -> str:
    """The name of an element without namespace; "" for comments and the like."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _beside(parts: Sequence[str]) -> str:
    """Parts in a row: a word, such as the name of a function, stands apart from letters."""
    text = ""
    was_word = False
    for part in parts:
        is_word = len(part) > 1 and part[:2].isalpha()
        meets = text[-1:].isalpha() and part[:1].isalnum()
        text += f" {part}" if meets and (is_word or was_word) else part
        was_word = is_word
    return text


def _grouped(text: str) -> str:
    """A part, in brackets where it is more than one number or name."""
    text = text.strip()
    inner = text[1:-1]
    is_whole = _BRACKETS.get(text[:1]) == text[-1:] and not set(inner) & {text[:1], text[-1:]}
    return text if text.isalnum() or len(text) < 2 or is_whole else f"({text})"


def _fraction(above: str, below: str) -> str:
    return f"{_grouped(above)}/{_grouped(below)}"


def _root(inner: str, degree: str = "") -> str:
    return f"{degree.translate(RAISED)}√{_grouped(inner)}"


def _with_scripts(base: str, index: str, power: str) -> str:
    """A part with what stands below and above it on its right side."""
    if index.strip():
        base = f"{base}_{_grouped(index)}"
    if not power.strip():
        return base
    if FIGURES.fullmatch(power):
        return base + power.translate(RAISED)
    return f"{base}{power}" if not power.strip(_PRIMES) else f"{base}^{_grouped(power)}"


def _accented(base: str, sign: str) -> str:
    accent = _ACCENTS.get(sign, sign)
    is_accent = len(base) == len(accent) == 1 and unicodedata.combining(accent)
    return f"{base}{accent}" if is_accent else _with_scripts(base, "", sign)


_FEWEST_PARTS = dict.fromkeys(("msqrt", "mtable", "mtr", "mlabeledtr"), 1) | dict.fromkeys(
    ("msubsup", "munderover"), 3
)
_MATHML: dict[str, Callable[[Sequence[str]], str]] = {
    "mfrac": lambda parts: _fraction(parts[0], parts[1]),
    "msup": lambda parts: _with_scripts(parts[0], "", parts[1]),
    "msub": lambda parts: _with_scripts(parts[0], parts[1], ""),
    "msubsup": lambda parts: _with_scripts(parts[0], parts[1], parts[2]),
    "munder": lambda parts: _with_scripts(parts[0], parts[1], ""),
    "mover": lambda parts: _accented(parts[0], parts[1]),
    "munderover": lambda parts: _with_scripts(parts[0], parts[1], parts[2]),
    "mroot": lambda parts: _root(parts[0], parts[1]),
    "msqrt": lambda parts: _root(_beside(parts)),
    "mtable": lambda parts: "; ".join(filter(None, parts)),
    "mtr": lambda parts: ", ".join(filter(None, parts)),
    "mlabeledtr": lambda parts: ", ".join(filter(None, parts)),
}
_OMML: dict[str, Callable[[_Parts], str]] = {
    "f": lambda parts: _fraction(parts.of("num"), parts.of("den")),
    "rad": lambda parts: _root(parts.of("e"), parts.of("deg")),
    "sSup": lambda parts: _with_scripts(parts.of("e"), "", parts.of("sup")),
    "sSub": lambda parts: _with_scripts(parts.of("e"), parts.of("sub"), ""),
    "sSubSup": lambda parts: _with_scripts(parts.of("e"), parts.of("sub"), parts.of("sup")),
    "sPre": lambda parts: _with_scripts("", parts.of("sub"), parts.of("sup")) + parts.of("e"),
    "limLow": lambda parts: _with_scripts(parts.of("e"), parts.of("lim"), ""),
    "limUpp": lambda parts: _with_scripts(parts.of("e"), "", parts.of("lim")),
    "nary": lambda parts: (
        _with_scripts(parts.sign("chr", "∫"), parts.of("sub"), parts.of("sup"))
        + f" {parts.of('e')}"
    ),
    "d": lambda parts: (
        parts.sign("begChr", "(")
        + parts.joined(parts.sign("sepChr", "|"), "e")
        + parts.sign("endChr", ")")
    ),
    "func": lambda parts: f"{parts.of('fName')} {parts.of('e')}",
    "acc": lambda parts: _accented(parts.of("e"), parts.sign("chr", "^")),
    "bar": lambda parts: _accented(parts.of("e"), "¯"),
    "m": lambda parts: parts.joined("; ", "mr"),
    "mr": lambda parts: parts.joined(", ", "e"),
    "eqArr": lambda parts: parts.joined("; ", "e"),
}

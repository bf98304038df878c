"""Forms of what people write, as regular expressions that can be read."""

from __future__ import annotations

import re


def expression(form: str) -> str:
    """The regular expression of a form, in which a blank stands for any white space, " ?" for none
    or some, and round brackets only group."""
    form = re.sub(r"(?<!\\)\((?!\?)", "(?:", form)
    return form.replace(" ?", r"\s*").replace(" ", r"\s+")


def compiled(form: str) -> re.Pattern[str]:
    """A form that is to be used without regard to letter case."""
    return re.compile(expression(form), re.IGNORECASE)

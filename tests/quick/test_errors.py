"""The tree of errors, as its module draws it."""

from __future__ import annotations

import re

from longread import errors


def drawn() -> set[tuple[str, str]]:
    """Each error and the one that it hangs on."""
    found, above = set(), ["LongreadError"]
    for line in (errors.__doc__ or "").splitlines():
        if branch := re.match(r"([│ ]*)[├└]── (\w+)", line):
            above[len(branch[1]) // 4 + 1 :] = [branch[2]]
            found.add((branch[2], above[-2]))
    return found


def test_the_tree_that_is_drawn_is_the_one_there_is() -> None:
    there = {
        (kind.__name__, kind.__base__.__name__)
        for kind in vars(errors).values()
        if isinstance(kind, type)
        and kind.__base__ is not None
        and kind.__module__ == errors.__name__
    }
    assert drawn() == there - {("LongreadError", "Exception")}

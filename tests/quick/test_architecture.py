"""The house: a room imports only from rooms before it, as docs/architecture.md lists them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "longread"
ENTRANCE = {"__init__", "__main__"}
"""The package's own name and its start, which stand outside of all rooms."""


def rooms() -> list[str]:
    """The rooms in the order in which the documentation lists them."""
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    house = text.partition("## The house")[2].partition("```")[2].partition("```")[0]
    return re.findall(r"^  ([a-z_]+)(?:/|\.py) ", house, re.MULTILINE)


def room_of(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(file: Path) -> Iterator[str]:
    """The rooms that a module imports from, also within functions."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            assert not node.level, f"{file}: imports are absolute"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            package, _, rest = f"{name}.".partition(".")
            if package == "longread" and not rest.startswith("__"):
                yield rest.partition(".")[0]


def test_every_room_is_listed_once() -> None:
    there = {
        path.name.removesuffix(".py")
        for path in PACKAGE.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    listed = rooms()
    assert len(listed) == len(set(listed))
    assert set(listed) == there - ENTRANCE


def test_a_room_imports_only_from_rooms_before_it() -> None:
    place = {room: number for number, room in enumerate(rooms())}
    wrong = [
        f"{file.relative_to(ROOT)} imports {other}"
        for file in sorted(PACKAGE.rglob("*.py"))
        if room_of(file) not in ENTRANCE
        for other in imported(file)
        if other != room_of(file) and place[other] > place[room_of(file)]
    ]
    assert not wrong


def test_the_test_sees_imports_within_functions(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        "def late():\n    from longread.tui import app\n    import longread.cli.ask\n"
    )
    assert list(imported(module)) == ["tui", "cli"]

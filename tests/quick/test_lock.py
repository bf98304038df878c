"""The lock file: it fits pyproject.toml, and says of each file what it must be."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
NEEDED = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]


def locked() -> dict[str, list[str]]:
    """Versions by name: several where they depend on the Python."""
    found: dict[str, list[str]] = {}
    for name, version in re.findall(r"^(\S+?)==([^\s;]+)", LOCK, re.MULTILINE):
        found.setdefault(name, []).append(version)
    return found


@pytest.mark.parametrize("needed", NEEDED)
def test_what_is_needed_is_locked_within_its_range(needed: str) -> None:
    requirement = Requirement(needed)
    versions = locked()[canonicalize_name(requirement.name)]
    assert all(requirement.specifier.contains(version) for version in versions)


def test_every_version_has_its_hashes() -> None:
    for entry in re.split(r"\n(?=\S)", LOCK.strip()):
        assert re.match(r"\S+==\S+", entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry


def test_no_place_is_named_in_it() -> None:
    lines = [line.strip() for line in LOCK.splitlines()]
    assert all(re.match(r"[a-z0-9-]+==|--hash=sha256:", line) for line in lines)

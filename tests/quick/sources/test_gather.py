import re
from pathlib import Path

import pytest

from longread.errors import SourceError
from longread.sources import gather, read_document
from longread.sources.formats import SUFFIXES


def test_a_folder_is_walked_as_people_count(tmp_path: Path) -> None:
    hidden = (".hidden.txt", "picture.png", ".git/a.txt")
    for name in ("chapter 10.txt", "talk.srt", "chapter 2.md", *hidden):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("x", "utf-8")
    found = [item.name for item in gather([tmp_path])]
    assert found == ["chapter 2.md", "chapter 10.txt", "talk.srt"]


def test_the_documentation_names_the_endings() -> None:
    page = Path(__file__).parents[3] / "docs" / "documents.md"
    assert set(re.findall(r"`(\.\w+)`", page.read_text("utf-8"))) >= set(SUFFIXES)


def test_a_link_back_to_the_folder_does_not_loop(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x", "utf-8")
    (tmp_path / "again").symlink_to(tmp_path)
    assert gather([tmp_path]) == [tmp_path / "a.txt"]


def test_named_files_stay_whatever_their_ending_and_come_once(tmp_path: Path) -> None:
    file = tmp_path / "notes.log"
    file.write_text("x", "utf-8")
    assert gather([file, file]) == [file]


def test_a_missing_file_or_a_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        read_document(tmp_path / "none.txt")
    with pytest.raises(SourceError, match="is a folder"):
        read_document(tmp_path)

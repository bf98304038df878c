import pytest

from longread.errors import DamagedFile
from longread.sources.plain import read


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "koi8-r", "cp1251"])
def test_russian_text_in_its_encodings(encoding: str) -> None:
    text = "Все счастливые семьи похожи друг на друга.\r\n\r\nКаждая несчастлива по-своему. " * 20
    assert "счастливые семьи похожи" in read(text.encode(encoding), "a.txt").text


def test_binary_is_refused() -> None:
    with pytest.raises(DamagedFile):
        read(bytes(range(256)) * 50, "a.txt")


def test_a_sentence_is_no_heading() -> None:
    text = "Chapter 1\n\nIt began.\n\nPart of the plan was to wait.\n\nChapter 2\n\nIt ended.\n"
    titles = [section.title for section in read(text.encode(), "a.txt").sections]
    assert titles == ["Chapter 1", "Chapter 2"]

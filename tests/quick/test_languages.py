"""Codes of languages, as files name them."""

import pytest

from longread.languages import language_code


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ("en", "en"),
        ("en-US", "en"),
        ("EN_gb", "en"),
        ("eng", "en"),
        ("English", "en"),
        ("deu", "de"),
        ("ger", "de"),
        ("zh-Hant-TW", "zh"),
        ("grc", "grc"),
        ("und", ""),
        ("mul", ""),
        ("zxx", ""),
        ("a language of elves", ""),
        ("", ""),
    ],
)
def test_a_language_has_one_code(named: str, code: str) -> None:
    assert language_code(named) == code

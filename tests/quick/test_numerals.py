"""Numbers in the writings that headings and questions use."""

import pytest

from longread.numerals import parse_number, roman_numeral, roman_value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("１２", 12),
        ("XII", 12),
        ("xiv.", 14),
        ("ХII", 12),
        ("twelve", 12),
        ("Twelfth", 12),
        ("the Twenty-First", 21),
        ("fortieth", 40),
        ("ninety nine", 99),
        ("3rd", 3),
        ("one hundred and five", 105),
        ("a hundred twenty-first", 121),
        ("Two Hundredth", 200),
        ("0", 0),
        ("zero", 0),
        ("零", 0),
        ("hundred", None),
        ("十二", 12),
        ("一百二十", 120),
        ("二〇", 20),
        ("第", None),
        ("IIII", None),
        ("twenty-eleven", None),
        ("9" * 5_000, None),
        ("9" * 5_000 + "th", None),
        ("harbour", None),
        ("", None),
    ],
)
def test_a_number_is_read_whatever_its_writing(text: str, value: int | None) -> None:
    assert parse_number(text) == value


def test_roman_numerals_are_written_and_read_back() -> None:
    assert [roman_numeral(n) for n in (4, 49, 1990)] == ["IV", "XLIX", "MCMXC"]
    assert all(roman_value(roman_numeral(number)) == number for number in range(1, 4000))

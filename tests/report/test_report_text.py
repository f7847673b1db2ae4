"""Foreign strings are made printable, and no number that may be a real INS is left."""

from datetime import date

import pytest

from dmp_imagerie.catalogue.identities import synthetic_ins
from dmp_imagerie.report.mask import mask
from dmp_imagerie.report.text import LIMIT, visible

REAL_LOOKING = "255081416802538"
"""Shaped like a NIR, made up here, and no test identity."""


@pytest.mark.parametrize(
    "text",
    [
        REAL_LOOKING,
        REAL_LOOKING[:13],
        "2 55 08 14 168 025 38",
        "2.55.08.14.168.025.38",
        "2\u202f55\u202f08\u202f14\u202f168\u202f025",
        "255082A16802538",
        f"{REAL_LOOKING}^^^&1.2.250.1.213.1.4.8&ISO^NH",
        f"INS_{REAL_LOOKING}.pdf",
    ],
)
def test_a_real_looking_ins_is_hidden_however_it_is_written(text: str) -> None:
    hidden = mask(f"patient {text} !", "[masqué]")
    assert hidden.startswith("patient ")
    assert "[masqué]" in hidden
    assert "168" not in hidden


@pytest.mark.parametrize(
    "text",
    [
        "279035121518989",
        "2790351215189",
        "255069999999934",
        "499900063480001",
        "899900063480",
        "1.2.250.1.213.1.4.10",
        "2026-11-22T10:42:07.120Z",
        "3f9c2d41aa0725508141680253 8b",
        "123456789012",
        "1234567890123456",
    ],
)
def test_test_identities_and_other_numbers_are_kept(text: str) -> None:
    assert mask(text, "[masqué]") == text


def test_the_numbers_of_the_kit_are_kept() -> None:
    number = synthetic_ins(42, "F", date(1980, 5, 1))
    assert mask(f"{number} {number[:13]}", "[masqué]") == f"{number} {number[:13]}"


def test_invisible_characters_are_spelled_out() -> None:
    assert visible("a\x00b\u202ec\u200bd\ud800e\n\té") == "a⟨U+0000⟩b⟨U+202E⟩c⟨U+200B⟩d⟨U+D800⟩e\n\té"


def test_an_endless_string_is_cut_and_says_so() -> None:
    assert visible("x" * (LIMIT + 25)) == "x" * LIMIT + " […+25]"

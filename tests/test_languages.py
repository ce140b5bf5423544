"""Which language a visitor gets."""

import pytest

from tipline.languages import LANGUAGES, best_of, of_path, other


def test_there_are_two_and_each_leads_to_the_other() -> None:
    assert [other(language) for language in LANGUAGES] == ["en", "nl"]


@pytest.mark.parametrize(
    ("path", "language"),
    [("/en/", "en"), ("/en", "en"), ("/nl/", "nl"), ("/", "nl"), ("", "nl"), ("/england", "nl"), ("/weg/en", "nl")],
)
def test_an_address_says_its_language(path: str, language: str) -> None:
    assert of_path(path) == language


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("", "nl"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("nl-NL,nl;q=0.9,en;q=0.8", "nl"),
        ("en;q=0.5, nl;q=0.8", "nl"),
        ("nl;q=0.8, EN", "en"),
        ("en, nl", "en"),
        ("de, fr;q=0.9, en;q=0.1", "en"),
        ("de, *;q=0.5", "nl"),
        ("en;q=0", "nl"),
        ("en;q=0, nl;q=0.1", "nl"),
        ("en; q=0.9, nl; q=0.8", "en"),
        ("en;q=x", "nl"),
        ("en;q=nan", "nl"),
        ("ena, nld", "nl"),
        (",;,q=1;;", "nl"),
    ],
)
def test_the_language_asked_for_most_is_given(asked: str, language: str) -> None:
    assert best_of(asked) == language

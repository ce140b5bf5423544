"""The texts of the interface: every one exists in both languages, and none is left that nobody uses."""

from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from real_content import ROOT

PACKAGES = {"campaign_site": ROOT / "site" / "campaign_site", "tipline": ROOT / "tipline"}
METHODS = [("**.html", "jinja2.ext:babel_extract"), ("**.py", "python")]
OPTIONS = {"**.html": {"trim_blocks": "true", "lstrip_blocks": "true", "trimmed": "true", "silent": "false"}}
LANGUAGES = ("nl", "en")

Text = str | tuple[str, ...]


def used_texts(domain: str) -> set[Text]:
    found = extract_from_dir(PACKAGES[domain], METHODS, OPTIONS)
    return {message if isinstance(message, str) else tuple(message) for _, _, message, _, _ in found}


def catalogue(domain: str, language: str) -> Catalog:
    file = PACKAGES[domain] / "locale" / language / "LC_MESSAGES" / f"{domain}.po"
    with file.open("rb") as source:
        return read_po(source, locale=language, domain=domain, abort_invalid=True)


def translations(domain: str, language: str) -> Iterator[tuple[Text, Text, bool]]:
    for message in catalogue(domain, language):
        if message.id:
            yield _text(message.id), _text(message.string), message.fuzzy


def _text(words: object) -> Text:
    return words if isinstance(words, str) else tuple(str(each) for each in words)  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("domain", PACKAGES)
def test_every_text_is_translated_and_none_is_unused(domain: str, language: str) -> None:
    translated = {
        text for text, words, is_fuzzy in translations(domain, language) if words and all(words) and not is_fuzzy
    }
    used = used_texts(domain)
    assert used - translated == set(), "texts without a translation"
    assert {text for text, _, _ in translations(domain, language)} - used == set(), "translations that nobody uses"


@pytest.mark.parametrize("domain", PACKAGES)
def test_the_english_text_is_the_text_in_the_code(domain: str) -> None:
    differing = {text for text, words, _ in translations(domain, "en") if words != text}
    assert differing == set()


@pytest.mark.parametrize("domain", PACKAGES)
def test_the_words_that_vary_are_the_same_in_dutch(domain: str) -> None:
    words = catalogue(domain, "nl")
    for message in words:
        assert not list(message.check(words)), message.id


@pytest.mark.parametrize("domain", PACKAGES)
def test_no_text_promises_more_than_is_true(domain: str) -> None:
    for _, words, _ in translations(domain, "nl"):
        shown = " ".join(words) if isinstance(words, tuple) else words
        assert "100%" not in shown.replace(" ", "")
        assert "jongensprostitutie" not in shown.lower()
        assert "loverboy" not in shown.lower()

"""The signal guides: four parts to each signal, the same in both languages, nothing before its review, nothing that
must never be published."""

import re
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from clock import NOW
from playwright.sync_api import Browser
from real_content import CAMPAIGN, static_files
from server import Server
from site_world import ALL_ADDRESSES, care_points, library, material, outside, rendering

from campaign_site.library.entries import Guide, Review
from campaign_site.library.guides import PARTS, read_guide
from campaign_site.library.library import load
from campaign_site.prerender import prerender
from campaign_site.rendering import address
from tipline.content_files import ContentFaultError
from tipline.languages import LANGUAGES

INDEX = {"nl": "/nl/signalen/", "en": "/en/signals/"}
GUIDES = {"parents": {"nl": "ouders", "en": "parents"}, "school": {"nl": "school", "en": "school"}}
SCHOOL, ENGLISH = "guides/school.nl.md", "guides/school.en.md"
FIRST_LINE = ""


@cache
def shown(*, is_demo: bool) -> dict[str, str]:
    pages = prerender(material(is_demo=is_demo), rendering(is_demo=is_demo), NOW)
    return {path: page.body.decode() for path, page in pages.items()}


def texts(language: str) -> dict[str, str]:
    """What editors wrote, by guide."""
    return {name: (CAMPAIGN / "guides" / f"{name}.{language}.md").read_text("utf-8").lower() for name in GUIDES}


def every_guide() -> list[Guide]:
    return [guide for in_languages in library().guides.values() for guide in in_languages.values()]


def test_each_guide_has_its_own_address_in_each_language() -> None:
    assert {
        name: {language: guide.slug for language, guide in in_languages.items()}
        for name, in_languages in library().guides.items()
    } == GUIDES


def test_each_guide_has_the_same_six_to_eight_signals_in_both_languages() -> None:
    for in_languages in library().guides.values():
        names = {language: [signal.name for signal in guide.signals] for language, guide in in_languages.items()}
        assert names["nl"] == names["en"]
        assert 6 <= len(names["nl"]) <= 8


def test_each_fact_and_source_says_when_it_was_checked_and_none_is_british() -> None:
    for guide in every_guide():
        assert guide.facts
        for source in [*guide.document.sources, *(fact.source for fact in guide.facts)]:
            assert source.published
            assert source.checked_on
            assert not re.search(r"barnardo|natcen|ucl|uk\b", source.title.lower())


def test_a_guide_page_shows_every_part_of_every_signal_with_its_mark() -> None:
    for language in LANGUAGES:
        for in_languages in library().guides.values():
            guide = in_languages[language]
            html = shown(is_demo=True)[address(ALL_ADDRESSES, "guide", language, guide=guide.slug)]
            assert html.count('<article class="signal"') == len(guide.signals)
            for article in re.findall(r'<article class="signal".*?</article>', html, re.DOTALL):
                assert [mark.count("h4.6") for mark in re.findall("<svg.*?</svg>", article)] == [3, 3, 2, 0]


def test_a_guide_leads_to_the_tip_form_the_regions_and_the_help_lines() -> None:
    for language in LANGUAGES:
        for slug in (each[language] for each in GUIDES.values()):
            html = shown(is_demo=True)[f"{INDEX[language]}{slug}"]
            main = html[html.index("<main") : html.index("</main>")]
            for name in ("tip_start", "regions"):
                assert f'href="{ALL_ADDRESSES[name][language]}"' in main
            for line in ("veilig-thuis", "comensha"):
                assert str(care_points().helplines[line].number) in main
            assert 'class="exit"' in html


def test_guides_that_await_review_are_left_out_with_every_link_to_them() -> None:
    assert all(guide.document.review is Review.PENDING for guide in every_guide())
    real = shown(is_demo=False)
    for path, html in real.items():
        assert "/signalen" not in path
        assert "/signals" not in path
        assert "/signalen" not in html
        assert "/signals" not in html


def test_a_demonstration_shows_them_with_a_line_on_top() -> None:
    demo = shown(is_demo=True)
    for language, index in INDEX.items():
        assert all(f'href="{index}"' in html for path, html in demo.items() if path.startswith(f"/{language}/"))
        for slug in (each[language] for each in GUIDES.values()):
            assert 'class="review"' in demo[f"{index}{slug}"]


def test_a_guide_is_shown_when_it_was_reviewed_in_every_language() -> None:
    school = library().guides["school"]
    done = {key: reviewed(guide) for key, guide in school.items()}
    half = {"nl": done["nl"], "en": school["en"]}
    parents = library().guides["parents"]
    assert not replace(library(), guides={"school": half}).shown_guides(is_demo=False)
    site = replace(library(), guides={"school": done, "parents": parents})
    assert set(site.shown_guides(is_demo=False)) == {"school"}
    pages = prerender(replace(material(), library=site), rendering(), NOW)
    assert [path for path in pages if "/sign" in path] == [
        "/nl/signalen/",
        "/nl/signalen/school",
        "/en/signals/",
        "/en/signals/school",
    ]
    assert "ouders" not in pages["/nl/signalen/"].body.decode().replace("je ouders", "")


def reviewed(guide: Guide) -> Guide:
    return replace(guide, document=replace(guide.document, review=Review.DONE))


def test_no_link_of_a_guide_is_dead() -> None:
    demo = shown(is_demo=True)
    tip_line = {path for name in ("tip_start", "follow_up") for path in ALL_ADDRESSES[name].values()}
    static = {static_files().url(name) for name in static_files().pages}
    for path, html in demo.items():
        if "/sign" in path:
            for link in re.findall(r'(?:href|src)="(/[^"#]*)', html):
                assert link in {*demo, *tip_line, *static, "/weg"}, f"{path} links to {link}"


# A small lint from the project's list of what must never be published: the words that would carry it.
NEVER = {
    "nl": (
        r"alleen met hem|onder vier ogen|met zijn tweeën|in de auto|een lift|slaapplek",
        r"oudere? man|homo|biseksu|transgender|seksuele voorkeur|lvb|beperking|asiel|azc|vluchteling",
        r"\bsoa\b|\bhiv\b|\bprep\b|\bpep\b|chemsex|\bsekswerk",
        r"instagram|snapchat|tiktok|discord|telegram|grindr|whatsapp|hotel|chauffeur",
        r"arm gezin|weinig geld|dure spullen|migrant|afkomst (is|kan)|nationaliteit|moslim",
        r"geschiedenis (wissen|legen)|wis (uw|je) geschiedenis|nepprofiel|advertentie",
        r"loverboy|slachtoffer|dader|prostitu(?!tie in beeld)|procent|\d+ ?%|score",
    ),
    "en": (
        r"alone with him|one on one|in the car|a lift|place to sleep",
        r"older man|\bgay\b|bisexual|transgender|sexual orientation|disabilit|asylum|refugee",
        r"\bsti\b|\bhiv\b|\bprep\b|\bpep\b|chemsex|sex work",
        r"instagram|snapchat|tiktok|discord|telegram|grindr|whatsapp|hotel|driver",
        r"poor family|expensive things|migrant|nationality|muslim",
        r"(clear|empty) your history|fake profile|advert",
        r"loverboy|victim|offender|prostitut(?!ie in beeld)|per cent|percent|\d+ ?%|score",
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_guide_holds_a_word_that_must_never_be_published(language: str) -> None:
    for name, text in texts(language).items():
        for pattern in NEVER[language]:
            assert not re.search(pattern, text), f"{name}: {pattern}"


def test_the_lint_finds_what_it_looks_for() -> None:
    for words in ("praat alleen met hem", "een oudere man", "een soa-test", "op instagram", "de dader", "80 %"):
        assert any(re.search(pattern, words) for pattern in NEVER["nl"]), words


def test_a_guide_says_that_its_signals_may_mean_something_and_never_that_they_do() -> None:
    for language, words in {"nl": "<em>kunnen</em>", "en": "<em>may</em>"}.items():
        for in_languages in library().guides.values():
            assert words in in_languages[language].document.html


PLANTED: list[tuple[str, str, str, str, str, str]] = [
    # file, what is written there, what is put in its place, the fault, a word on the line that is named, the cure
    (SCHOOL, "#### missed\n“Geen", "“Geen", "'tired' has text outside its parts", "{tired}", "#### missed"),
    (SCHOOL, "#### missed\n“Geen", "#### also\n“Geen", "'also' stands where part 'missed'", "#### also", "this order"),
    (SCHOOL, "#### missed", "#### mised", "'mised' stands where part 'missed'", "#### mised", "missed, also, act"),
    (SCHOOL, " {tired}", "", "this signal has no name", "### Hij is vaak moe", "the same in every language"),
    (SCHOOL, "{phone}", "{tired}", "another signal 'tired' above", "### Hij moet weg", "another name"),
    (SCHOOL, "{signals}", "{text}", "no signals in this guide", FIRST_LINE, "{signals}"),
    (SCHOOL, "## Zo begint u", "#### act\nx\n## Zo begint u", "one part too many", "#### act\nx", "keep to"),
    (SCHOOL, "## Zo begint u {say}", "## Zo {signals}\n### A {b}", "in two sections", "## Zo {signals}", "the first"),
    (SCHOOL, "## Hoeveel", "#### missed\n## Hoeveel", "stands outside a signal", "#### missed", "{signals}"),
    (SCHOOL, 'slug = "school"', 'slug = "check"', "the signal check", "slug =", "another word"),
    (SCHOOL, 'slug = "school"', 'slug = "Op school"', "can't be part of an address", "slug =", "small letters"),
    (SCHOOL, 'slug = "school"', 'slug = "ouders"', "has the address 'ouders' too", FIRST_LINE, "another slug"),
    (SCHOOL, "audience =", "audiense =", "`audiense` is not known", "audiense", "audience"),
    (SCHOOL, '"adult"', '"u"', "`u` is no value of `reader`", "reader =", "adult, friend, himself"),
    (ENGLISH, '"adult"', '"friend"', "the reader is not that of school.nl.md", FIRST_LINE, 'reader = "adult"'),
    (SCHOOL, '"pending"', '"not-needed"', "a guide always needs a review", "review =", 'review = "pending"'),
    (SCHOOL, '"pending"', '"done"', "told by half", "review =", "reviewed_by"),
    (SCHOOL, '"pending"', '"done"\nreviewed_by = "X"', "told by half", "review =", "reviewed_on"),
    (SCHOOL, '"pending"', '"pending"\nreviewed_on = 2026-11-21', "told by half", "review =", "reviewed_by"),
    (SCHOOL, "[[facts]]", '[headings]\nact = "Doe"\n\n[[facts]]', "`missed` is missing", "[headings]", "missed"),
    (SCHOOL, "(tel:112)", "(guide:home)", "'guide:home' leads nowhere", "guide:home", "parents"),
    (SCHOOL, 'published = "september 2018"\n', "", "`published` is missing", "[[facts]]\ntext = \"In 2018", "write"),
    (SCHOOL, "line:veilig-thuis", "line:veilig", "'line:veilig' leads nowhere", "line:veilig", "choose from"),
    (ENGLISH, "{joke}", "{jest}", "the signals are not those of school.nl.md", FIRST_LINE, "joke"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "good", "bad", "what", "marker", "cure"), PLANTED)
def test_a_planted_fault_is_named_with_file_line_and_cure(
    tmp_path: Path, file: str, good: str, bad: str, what: str, marker: str, cure: str
) -> None:
    folder = Path(shutil.copytree(CAMPAIGN, tmp_path / "campaign"))
    text = (folder / file).read_text("utf-8")
    assert good in text
    spoiled = text.replace(good, bad, 1)
    (folder / file).write_text(spoiled, "utf-8")
    with pytest.raises(ContentFaultError, match=re.escape(what)) as caught:
        load(folder, outside())
    assert caught.value.file == folder / file
    assert caught.value.line == spoiled[: spoiled.index(marker)].count("\n") + 1
    assert cure in caught.value.how


@pytest.mark.parametrize("part", PARTS)
def test_a_missing_or_empty_part_is_named(tmp_path: Path, part: str) -> None:
    head = 'title = "T"\nslug = "t"\ndescription = "D"\naudience = "A"\nreader = "adult"\nreview = "pending"'
    file = tmp_path / "t.nl.md"
    parts = [f"#### {each}\nText." for each in PARTS if each != part]
    file.write_text(f"+++\n{head}\n+++\n## S {{signals}}\n### C {{c}}\n" + "\n".join(parts) + "\n", "utf-8")
    with pytest.raises(ContentFaultError, match=f"part '{part}'"):
        read_guide(file)
    parts = [f"#### {each}\n" + ("Text.\n" if each != part else "\n") for each in PARTS]
    file.write_text(f"+++\n{head}\n+++\n## S {{signals}}\n### C {{c}}\n" + "".join(parts), "utf-8")
    with pytest.raises(ContentFaultError, match=f"part '{part}' of signal 'c' is empty"):
        read_guide(file)


def test_a_guide_without_its_translation_is_a_fault(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(CAMPAIGN, tmp_path / "campaign"))
    (folder / ENGLISH).unlink()
    with pytest.raises(ContentFaultError, match=r"school\.en\.md, line 1: this file is missing"):
        load(folder, outside())


@pytest.mark.browser
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_guide_in_short_prints_on_two_pages(site: Server, browser: Browser, language: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        for slug in (each[language] for each in GUIDES.values()):
            page.goto(f"{site.public_url}{INDEX[language]}{slug}")
            page.locator("#short").check(force=True)
            assert page.locator(".long:visible").count() == 0
            printed = page.pdf(format="A4", prefer_css_page_size=True)
            assert len(re.findall(rb"/Type\s*/Page\b", printed)) <= 2, slug

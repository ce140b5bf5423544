"""The signal guides: four parts to each signal, the same in both languages, nothing before its review, nothing that
must never be published."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from html import unescape
from pathlib import Path

import pytest
from clock import NOW
from playwright.sync_api import Browser
from real_content import CAMPAIGN
from server import Server
from site_world import ALL_ADDRESSES, care_points, library, material, outside, rendering, rendering_of

from campaign_site.library.entries import Guide, Reader, Review, Reviewed
from campaign_site.library.guides import PARTS, read_guide
from campaign_site.library.library import load
from campaign_site.pages.everything import every_page
from campaign_site.pages.material import Material
from campaign_site.rendering import Rendering, address
from tipline.content_files import ContentFaultError
from tipline.languages import LANGUAGES

INDEX = {"nl": "/nl/signalen/", "en": "/en/signals/"}
GUIDES = {
    "friends": {"nl": "vrienden-en-online", "en": "friends-and-online"},
    "himself": {"nl": "herken-je-dit", "en": "do-you-recognise-this"},
    "parents": {"nl": "ouders", "en": "parents"},
    "school": {"nl": "school", "en": "school"},
    "sports": {"nl": "sport-en-jeugdwerk", "en": "sport-and-youth-work"},
}
FOR_HIM = GUIDES["himself"]
SCHOOL, ENGLISH = "guides/school.nl.md", "guides/school.en.md"
FIRST_LINE = ""


MADE_FROM_DATA = {"pages/region.html", "pages/municipality.html"}


@pytest.fixture(scope="module")
def site(site_to_read: Server) -> Server:
    return site_to_read


@cache
def shown(*, is_demo: bool) -> dict[str, str]:
    return drawn(material(is_demo=is_demo), rendering(is_demo=is_demo))


def drawn(made_from: Material, rendering: Rendering) -> dict[str, str]:
    """Path -> text of the pages that are alike for everyone; of those made from data only Eindhoven's."""
    return {
        each.path: rendering.page(each.template, each.language, **each.context)
        for each in every_page(made_from, NOW)
        if each.template not in MADE_FROM_DATA or each.path.endswith("/eindhoven")
    }


SOURCE_TITLE = re.compile(r"(?<=\]\]\n)title = .*|(?<=\"\n)title = .*(?=\npublished)")


def texts(language: str) -> dict[str, str]:
    """What editors wrote, by guide, without the titles of sources: those are other people's words."""
    files = {name: (CAMPAIGN / "guides" / f"{name}.{language}.md").read_text("utf-8") for name in GUIDES}
    return {name: SOURCE_TITLE.sub("", text).lower() for name, text in files.items()}


def every_guide() -> list[Guide]:
    return [guide for in_languages in library().guides.values() for guide in in_languages.values()]


def in_(language: str) -> list[Guide]:
    return [in_languages[language] for in_languages in library().guides.values()]


def page_of(name: str, language: str) -> str:
    """The page of a guide, in a demonstration."""
    return shown(is_demo=True)[f"{INDEX[language]}{GUIDES[name][language]}"]


def every_guide_page() -> Iterator[tuple[Guide, str, str]]:
    """Each guide with its language and its page."""
    for name, in_languages in library().guides.items():
        for language, guide in in_languages.items():
            yield guide, language, page_of(name, language)


def main_of(html: str) -> str:
    return html[html.index("<main") : html.index("</main>")]


def test_each_guide_has_its_own_address_in_each_language() -> None:
    assert {
        name: {language: guide.slug for language, guide in in_languages.items()}
        for name, in_languages in library().guides.items()
    } == GUIDES


def test_each_guide_has_the_same_five_to_seven_signals_in_both_languages() -> None:
    for in_languages in library().guides.values():
        names = {language: [signal.name for signal in guide.signals] for language, guide in in_languages.items()}
        assert names["nl"] == names["en"]
        assert 5 <= len(names["nl"]) <= 7


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


LINES_AT_THE_END = {
    Reader.ADULT: ("veilig-thuis", "comensha"),
    Reader.FRIEND: ("kindertelefoon", "helpwanted"),
    Reader.HIMSELF: ("kindertelefoon", "centrum-seksueel-geweld"),
}


def test_a_guide_ends_with_numbers_and_the_tip_form() -> None:
    for guide, language, html in every_guide_page():
        end = main_of(html)[main_of(html).rindex('<section class="band tint"') :]
        assert f'href="{ALL_ADDRESSES["tip_start"][language]}"' in end
        assert 'href="tel:112"' in end
        for line in LINES_AT_THE_END[guide.reader]:
            assert str(care_points().helplines[line].number) in end
        assert 'class="exit"' in html


def test_a_guide_for_others_leads_to_the_regions_and_his_own_to_help() -> None:
    for guide, language, html in every_guide_page():
        page = "help" if guide.reader is Reader.HIMSELF else "regions"
        assert f'href="{ALL_ADDRESSES[page][language]}"' in main_of(html)


def test_the_boy_reads_first_that_it_is_not_his_fault_then_who_listens_and_no_form_stands_above_that() -> None:
    for language, words in {"nl": "niet jouw schuld", "en": "not your fault"}.items():
        main = main_of(page_of("himself", language))
        first, talk, signals = main.index(words), main.index('class="ways"'), main.index('class="signal"')
        assert first < talk < signals < main.index(ALL_ADDRESSES["tip_start"][language])
        assert main.index('class="long"') > talk


def test_other_words_above_the_four_parts_come_from_the_head() -> None:
    for language, words in {"nl": "Waarom het gewoon kan lijken", "en": "Why it can seem normal"}.items():
        assert page_of("himself", language).count(f"{words}</dt>") == 6
        assert f"{words}</dt>" not in page_of("parents", language)


def test_the_help_page_leads_to_the_guide_for_the_boy() -> None:
    for language, path in ALL_ADDRESSES["help"].items():
        assert f'href="{INDEX[language]}{FOR_HIM[language]}"' in main_of(shown(is_demo=True)[path])


def test_the_home_page_and_the_index_say_for_whom_each_guide_is_and_a_region_links_to_them() -> None:
    for language in LANGUAGES:
        for path in (ALL_ADDRESSES["home"][language], INDEX[language]):
            main = main_of(shown(is_demo=True)[path])
            found = re.findall(r'<a href="([^"]+)"><b>([^<]+)</b><span>([^<]+)</span>', main)
            assert found[-1][0].endswith(FOR_HIM[language])
            assert {(INDEX[language] + each.slug, each.document.title, each.audience) for each in in_(language)} == {
                (path, unescape(title), unescape(audience)) for path, title, audience in found
            }
        region = address(ALL_ADDRESSES, "region", language, region="eindhoven")
        assert f'href="{INDEX[language]}"' in main_of(shown(is_demo=True)[region])


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
    half = replace(library(), guides={"school": {"nl": reviewed(school["nl"]), "en": school["en"]}})
    assert not half.shown_guides(is_demo=False)
    pages = site_with_reviewed("school")
    assert [path for path in pages if "/sign" in path] == [
        "/nl/signalen/",
        "/nl/signalen/school",
        "/en/signals/",
        "/en/signals/school",
    ]
    assert "ouders" not in pages["/nl/signalen/"].replace("je ouders", "")


def test_a_reviewed_guide_says_by_whom_and_when() -> None:
    pages = site_with_reviewed("school")
    assert "Deze tekst is nagekeken door Een Coördinator, op 21 november 2026." in pages["/nl/signalen/school"]
    assert "This text was checked by Een Coördinator, on 21 November 2026." in pages["/en/signals/school"]
    assert 'class="review"' not in pages["/nl/signalen/school"]
    assert "nagekeken door" not in page_of("school", "nl")


def reviewed(guide: Guide) -> Guide:
    by = Reviewed("Een Coördinator", NOW.date())
    return replace(guide, document=replace(guide.document, review=Review.DONE), reviewed=by)


@cache
def site_with_reviewed(*names: str) -> dict[str, str]:
    """All pages once these guides were reviewed, and the other texts not. The help page is shown with them."""
    guides = {
        name: {language: reviewed(guide) if name in names else guide for language, guide in in_languages.items()}
        for name, in_languages in library().guides.items()
    }
    help_page = {key: replace(text, review=Review.DONE) for key, text in library().pages["help"].items()}
    changed = replace(library(), guides=guides, pages={**library().pages, "help": help_page})
    return drawn(replace(material(), library=changed), rendering_of(changed))


@pytest.mark.parametrize("names", [(), ("school",), tuple(GUIDES)], ids=str)
def test_no_link_is_dead_whichever_guides_were_reviewed(names: tuple[str, ...]) -> None:
    pages = site_with_reviewed(*names)
    for path, html in pages.items():
        for link in re.findall(r'href="(/[^"#]*)', html):
            if "/signalen" in link or "/signals" in link:
                assert link in pages, f"{path} links to {link}"
        assert 'href="guide:' not in html
        assert 'href="page:' not in html
    assert any("/signalen/" in html for html in pages.values()) == bool(names)


def test_a_text_that_leads_to_an_unshown_guide_goes_with_its_link() -> None:
    words = "op je gemak"
    assert words in site_with_reviewed(*GUIDES)["/nl/hulp"]
    assert words not in site_with_reviewed("school")["/nl/hulp"]
    assert words not in site_with_reviewed()["/nl/hulp"]


def test_no_link_of_a_guide_is_dead() -> None:
    demo = shown(is_demo=True)
    tip_line = {path for name in ("tip_start", "follow_up") for path in ALL_ADDRESSES[name].values()}
    for path, html in demo.items():
        if "/sign" in path:
            for link in re.findall(r'<a [^>]*href="(/[^"#]*)', html):
                assert link in {*demo, *tip_line, "/weg"}, f"{path} links to {link}"


# A small lint from the project's list of what must never be published: the words that would carry it.
NEVER = {
    "nl": (
        r"alleen met hem|onder vier ogen|met zijn tweeën|in de auto|een lift|slaapplek",
        r"oudere? man|homo|biseksu|transgender|seksuele voorkeur|lvb|beperking|asiel|azc|vluchteling",
        r"\bsoa\b|\bhiv\b|\bprep\b|\bpep\b|chemsex|\bsekswerk",
        r"instagram|snapchat|tiktok|discord|telegram|grindr|whatsapp|facebook|roblox|fortnite|onlyfans",
        r"hotel|chauffeur|station|park\b|sauna|uitgaansgebied",
        r"arm gezin|weinig geld|dure spullen|migrant|afkomst (is|kan)|nationaliteit|moslim",
        r"geschiedenis (wissen|legen)|wis (uw|je) geschiedenis|profiel|advertentie",
        r"loverboy|slachtoffer|dader|prostitu|pooier|\bhoer",
        r"procent|\d+ ?%|score|(volledig|helemaal|altijd) anoniem|gegarandeerd",
    ),
    "en": (
        r"alone with him|one on one|in the car|a lift|place to sleep",
        r"older man|\bgay\b|bisexual|transgender|sexual orientation|disabilit|asylum|refugee",
        r"\bsti\b|\bhiv\b|\bprep\b|\bpep\b|chemsex|sex work",
        r"instagram|snapchat|tiktok|discord|telegram|grindr|whatsapp|facebook|roblox|fortnite|onlyfans",
        r"hotel|driver|station|park\b|sauna|nightlife",
        r"poor family|expensive things|migrant|nationality|muslim",
        r"(clear|empty) your history|profile|advert",
        r"loverboy|victim|offender|prostitut|pimp|whore",
        r"per cent|percent|\d+ ?%|score|(fully|completely|always) anonymous|guaranteed",
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_guide_holds_a_word_that_must_never_be_published(language: str) -> None:
    for name, text in texts(language).items():
        for pattern in NEVER[language]:
            assert not re.search(pattern, text), f"{name}: {pattern}"


def test_the_lint_finds_what_it_looks_for() -> None:
    for words in (
        "alleen met hem",
        "een oudere man",
        "een soa-test",
        "op instagram",
        "de dader",
        "80 %",
        "altijd anoniem",
    ):
        assert any(re.search(pattern, words) for pattern in NEVER["nl"]), words


def test_a_guide_says_that_its_signals_may_mean_something_and_never_that_they_do() -> None:
    for language, words in {"nl": r"<em>(kunnen|kan)</em>", "en": r"<em>may</em>"}.items():
        for guide in in_(language):
            assert re.search(words, guide.document.html + "".join(each.html for each in guide.document.sections))


QUOTED = re.compile("“[^”]*”")


def prose(guide: Guide) -> list[str]:
    """Everything a reader of a guide reads, cut where a paragraph or list item ends, without markup."""
    document = guide.document
    entries = [entry for section in document.sections for entry in section.entries]
    parts = [part for each in guide.signals for part in (each.change, each.missed, each.also, each.act)]
    headings = [document.title, *(each.title for each in (*document.sections, *entries))]
    texts = [each.html for each in (document, *document.sections, *entries)]
    facts = [fact.text for fact in guide.facts]
    written = [document.description, guide.audience, guide.lead, *facts, *headings, *texts, *parts]
    blocks = [block for text in written for block in re.split("</p>|</li>", text)]
    return [words for block in blocks if (words := unescape(re.sub("<[^>]+>", "", block)).strip())]


def sentences(text: str) -> list[int]:
    """How many words each sentence has."""
    return [len(each.split()) for each in re.split(r"(?<=[.?:])[”)]?\s+", text) if each]


def test_dutch_sentences_are_short() -> None:
    for guide in in_("nl"):
        lengths = [length for text in prose(guide) for length in sentences(text)]
        assert max(lengths) <= 22, [text for text in prose(guide) if max(sentences(text)) > 22]
        assert sum(lengths) / len(lengths) <= 12, guide.slug


def test_what_the_short_version_keeps_is_short_itself() -> None:
    for guide in in_("nl"):
        acts = [unescape(re.sub("<[^>]+>", "", signal.act)) for signal in guide.signals]
        lengths = [length for act in acts for length in sentences(act)]
        assert max(lengths) <= 17, guide.slug
        assert sum(lengths) / len(lengths) <= 9, guide.slug
        assert all(len(act.split()) <= 45 for act in acts), guide.slug


def test_a_guide_says_u_to_adults_and_je_to_the_young() -> None:
    for guide in in_("nl"):
        own = QUOTED.sub("", " ".join(prose(guide)).replace("Herken je dit?", ""))
        other = r"\b(je|jij|jou|jouw)\b" if guide.reader is Reader.ADULT else r"\b(u|uw)\b"
        assert not re.search(other, own, re.IGNORECASE), guide.slug


def test_no_guide_raises_its_voice_or_strings_thoughts_with_dashes() -> None:
    for guide in every_guide():
        assert not re.search("[!–—]", " ".join(prose(guide))), guide.slug


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
    (SCHOOL, "(tel:112)", "(page:region)", "'page:region' leads nowhere", "page:region", "regions"),
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
    head = (
        'title = "T"\nslug = "t"\ndescription = "D"\naudience = "A"\nlead = "L"\nreader = "adult"\nreview = "pending"'
    )
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
def test_a_guide_in_short_is_complete_without_the_rest_and_prints_on_two_pages(
    site: Server, browser: Browser, language: str
) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        for slug in (each[language] for each in GUIDES.values()):
            page.goto(f"{site.public_url}{INDEX[language]}{slug}")
            page.locator("#short").check(force=True)
            assert page.locator(".long:visible").count() == 0
            for needed in (".signal h3", ".signal dt", "main a[href^='tel:']", ".listed li", ".say-list li"):
                assert page.locator(f"{needed}:visible").count() >= 3
            printed = page.pdf(format="A4", prefer_css_page_size=True)
            assert len(re.findall(rb"/Type\s*/Page\b", printed)) <= 2, slug

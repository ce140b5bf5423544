"""What the site says about itself: never more than is known, and always what is certain."""

import re
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from campaign_world import campaign, with_campaigns
from click.testing import CliRunner
from clock import NOW
from playwright.sync_api import Browser
from real_content import CAMPAIGN, ROOT, static_files
from server import Server
from site_world import ALL_ADDRESSES, care_points, confirmed, library, material, rendering

from campaign_site.campaign_files import dressed
from campaign_site.cli import main
from campaign_site.library.about_site import AboutSite, read_about_site
from campaign_site.library.accessibility import AccessibilityStatus, Issue, read_statement
from campaign_site.library.citations import Use, cited
from campaign_site.library.contacts import Contact
from campaign_site.library.entries import Fact, Source
from campaign_site.library.local import Local
from campaign_site.library.publisher import Publisher
from campaign_site.library.works import Work
from campaign_site.pages.about_site import pages_about_site
from campaign_site.pages.material import Material
from campaign_site.pages.sources import library_page
from tipline.care_points import CarePoint, CarePoints, load_care_points
from tipline.content_files import ContentFaultError
from tipline.languages import LANGUAGES


@pytest.fixture(scope="module")
def site(site_to_read: Server) -> Server:
    return site_to_read


def page(
    name: str, public: Material | None = None, language: str = "nl", instant: datetime = NOW, **settings: object
) -> str:
    """The main part of a page, for real unless `public` is a demonstration's, under settings that pages tell of."""
    public = public or material()
    pages = (*pages_about_site(public, language), library_page(public, language, instant))
    drawn = next(each for each in pages if each.path == ALL_ADDRESSES[name][language])
    html = rendering(is_demo=public.is_demo).page(drawn.template, language, **dressed(drawn, None).context, **settings)
    return html[html.index("<main") : html.index("</main>")]


def about(**values: object) -> Material:
    """The real content with other things said about the site."""
    # The values are named by each test; a wrong name fails at once.
    changed: AboutSite = replace(library().about, **values)  # type: ignore[arg-type]
    return replace(material(), library=replace(library(), about=changed))


# What awaits a review, and what stands there meanwhile


def test_a_professional_always_finds_the_checked_numbers_and_that_a_report_does_not_replace_the_code() -> None:
    for language, words in (("nl", "Een melding op deze site"), ("en", "A report on this site")):
        for public in (material(), material(is_demo=True)):
            html = page("professionals", public, language)
            assert words in html
            assert "meldcode" in html
            for line in ("veilig-thuis", "comensha", "politie"):
                assert str(care_points().helplines[line].number) in html
    assert "vijf stappen" in page("professionals", material(is_demo=True))
    assert "vijf stappen" not in page("professionals")


def test_a_professional_is_led_to_the_guides_that_are_shown() -> None:
    assert "/nl/signalen/ouders" in page("professionals", material(is_demo=True))
    assert "/nl/signalen/" not in page("professionals")


def test_the_legal_part_of_the_privacy_page_waits_for_a_lawyer_and_the_rest_does_not() -> None:
    demo, real = page("privacy", material(is_demo=True)), page("privacy")
    assert "AVG" in demo
    assert "AVG" not in real
    assert "moet een jurist nog nakijken" in real
    for html in (demo, real):
        assert "wist de site vanzelf" in html
        assert "Ben je een jongen" in html


def test_what_is_known_of_nature_and_size_is_shown_only_after_its_review() -> None:
    assert "45 jongens" in page("library", material(is_demo=True))
    html = page("library")
    assert "45 jongens" not in html
    assert "moet een deskundige nog nakijken" in html


# Who publishes the site


def test_what_is_not_filled_in_is_said_and_nothing_is_invented_in_its_place() -> None:
    empty = about(publisher=Publisher(None, None))
    assert "Hier moet vóór de start de naam komen" in page("about", empty)
    assert "mailto:" not in page("about", empty)
    assert "moet hier vóór de start worden ingevuld" in page("privacy", empty)


def test_a_publisher_that_is_filled_in_is_named_with_its_contact() -> None:
    filled = about(publisher=Publisher("Stichting Voorbeeld", Contact("mailto:info@example.nl")))
    assert "Stichting Voorbeeld geeft deze site uit." in page("about", filled)
    assert '<a class="tel" href="mailto:info@example.nl">info@example.nl</a>' in page("about", filled)
    assert "Stichting Voorbeeld" in page("privacy", filled)


# Who answers for the data of a report


def points_with(identifier: str, **values: str | int | None) -> CarePoints:
    points = confirmed("lumens-emp")
    # The values are fields of a care point, of the right kind.
    changed: CarePoint = replace(points.points[identifier], **values)  # type: ignore[arg-type]
    return replace(points, points={**points.points, identifier: changed})


def test_every_region_stands_under_each_organisation_that_may_be_named_there() -> None:
    html = page("privacy", material(confirmed("lumens-emp", "gemeente-helmond")))
    listed = re.findall(r'<li><a href="/nl/regio/([^"]+)"', html)
    assert set(listed) == set(library().regions)
    assert sorted(each for each in listed if listed.count(each) > 1) == ["helmond-de-peel", "helmond-de-peel"]
    part = html[html.index('id="lumens-emp"') : html.index('id="gemeente-helmond"')]
    assert re.findall(r'"/nl/regio/([^"]+)"', part) == ["eindhoven"]


def test_a_controller_is_named_as_the_point_told_and_otherwise_its_silence_is_said() -> None:
    silent = page("privacy", material(points_with("lumens-emp")))
    assert silent.count("Deze organisatie heeft ons nog niet laten weten wie verantwoordelijk is.") == 2
    told = points_with("lumens-emp", controller="Gemeente Voorbeeld", privacy_url="https://example.nl/privacy")
    html = page("privacy", material(told))
    assert "Verantwoordelijk: Gemeente Voorbeeld." in html
    assert '<a href="https://example.nl/privacy" rel="noreferrer">' in html
    assert html.count("nog niet laten weten") == 1


def test_an_organisation_that_did_not_confirm_itself_is_not_named_with_its_controller() -> None:
    told = points_with("lumens-emp", controller="Gemeente Voorbeeld")
    unconfirmed = replace(told.points["lumens-emp"], confirmed_on=None)
    html = page("privacy", material(replace(told, points={**told.points, "lumens-emp": unconfirmed})))
    assert "Gemeente Voorbeeld" not in html


def test_the_privacy_page_says_what_each_setting_does() -> None:
    for minutes, words in ((60, "Elk heel uur"), (15, "Elke 15 minuten"), (0, "Meteen. Wie op dat moment kijkt")):
        assert words in page("privacy", slot_minutes=minutes)
        assert ("Ook de e-mail gaat dan" in page("privacy", slot_minutes=minutes, has_mail=True)) is (minutes > 0)
        assert "Ook de e-mail gaat dan" not in page("privacy", slot_minutes=minutes, has_mail=False)
    assert "hCaptcha" in page("privacy", has_puzzle=True)
    assert "hCaptcha" not in page("privacy", has_puzzle=False)


def test_the_privacy_page_says_how_long_each_organisation_keeps_reports() -> None:
    assert "afgesloten melding 90 dagen, en een open melding 365 dagen" in page("privacy")
    html = page("privacy", material(points_with("comensha", keeps_closed_days=30, keeps_open_days=180)))
    assert "afgesloten melding 30 dagen, en een open melding 180 dagen" in html


def test_a_privacy_address_that_is_none_is_a_fault(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(ROOT / "content" / "tipline", tmp_path / "tipline"))
    file = folder / "care_points.toml"
    text = file.read_text("utf-8").replace("national = true", 'national = true\nprivacy_url = "example.nl"')
    file.write_text(text, "utf-8")
    with pytest.raises(ContentFaultError, match="is no address of a page; begin it with https://") as caught:
        load_care_points(folder, material().geography)
    assert caught.value.line == text[: text.index("privacy_url =")].count("\n") + 1


# The accessibility statement


def test_the_statement_says_what_was_tested_and_what_was_not_in_both_languages() -> None:
    for language in LANGUAGES:
        html = page("accessibility", language=language)
        statement = library().about.accessibility
        for what in (*statement.tested, *statement.not_tested):
            assert what[language] in html


def test_a_known_fault_stands_there_with_its_day_and_an_assessment_with_its_report() -> None:
    statement = replace(
        library().about.accessibility,
        status=AccessibilityStatus.PARTLY,
        evidence="https://example.nl/report",
        issues=(Issue({"nl": "De kaart is stil.", "en": "The map is silent."}, date(2027, 1, 31)),),
        contact=Contact("tel:+31101234567"),
        answers_within={"nl": "binnen een week", "en": "within a week"},
    )
    html = page("accessibility", about(accessibility=statement))
    assert "De kaart is stil." in html
    assert "Opgelost vóór 31 januari 2027" in html
    assert "Hij voldoet voor een deel aan de eisen." in html
    assert 'href="https://example.nl/report"' in html
    assert "U krijgt antwoord binnen een week." in html
    assert "kennen we er geen" not in html


STATEMENT = 'on = 2026-11-21\n[[tested]]\nwhat = { nl = "Iets", en = "Something" }\n'
ISSUE = '[[issues]]\nwhat = { nl = "Fout", en = "Fault" }\nmend_by = 2027-01-01\n'


@pytest.mark.parametrize(
    ("text", "what", "line"),
    [
        (f'status = "partly"\n{STATEMENT}', "`partly` needs an assessment by somebody else", 1),
        (f'status = "fully"\nevidence = "https://e.nl"\n{STATEMENT}{ISSUE}', "`fully` stands beside faults", 1),
        (f'status = "perfect"\n{STATEMENT}', "`perfect` is no value of `status`", 1),
        ('status = "own-tests"\non = 2026-11-21\n', "nothing was tested", 1),
        (f'status = "own-tests"\ncontact = "me"\n{STATEMENT}', "`me` is no address", 2),
        (f'status = "own-tests"\n{STATEMENT}{ISSUE}'.replace("mend_by", "mended"), "`mended` is not known here", 7),
    ],
)
def test_a_statement_that_claims_more_than_was_tested_is_a_fault(
    tmp_path: Path, text: str, what: str, line: int
) -> None:
    (tmp_path / "accessibility.toml").write_text(text, "utf-8")
    with pytest.raises(ContentFaultError, match=what) as caught:
        read_statement(tmp_path)
    assert caught.value.line == line


# Credits


def test_the_colophon_names_every_vendored_file_with_its_version_and_licence() -> None:
    html = page("colophon")
    vendored = [name.split()[1] for name in (ROOT / "static/vendor/checksums.txt").read_text().splitlines()]
    assert vendored
    for file in vendored:
        name, version = re.fullmatch(r"(.+)-(\d[\d.]*\d)\.min\.js", file).groups()  # type: ignore[union-attr]  # named so
        assert f"{name} {version}" in html
    for work in library().about.credits.works:
        assert static_files().url(work.terms) in html


def test_the_colophon_has_the_attribution_as_the_owners_ask() -> None:
    words = re.sub(r"<[^>]+>", "", page("colophon"))
    assert "Bron: CBS (CC BY 4.0), Kadaster/BAG, GeoNames (CC BY 4.0)" in words


# The library


def a_source(title: str, *, url: str | None = None, day: int = 1, published: str = "2018") -> Source:
    return Source(title, url, published, date(2026, 11, day))


def test_each_source_stands_once_with_every_page_that_uses_it() -> None:
    home, school = Use("Thuis", "/nl/a"), Use("School", "/nl/b")
    [one, other] = cited(
        [
            (a_source("Rapport é"), home),
            (a_source("Rapport é", url="https://example.nl", day=2), school),
            (a_source("Rapport é", day=3), school),
            (a_source("Rapport é", published="2019"), home),
        ]
    )
    assert (one.uses, one.anchor) == ((home, school), "rapport-e")
    assert (one.source.url, one.source.checked_on) == ("https://example.nl", date(2026, 11, 3))
    assert (other.anchor, other.source.published) == ("rapport-e-2", "2019")


@pytest.mark.parametrize("is_demo", [True, False])
def test_the_library_lists_the_sources_of_every_text_that_is_shown_and_of_no_other(*, is_demo: bool) -> None:
    public = material(is_demo=is_demo)
    html = page("library", public)
    for name, document in library().documents():
        if name.endswith(".nl.md"):
            for source in document.sources:
                assert source.title in html or public.shown(document) is None, name
    assert ("CKM en Lumens" in html) is is_demo


def test_a_source_of_a_campaign_that_nobody_may_know_of_is_not_told() -> None:
    coming = replace(
        campaign("straks", announced=NOW, live=datetime(2027, 5, 1, tzinfo=UTC)),
        facts=(Fact({"nl": "Een feit.", "en": "A fact."}, a_source("Een geheim rapport")),),
    )
    public = with_campaigns(coming)
    assert "Een geheim rapport" not in page("library", public)
    assert "Een geheim rapport" in page("library", public, instant=datetime(2027, 5, 1, tzinfo=UTC))


def test_a_source_of_what_a_region_tells_leads_to_its_page() -> None:
    [point, *_] = library().local["eindhoven"].action_points
    told = Local(action_points=(replace(point, source=a_source("Een bericht van de regio")),))
    public = replace(material(), library=replace(library(), local={**library().local, "twente": told}))
    html = page("library", public)
    part = html[html.index("Een bericht van de regio") :]
    assert '<a class="link" href="/nl/regio/twente">' in part[: part.index("</li>\n</ul>")]


def test_the_two_reports_have_the_same_anchors_in_both_languages() -> None:
    for language in LANGUAGES:
        assert re.findall(r'<article id="([^"]+)"', page("library", language=language)) == [
            "lumens-2018",
            "som-zoco-2018",
        ]


def test_a_report_is_linked_only_when_its_address_is_known() -> None:
    works = library().about.works
    assert "Daarom staat hier geen link." in page("library")
    known: dict[str, dict[str, Work]] = {
        name: {
            each: replace(work, source=replace(work.source, url="https://example.nl/r")) for each, work in texts.items()
        }
        for name, texts in works.items()
    }
    html = page("library", about(works=known))
    assert html.count('href="https://example.nl/r"') == 2
    assert "geen link" not in html


# Faults


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CAMPAIGN, tmp_path / "campaign"))


@pytest.mark.parametrize(
    ("file", "good", "bad", "what"),
    [
        ("publisher.toml", "name =", "nmae =", "`nmae` is not known here"),
        ("publisher.toml", 'contact = ""', 'contact = "call me"', "`call me` is no address"),
        ("credits.toml", 'licence = "0BSD"', "", "`licence` is missing"),
        ("credits.toml", 'en = "Source', 'de = "Quelle', "not a text in nl and en"),
        ("library/lumens-2018.nl.md", "publisher =", "house =", "`house` is not known here"),
        ("library/som-zoco-2018.en.md", "checked_on = 2026-11-21", "checked_on = 2026-11-20", "is not that of"),
    ],
)
def test_a_planted_fault_is_named_with_its_file(folder: Path, file: str, good: str, bad: str, what: str) -> None:
    text = (folder / file).read_text("utf-8")
    assert good in text
    (folder / file).write_text(text.replace(good, bad, 1), "utf-8")
    with pytest.raises(ContentFaultError, match=re.escape(what)) as caught:
        read_about_site(folder, [])
    assert caught.value.file == folder / file


def test_a_report_that_is_told_in_one_language_only_is_a_fault(folder: Path) -> None:
    (folder / "library" / "lumens-2018.en.md").unlink()
    with pytest.raises(ContentFaultError, match=r"lumens-2018\.en\.md, line 1: this file is missing"):
        read_about_site(folder, [])


def test_check_tells_no_more_of_what_was_filled_in_but_of_a_fault_that_is_late(tmp_path: Path) -> None:
    content = Path(shutil.copytree(ROOT / "content", tmp_path / "content"))
    environment = {"SIGNAALLIJN_CONTENT": str(content)}
    for name in ("publisher.toml", "accessibility.toml"):
        file = content / "campaign" / name
        filled = file.read_text("utf-8").replace('name = ""', 'name = "N"')
        file.write_text(filled.replace('contact = ""', 'contact = "mailto:a@example.nl"'), "utf-8")
    file.write_text(f"{file.read_text('utf-8')}\n{ISSUE.replace('2027', '2026')}", "utf-8")
    told = CliRunner().invoke(main, ["check"], env=environment).stdout
    assert "publisher.toml" not in told
    assert "accessibility.toml: contact" not in told
    assert "accessibility.toml: the fault “Fout” was due on 2026-01-01" in told


# Reaching the pages


def test_the_tip_form_leads_to_privacy_and_accessibility() -> None:
    html = rendering().page("pages/error.html", "nl", status=404, foot="low")
    foot = html[html.index("<footer") :]
    assert '"/nl/privacy"' in foot
    assert '"/nl/toegankelijkheid"' in foot


@pytest.mark.browser
def test_tab_reaches_every_link_of_a_page_in_its_order_and_shows_where_it_is(site: Server, browser: Browser) -> None:
    with browser.new_context() as context:
        tab = context.new_page()
        tab.goto(f"{site.public_url}/nl/privacy")
        wanted = tab.evaluate(
            """() => [...document.querySelectorAll("a[href], summary")]
              .filter((one) => one.checkVisibility()).map((one) => one.outerHTML)"""
        )
        reached = []
        for _ in wanted:
            tab.keyboard.press("Tab")
            reached.append(tab.evaluate("document.activeElement.outerHTML"))
            assert tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid", reached[-1]
        assert reached == wanted

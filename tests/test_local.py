"""What regions tell about themselves, and help by need: read with care, shown with its source, and honest where nobody
told anything. All that is planted here is made up; the real content may hold nothing like it."""

import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import real_content
from clock import NOW
from playwright.sync_api import Browser
from site_world import library, material, outside, page_of, publication

from campaign_site.library.library import load
from campaign_site.library.local import Local
from campaign_site.library.needs import NeedName
from campaign_site.pages.material import Material
from campaign_site.rendering import moment, published
from tipline.content_files import ContentFaultError

SOURCE = 'title = "De regio zelf, per brief"\npublished = "2026-10-01"\nchecked_on = 2026-10-02\n'
NAMES = 'name = { nl = "Ned", en = "Eng" }\ntext = { nl = "Nederlands.", en = "English." }\n'
PLANTED = f"""
[[action_points]]
{NAMES}status = "busy"
follows = "schools"
{SOURCE}
[[action_points]]
{NAMES}status = "not-begun"
{SOURCE}
[[partners]]
name = "Buurthuis De Test"
kind = "community"
website = "https://buurthuis.example"
{SOURCE}
[[events]]
name = {{ nl = "Avond over kijken", en = "Evening on looking" }}
place = "Veldhoven"
starts = 2026-12-01T19:30:00
ends = 2026-12-01T21:30:00
{SOURCE}
[[help]]
need = "housing"
name = "Huis De Test"
text = {{ nl = "Een bed.", en = "A bed." }}
kinds = ["social"]
ways = ["phone", "visit"]
phone = "040-000 00 00"
address = "Teststraat 1, Eindhoven"
hours = {{ nl = "elke dag", en = "every day" }}
{SOURCE}"""
AFTER_THE_EVENING = datetime(2026, 12, 1, 23, tzinfo=UTC)
"""Midnight in the Netherlands."""
REGION = "regions/zeeland.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(real_content.CAMPAIGN, tmp_path / "campaign"))


def plant(folder: Path, text: str, file: str = REGION) -> None:
    with (folder / file).open("a", encoding="utf-8") as stream:
        stream.write(text)


def planted(folder: Path) -> Material:
    plant(folder, PLANTED)
    return replace(material(), library=load(folder, outside()))


def main_of(path: str, public: Material, instant: datetime = NOW) -> str:
    text = page_of(path, public, instant)
    return text[text.index("<main") : text.index("</main>")]


def part_of(html: str, anchor: str) -> str:
    return re.findall(rf'<section class="[^"]*" id="{anchor}">.*?</section>', html, re.DOTALL)[0]


# What is shown


def test_an_action_point_is_shown_with_its_state_in_words_and_its_source(folder: Path) -> None:
    part = part_of(main_of("/nl/regio/zeeland", planted(folder)), "action-points")
    assert re.search(r'class="state"><svg.*?</svg>Bezig<', part)
    assert re.search(r'class="state"><svg.*?</svg>Nog niet begonnen<', part)
    assert part.count("De regio zelf, per brief, 1 oktober 2026") == 2
    assert "Voorlichting op school" not in part, "the region told how far it is with this one"
    assert "Campagnes voor iedereen" in part
    assert 'class="empty"' in part


def test_the_mark_of_a_state_has_as_many_slats_as_its_rule_says(folder: Path) -> None:
    part = part_of(main_of("/en/region/zeeland", planted(folder)), "action-points")
    slats = {words: drawing.count("M") - 1 for drawing, words in re.findall(r"<svg(.*?)</svg>([A-Z][a-z ]+)<", part)}
    assert slats == {"Busy": 2, "Not begun": 4}


def test_partners_stand_under_their_kind_and_missing_kinds_are_named(folder: Path) -> None:
    part = part_of(main_of("/nl/regio/zeeland", planted(folder)), "partners")
    assert part.index("Buurthuizen en jongerenwerk") < part.index("Buurthuis De Test") < part.index("Hier kennen we")
    assert 'href="https://buurthuis.example" rel="noreferrer"' in part
    missing = part[part.index("Hier kennen we") :].lower()
    assert "politie" in missing
    assert "jongerenwerk" not in missing


def test_an_event_is_shown_until_its_day_is_over(folder: Path) -> None:
    public = planted(folder)
    path = "/nl/regio/zeeland"
    last = part_of(main_of(path, public, AFTER_THE_EVENING - timedelta(seconds=1)), "events")
    assert "Avond over kijken" in last
    assert '<time datetime="2026-12-01T19:30:00+01:00">dinsdag 1 december 2026, 19.30 uur</time>' in last
    gone = part_of(main_of(path, public, AFTER_THE_EVENING), "events")
    assert "Avond over kijken" not in gone
    assert 'class="empty"' in gone
    assert publication(public).next_change(NOW) == AFTER_THE_EVENING
    assert publication(public).next_change(AFTER_THE_EVENING) != AFTER_THE_EVENING


def test_help_of_the_region_stands_under_its_need_with_ways_and_hours(folder: Path) -> None:
    public = planted(folder)
    part = part_of(main_of("/en/region/zeeland", public), "help")
    row = part[part.index("Living and sleeping") : part.index("School and work")]
    for words in ("Huis De Test", "A bed.", 'href="tel:0400000000"', "Teststraat 1", "Every day.", "2 October 2026"):
        assert words in row
    assert 'class="empty"' not in part
    assert "for boys only" not in row, "what nobody found in the whole country, this region has"
    assert "for boys only" in part, "the other needs still say so"
    assert "Huis De Test" not in main_of("/en/region/utrecht", public)


def test_a_region_that_told_nothing_says_so_and_nothing_is_made_up() -> None:
    html = main_of("/nl/regio/zeeland", material())
    for anchor in ("action-points", "help", "partners", "events"):
        assert part_of(html, anchor).count('class="empty"') == 1, anchor
    assert 'class="state"' not in html
    assert part_of(html, "action-points").count("<li>") == len(library().named_points.points)


def test_the_real_content_tells_only_what_the_two_documents_say() -> None:
    told = {slug: local for slug, local in library().local.items() if local != Local()}
    assert set(told) == {"eindhoven"}
    assert [point.source.published for point in told["eindhoven"].action_points] == ["2018-05-17"]
    assert (told["eindhoven"].partners, told["eindhoven"].events, told["eindhoven"].help) == ((), (), ())


@pytest.mark.parametrize("path", ["/nl/regio/utrecht", "/en/region/utrecht"])
def test_each_of_the_six_needs_has_sourced_lines_or_says_what_is_missing(path: str) -> None:
    part = part_of(main_of(path, material()), "help")
    rows = re.findall(r"<details>.*?</details>", part, re.DOTALL)
    language = path[1:3]
    assert [re.findall(r"<summary>(.+?)</summary>", row)[0] for row in rows] == [
        need.names[language] for need in library().needs
    ]
    for need, row in zip(library().needs, rows, strict=True):
        for line in need.lines:
            found = material().care_points.helplines[line.line]
            if "phone" in line.ways:
                assert f">{found.number}</a>" in row
            if "chat" in line.ways:
                assert str(found.website) in row
        assert not need.gaps or need.gaps[language] in row


def test_every_kind_of_help_of_the_document_is_found() -> None:
    assert {need.name for need in library().needs} == set(NeedName)
    assert {kind for need in library().needs for kind in need.kinds} == {"mental", "medical", "legal", "social"}


def test_the_help_page_has_help_by_need_before_its_text_is_reviewed() -> None:
    html = main_of("/nl/hulp", material())
    assert all(need.names["nl"] in html for need in library().needs)
    assert "Zeg erbij dat het om een jongen gaat" not in html, "that is said to someone beside him"


def test_days_and_months_are_told_in_words() -> None:
    assert [published(text, "nl") for text in ("2018", "2018-09", "2018-09-03", "mei 2018")] == [
        "2018",
        "september 2018",
        "3 september 2018",
        "mei 2018",
    ]
    assert moment(datetime(2027, 3, 28, 0, 5, tzinfo=UTC), "nl") == "zondag 28 maart 2027, 1.05 uur"
    assert moment(datetime(2027, 3, 28, 1, 5, tzinfo=UTC), "en") == "Sunday 28 March 2027, 3:05"


@pytest.mark.browser
def test_on_paper_all_help_stands_open(browser: Browser) -> None:
    html = main_of("/nl/regio/utrecht", material())
    with browser.new_context() as context:
        page = context.new_page()
        page.set_content(html)
        page.add_style_tag(path=real_content.ROOT / "static" / "css" / "site.css")
        numbers = page.locator('#help a[href^="tel:"]')
        assert numbers.count() > len(NeedName) / 2
        seen = "(numbers) => numbers.map((one) => one.checkVisibility({ contentVisibilityAuto: true }))"
        assert set(numbers.evaluate_all(seen)) == {False}
        page.emulate_media(media="print")
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        assert set(numbers.evaluate_all(seen)) == {True}


# Faults

NEEDS, POINTS = "needs.toml", "action_points.toml"
SPOILED: list[tuple[str, str, str, str, str, str]] = [
    # file, what is written there, what is put in its place, the fault, a word on the line that is named, the cure
    (NEEDS, 'id = "money"', 'id = "wealth"', "`wealth` is no value", '"wealth"', "housing"),
    (
        NEEDS,
        'id = "money"',
        'id = "school"',
        "need 'school' stands here twice",
        'id = "school"\nkinds = ["social", "',
        "remove",
    ),
    (NEEDS, 'kinds = ["medical"]', 'kinds = ["magic"]', "`magic` is no value of `kinds`", '"magic"', "mental"),
    (NEEDS, 'line = "113"', 'line = "114"', "'line:114' leads nowhere", '"114"', "choose from"),
    (NEEDS, 'ways = ["chat"]', 'ways = ["visit"]', "nobody can visit a help line", '["visit"]', "write `visit`"),
    (NEEDS, 'ways = ["chat"]', "ways = []", "`ways` is missing", "chat-met-fier", "write ways"),
    (NEEDS, ', en = "Safety" }', " }", "not a text in nl and en", 'nl = "Veiligheid"', "write name"),
    (NEEDS, "gap = {", "gaap = {", "`gaap` is not known", "gaap", "gap"),
    (NEEDS, "checked_on =", "checked =", "`checked` is not known", "checked =", "checked_on"),
    (
        POINTS,
        'id = "schools"',
        'id = "partners"',
        "'partners' stands here twice",
        'id = "partners"\nname = { nl = "V',
        "another id",
    ),
    (POINTS, "published =", "publshed =", "`publshed` is not known", "publshed", "published"),
    (
        REGION,
        'status = "busy"',
        'status = "bussy"',
        "`bussy` is no value of `status`",
        "bussy",
        "not-begun, busy, done",
    ),
    (
        REGION,
        '"schools"',
        '"scools"',
        "no action point of action_points.toml has the id 'scools'",
        '"scools"',
        "schools",
    ),
    (REGION, 'kind = "community"', 'kind = "club"', "`club` is no value of `kind`", '"club"', "intercultural"),
    (REGION, "https://buurthuis", "http://buurthuis", "is no address of a website", "http://buurthuis", "https://"),
    (REGION, "ends = 2026-12-01T21:30:00", "ends = 2026-12-01T19:30:00", "ends before it begins", "ends =", "later"),
    (REGION, "ends = 2026-12-01T21:30:00\n", "", "`ends` is missing", "[[events]]", "write ends"),
    (REGION, 'phone = "040-000 00 00"\n', "", "says 'phone', but there is no `phone`", "ways =", "take 'phone' out"),
    (
        REGION,
        'address = "Teststraat 1, Eindhoven"\n',
        "",
        "says 'visit', but there is no `address`",
        "ways =",
        "address",
    ),
    (REGION, 'need = "housing"', 'need = "house"', "`house` is no value of `need`", '"house"', "housing"),
    (REGION, "[[partners]]\nname", "[[partners]]\nnaam", "`naam` is not known", "naam", "name"),
    (REGION, "[[help]]", "[[hulp]]", "`hulp` is not known", "", "partners"),
]


@pytest.mark.parametrize(("file", "good", "bad", "what", "marker", "cure"), SPOILED)
def test_a_planted_fault_is_named_with_file_line_and_cure(
    folder: Path, file: str, good: str, bad: str, what: str, marker: str, cure: str
) -> None:
    plant(folder, PLANTED)
    text = (folder / file).read_text(encoding="utf-8")
    assert good in text
    spoiled = text.replace(good, bad, 1)
    (folder / file).write_text(spoiled, encoding="utf-8")
    with pytest.raises(ContentFaultError, match=re.escape(what)) as caught:
        load(folder, outside())
    assert caught.value.file == folder / file
    assert caught.value.line == spoiled[: spoiled.index(marker)].count("\n") + 1
    assert cure in caught.value.how


@pytest.mark.parametrize("table", ["action_points", "partners", "events", "help"])
@pytest.mark.parametrize("field", ["title", "published", "checked_on"])
def test_nothing_is_told_without_who_said_so_and_when(folder: Path, table: str, field: str) -> None:
    plant(folder, PLANTED)
    text = (folder / REGION).read_text("utf-8")
    start = text.index(f"[[{table}]]")
    spoiled = text[:start] + re.sub(rf"{field} = .*\n", "", text[start:], count=1)
    (folder / REGION).write_text(spoiled, "utf-8")
    with pytest.raises(ContentFaultError, match=f"`{field}` is missing") as caught:
        load(folder, outside())
    assert caught.value.line == text[:start].count("\n") + 1


def test_the_examples_for_editors_can_be_read(folder: Path) -> None:
    examples = (real_content.ROOT / "docs" / "regions.md").read_text("utf-8").split("```toml")[1].split("```")[0]
    plant(folder, examples)
    local = load(folder, outside()).local["zeeland"]
    assert [len(found) for found in (local.action_points, local.partners, local.events, local.help)] == [1, 1, 1, 1]


def test_a_need_that_nobody_wrote_is_a_fault(folder: Path) -> None:
    text = (folder / NEEDS).read_text("utf-8")
    (folder / NEEDS).write_text(text[: text.rindex("[[needs]]")], "utf-8")
    with pytest.raises(ContentFaultError, match="there is no need 'talking'") as caught:
        load(folder, outside())
    assert '[[needs]] with id = "talking"' in caught.value.how

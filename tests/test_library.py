"""The content engine: the real content loads, and every fault is named with file, line and cure."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import real_content
from site_world import library, outside

from campaign_site.library.calendar import leading, next_change, phase_at
from campaign_site.library.documents import read_document
from campaign_site.library.entries import PhaseName, SectionKind
from campaign_site.library.library import load
from tipline.content_files import ContentFaultError

EINDHOVEN = "regions/eindhoven.toml"
HELP = "pages/help.nl.md"
CAMPAIGN = "campaigns/zie-je-mij/campaign.toml"


def test_the_real_content_has_26_regions_that_hold_every_municipality_once() -> None:
    codes = [code for region in library().regions.values() for code in region.municipalities]
    assert len(library().regions) == 26
    assert sorted(codes) == sorted(real_content.geography().municipalities)


def test_eindhoven_and_fourteen_around_it_are_a_region() -> None:
    region = library().regions["eindhoven"]
    assert len(region.municipalities) == 15
    assert "GM0772" in region.municipalities
    assert library().region_of("GM0794").slug == "helmond-de-peel"


def test_every_document_exists_in_both_languages_with_the_same_parts() -> None:
    for texts in library().pages.values():
        dutch, english = texts["nl"], texts["en"]
        assert [(part.kind, len(part.entries)) for part in dutch.sections] == [
            (part.kind, len(part.entries)) for part in english.sections
        ]
        assert dutch.review is english.review


def test_texts_that_an_expert_must_judge_are_reported() -> None:
    assert "pages/help.nl.md" in library().pending()
    assert "campaigns/zie-je-mij/editions/eindhoven.en.md" in library().pending()
    assert "pages/about_tip_line.nl.md" not in library().pending()


def test_every_fact_names_its_source_and_when_it_was_checked() -> None:
    for campaign in library().campaigns:
        for fact in campaign.facts:
            assert fact.source.title
            assert fact.source.published
            assert fact.source.checked_on


FIRST_LINE = ""
PLANTED: list[tuple[str, str, str, str, str, str]] = [
    # file, what is written there, what is put in its place, the fault, a word on the line that is named, the cure
    ("site.toml", "exit_target", "exit_tarqet", "`exit_tarqet` is not known", "exit_tarqet", "exit_target"),
    ("site.toml", "foot_full", "colour = 1\nfoot_full", "`colour` is not known", "colour", "use one of"),
    ("site.toml", '"veilig-thuis"', '"veilig-huis"', "no help line 'veilig-huis'", "foot_full =", "choose from"),
    ("site.toml", "= false", '= "no"', "of another kind", "publish_unreviewed =", "write publish"),
    ("site.toml", 'en = "English"', 'de = "Deutsch"', "not a text in nl and en", "languages =", "write languages"),
    ("site.toml", 'name = "Zie', 'name = "" "Zie', "not TOML", 'name = ""', "mend the line"),
    (EINDHOVEN, "GM0772", "GM9999", "'GM9999' is not a municipality", "municipalities =", "correct"),
    (EINDHOVEN, "GM0772", "GM0794", "'GM0794' is in region", "municipalities =", "one of the two"),
    (EINDHOVEN, '  "GM0772", # Eindhoven\n', "", "'GM0772' lies in no region", FIRST_LINE, "add it"),
    (HELP, "+++\n", "", "the head is missing", FIRST_LINE, "begin the file"),
    (HELP, "pending", "maybe", "`maybe` is no value", "maybe", "pending"),
    (HELP, "{say}", "{shout}", "drawn as 'shout'", "{shout}", "choose one of"),
    (HELP, "## Praat", "### Praat", "outside a section", "### Praat", "put a '## '"),
    (HELP, "line:113", "line:114", "'line:114' leads nowhere", "line:114", "choose from"),
    (HELP, "page:tip_start", "page:tip", "'page:tip' leads nowhere", "page:tip", "choose from"),
    (CAMPAIGN, '"live"', '"alive"', "`alive` is no value of `phase`", '"alive"', "announced"),
    (CAMPAIGN, "2026-11-01T09:00:00", "2026-11-01", "`starts` is of another kind", "starts =", "write starts"),
    (CAMPAIGN, 'published = "2018-05-17"\n', "", "`published` is missing", "[[facts]]", "write published"),
]


@pytest.mark.parametrize(("file", "good", "bad", "what", "marker", "cure"), PLANTED)
def test_a_planted_fault_is_named_with_file_line_and_cure(
    tmp_path: Path, file: str, good: str, bad: str, what: str, marker: str, cure: str
) -> None:
    folder = copied(tmp_path)
    text = (folder / file).read_text(encoding="utf-8")
    assert good in text
    spoiled = text.replace(good, bad, 1)
    (folder / file).write_text(spoiled, encoding="utf-8")
    with pytest.raises(ContentFaultError, match=what) as caught:
        load(folder, outside())
    assert caught.value.line == spoiled[: spoiled.index(marker)].count("\n") + 1
    assert cure in caught.value.how


def test_a_page_without_its_translation_is_a_fault(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    (folder / "pages" / "help.en.md").unlink()
    with pytest.raises(ContentFaultError, match=r"help\.en\.md, line 1: this file is missing"):
        load(folder, outside())


def test_an_edition_for_a_region_that_does_not_exist_is_a_fault(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    editions = folder / "campaigns" / "zie-je-mij" / "editions"
    for language in ("nl", "en"):
        (editions / f"eindhoven.{language}.md").rename(editions / f"nrth.{language}.md")
    with pytest.raises(ContentFaultError, match="no region 'nrth'"):
        load(folder, outside())


def test_an_editors_html_is_shown_as_text(tmp_path: Path) -> None:
    file = tmp_path / "page.nl.md"
    head = 'title = "T"\ndescription = "D"\nreview = "done"'
    file.write_text(f"+++\n{head}\n+++\n<script>alert(1)</script>\n\n## A {{say}}\n[x](javascript:alert(1))\n")
    document, _ = read_document(file)
    assert "<script>" not in document.html
    assert "href" not in document.sections[0].html
    assert document.sections[0].kind is SectionKind.SAY


def test_a_campaign_begins_at_its_instant_in_dutch_time() -> None:
    campaign = library().campaigns[0]
    starts = datetime(2026, 11, 1, 8, tzinfo=UTC)
    before = starts - timedelta(microseconds=1)
    assert phase_at(campaign, before) is None
    assert leading([campaign], before) is None
    assert next_change([campaign], before) == starts
    phase = phase_at(campaign, starts)
    assert phase is not None
    assert phase.name is PhaseName.LIVE
    assert leading([campaign], starts) is campaign
    assert next_change([campaign], starts) is None


def copied(tmp_path: Path) -> Path:
    folder = tmp_path / "campaign"
    shutil.copytree(real_content.CAMPAIGN, folder)
    return folder

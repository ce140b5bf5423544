"""Content at fault is told with file, line, what and how to mend it: of every kind of file, many in one run of
`signaallijn check`. Also what can't be read at all. Never a traceback."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from real_content import CAMPAIGN
from server import free_port
from site_world import outside

from campaign_site.cli import main
from campaign_site.library.documents import read_document
from campaign_site.library.library import load
from tipline.content_files import ContentFaultError

FIRST_LINE = ""


@dataclass(frozen=True)
class Planted:
    """A fault that a test puts into a file."""

    file: str
    good: str
    bad: str
    what: str
    """A part of what is told."""
    marker: str
    """What stands on the line that is told, after the fault was planted."""
    cure: str
    """A part of the cure."""


SITE, EINDHOVEN, ZEELAND = "campaign/site.toml", "campaign/regions/eindhoven.toml", "campaign/regions/zeeland.toml"
HELMOND = "campaign/regions/helmond-de-peel.toml"
WAVE, EDITION = "campaign/campaigns/zie-je-mij/campaign.toml", "campaign/campaigns/zie-je-mij/editions/eindhoven.nl.md"
NATIONAL = "campaign/campaigns/zie-je-mij/national.nl.md"
HELP, GUIDE, CHECK = "campaign/pages/help.nl.md", "campaign/guides/school.nl.md", "campaign/check/adult.nl.md"
WORK, SOURCE = "campaign/library/som-zoco-2018.nl.md", "campaign/action_points.toml"
FORM, POINTS, LINES = "tipline/tip_form.toml", "tipline/care_points.toml", "tipline/helplines.toml"
TABLES = {name: f"tipline/{name}.csv" for name in ("coverage", "municipalities", "places", "postcodes")}

PLANTED = [
    # What holds for the whole site
    Planted(SITE, "exit_target", "exit_tarqet", "`exit_tarqet` is not known", "exit_tarqet", "exit_target"),
    Planted(SITE, '"veilig-thuis"', '"veilig-huis"', "no help line 'veilig-huis'", "foot_full =", "choose from"),
    Planted(SITE, "= false", '= "no"', "of another kind", "publish_unreviewed =", "write publish"),
    Planted(SITE, 'en = "English"', 'de = "Deutsch"', "not a text in nl and en", "languages =", "write languages"),
    Planted(SITE, 'name = "Zie', 'name = "" "Zie', "this is not TOML", 'name = ""', "mend the line"),
    Planted("campaign/security.toml", 'contact = ""', 'contact = "me"', "`me` is no address", "contact =", "mailto:"),
    Planted("campaign/security.toml", "expires = 2027", "expires = 20", "this is not TOML", "expires =", "mend"),
    Planted("campaign/publisher.toml", "contact", "kontact", "`kontact` is not known", "kontact", "contact"),
    Planted("campaign/accessibility.toml", '"own-tests"', '"perfect"', "no value of `status`", "status =", "own-tests"),
    Planted("campaign/credits.toml", "licence =", "license =", "`license` is not known", "license =", "licence"),
    Planted("campaign/needs.toml", '"veilig-thuis"', '"thuis"', "thuis", '"thuis"', "choose from"),
    Planted("campaign/needs.toml", 'kinds = ["social"]', "kinds = []", "`kinds` is missing", "kinds = []", "kinds ="),
    # Regions and what they do
    Planted(EINDHOVEN, "GM0772", "GM9999", "'GM9999' is not a municipality", "municipalities =", "correct it"),
    Planted(HELMOND, "GM0794", "GM0753", "'GM0753' is in region", "municipalities =", "one of the two"),
    Planted(EINDHOVEN, 'status = "done"', 'status = "soon"', "no value of `status`", '"soon"', "not-begun"),
    Planted(ZEELAND, "row = ", "row = 9", "outside the map", "row =", "choose from"),
    Planted(ZEELAND, 'code = "', 'code = "x', "is no code of a tile", "code =", "three capitals"),
    Planted(SOURCE, 'published = "2018-09"\n', "", "`published` is missing", FIRST_LINE, "write published"),
    # Campaigns
    Planted(WAVE, '"live"', '"alive"', "`alive` is no value of `phase`", '"alive"', "announced"),
    Planted(WAVE, "2026-11-01T09:00:00", "2026-11-01", "`starts` is of another kind", "starts =", "write starts"),
    Planted(WAVE, 'on_field = "#12271f"', 'on_field = "#ffffff"', "field", "on_field =", ""),
    Planted(EDITION, "review = ", "reviewed = ", "`reviewed` is not known", "reviewed =", "review"),
    Planted(NATIONAL, "review = ", "revieuw = ", "`revieuw` is not known", "revieuw =", "review"),
    # Texts
    Planted(HELP, "+++\n", "", "the head is missing", FIRST_LINE, "begin the file"),
    Planted(HELP, "pending", "maybe", "`maybe` is no value", "maybe", "pending"),
    Planted(HELP, "{say}", "{shout}", "drawn as 'shout'", "{shout}", "choose one of"),
    Planted(HELP, "[Chat met Fier](web:chat-met-fier)", "Chat met Fier", "no way to reach", "### Chat met", "(line:…)"),
    Planted(HELP, "line:113", "line:114", "'line:114' leads nowhere", "line:114", "choose from"),
    Planted(HELP, "page:tip_start", "page:tip", "'page:tip' leads nowhere", "page:tip", "choose from"),
    Planted(GUIDE, "#### missed", "#### mised", "'mised' stands where part 'missed'", "#### mised", "missed, also"),
    Planted(GUIDE, 'slug = "school"', 'slug = "Op school"', "can't be part of an address", "slug =", "small letters"),
    Planted(GUIDE, "audience =", "public =", "`public` is not known", "public =", "audience"),
    Planted(CHECK, "{danger}", "{panic}", "belongs to no advice", "{panic}", "{danger}"),
    Planted(CHECK, 'story = "Dit valt mij op:"', 'story = ""', "`story` is missing", "story =", "write story"),
    Planted(WORK, "publisher =", "maker =", "`maker` is not known", "maker =", "publisher"),
    # The tip line
    Planted(FORM, 'kind = "one"', 'kind = "two"', "no value of `kind`", 'kind = "two"', "use one of"),
    Planted(FORM, 'id = "still_going_on"', 'id = "story"', "story", 'id = "story"\nkind = "one"', ""),
    Planted(POINTS, 'certainty = "medium"', 'certainty = "sure"', "is no certainty", '"sure"', "medium"),
    Planted(
        POINTS,
        'certainty = "low"',
        'certainty = "low"\nkeeps_closed_days = 7',
        "7 days is no time for which cases may be kept",
        "keeps_closed_days = 7",
        "14 to 365",
    ),
    Planted(LINES, "checked_on = 2026-11-21", 'checked_on = "today"', "of another kind", '"today"', "checked_on ="),
    Planted(TABLES["coverage"], ",lumens-emp,", ",lumens-epm,", "lumens-epm", ",lumens-epm,", ""),
    Planted(TABLES["municipalities"], "0772,Eindhoven,", "0772,Eindhoven,,,", "8 fields where 6", ",,,", "one value"),
    Planted(TABLES["places"], "place,code,kind", "place,code", "the header is another", FIRST_LINE, "place,code,kind"),
    Planted(TABLES["postcodes"], "1000,1003,", "1004,1003,", "no range", "1004,1003,", "lower one"),
    Planted("tipline/postcodes_split.csv", "1096,GM0363", "1096,GM9363", "GM9363", "1096,", ""),
    Planted("tipline/former_municipalities.csv", "GM0003,", "GM0003,,", "5 fields where 4 belong", "GM0003", "one"),
    Planted("tipline/name_words.csv", "drenthe,province", "drenthe,land", "no kind of word", "drenthe,", "province"),
    Planted("tipline/changes/2027-01-01.toml", "version = 1", "version = 2", "version", "version =", "version = 1"),
]  # fmt: skip


def rounds() -> list[list[Planted]]:
    """The faults, of each file at most one at a time: a reader stops at the first one in a file."""
    sorted_out: list[list[Planted]] = []
    for fault in PLANTED:
        free = next((some for some in sorted_out if fault.file not in {one.file for one in some}), None)
        if free is None:
            sorted_out.append(free := [])
        free.append(fault)
    return sorted_out


@pytest.mark.parametrize("faults", rounds(), ids=lambda some: f"{len(some)}-at-once")
def test_a_check_names_each_planted_fault_with_its_file_its_line_and_its_cure(
    tmp_path: Path, faults: list[Planted]
) -> None:
    content = Path(shutil.copytree(CAMPAIGN.parent, tmp_path / "content"))
    lines = {}
    for fault in faults:
        text = (content / fault.file).read_text("utf-8")
        assert fault.good in text, fault
        spoiled = text.replace(fault.good, fault.bad, 1)
        (content / fault.file).write_text(spoiled, "utf-8")
        lines[fault] = spoiled[: spoiled.index(fault.marker)].count("\n") + 1
    result = CliRunner().invoke(main, ["check"], env={"SIGNAALLIJN_CONTENT": str(content)})
    assert (result.exit_code, result.stdout) == (1, "")
    told = result.stderr.splitlines()
    for fault in faults:
        mine = [line for line in told if line.startswith(f"{content / fault.file}, line {lines[fault]}: ")]
        assert len(mine) == 1, (fault, told)
        what, _, cure = mine[0].partition("; ")
        assert fault.what in what, mine[0]
        assert cure, mine[0]
        assert fault.cure in cure, mine[0]
    assert len(told) == len(faults), told


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("about.{}.md", None, r"about\.nl\.md, line 1: this file is missing; put it back"),
        ("about.{}.md", "abuot.{}.md", r"about\.nl\.md, line 1: this file is missing; put it back"),
        (None, "contact.{}.md", r"contact\.nl\.md, line 1: there is no page 'contact'; name it after one of: about"),
    ],
)
def test_the_texts_of_pages_are_those_that_pages_are_made_from(
    tmp_path: Path, old: str | None, new: str | None, what: str
) -> None:
    folder = Path(shutil.copytree(CAMPAIGN, tmp_path / "campaign"))
    for language in ("nl", "en"):
        source = folder / "pages" / (old or "about.{}.md").format(language)
        if new:
            shutil.copy(source, source.with_name(new.format(language)))
        if old:
            source.unlink()
    with pytest.raises(ContentFaultError, match=what):
        load(folder, outside())


def test_every_kind_of_content_file_has_a_fault_in_the_table() -> None:
    """A new kind of file gets its faults here."""
    texts = {".toml", ".md", ".csv"}
    files = [file.relative_to(CAMPAIGN.parent) for file in CAMPAIGN.parent.rglob("*") if file.suffix in texts]
    kinds = {kind(file) for file in files if file.name not in {"SOURCES.md", "README.md"}}
    assert kinds == {kind(Path(fault.file)) for fault in PLANTED}
    assert len({(fault.file, fault.what) for fault in PLANTED}) == len(PLANTED)


def kind(file: Path) -> str:
    """Files that lie beside each other and differ by slug or language are of one kind."""
    folder = re.sub("campaigns/[^/]+", "campaigns/*", str(file.parent))
    is_one_of_many = file.suffix == ".md" or file.parent.name in {"regions", "changes"}
    return f"{folder}/*{file.suffix}" if is_one_of_many else f"{folder}/{file.name}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CAMPAIGN, tmp_path / "campaign"))


@pytest.mark.parametrize("file", ["site.toml", "campaigns/zie-je-mij/campaign.toml"])
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    with pytest.raises(ContentFaultError, match="this file is missing") as caught:
        load(folder, outside())
    assert caught.value.file == folder / file


def test_a_file_that_is_a_folder_is_named(folder: Path) -> None:
    (folder / "site.toml").unlink()
    (folder / "site.toml").mkdir()
    with pytest.raises(ContentFaultError, match=r"site\.toml, line 1: this file can't be read"):
        load(folder, outside())


def test_a_text_that_asks_for_hours_nobody_wrote_is_refused_by_file_and_line(tmp_path: Path) -> None:
    content = Path(shutil.copytree(CAMPAIGN.parent, tmp_path / "content"))
    environment = {"SIGNAALLIJN_DATA": str(tmp_path / "data"), "SIGNAALLIJN_CONTENT": str(content)}
    assert CliRunner().invoke(main, ["init"], env=environment).exit_code == 0
    for language in ("nl", "en"):
        file = content / "campaign" / "pages" / f"about_tip_line.{language}.md"
        file.write_text(file.read_text("utf-8") + "\n<hours:alarm>\n", "utf-8")
    lines = content / "tipline" / "helplines.toml"
    entry = '\n[[helplines]]\nid = "alarm"\nname = "A"\nnumber = "112"\nfor_whom_nl = "A"\nfor_whom_en = "A"\n'
    lines.write_text(lines.read_text("utf-8") + entry + 'source_url = "-"\nchecked_on = 2026-11-21\n', "utf-8")
    result = CliRunner().invoke(main, ["serve", "--port", str(free_port())], env=environment)
    assert result.exit_code == 1
    told = re.findall(
        r"Error: \S+/about_tip_line\.(\w+)\.md, line \d+: nobody wrote what 'hours:alarm' asks for;", result.stderr
    )
    assert sorted(told) == ["en", "nl"]
    assert len(result.stderr.splitlines()) == 2


@pytest.mark.parametrize(
    "file", ["site.toml", "regions/eindhoven.toml", "pages/help.nl.md", "campaigns/zie-je-mij/editions/eindhoven.en.md"]
)
def test_a_file_of_another_encoding_is_named_with_its_line(folder: Path, file: str) -> None:
    lines = (folder / file).read_text("utf-8").splitlines(keepends=True)
    spoiled = [line.encode() for line in lines]
    spoiled[1] = b"# caf\xe9\n"
    (folder / file).write_bytes(b"".join(spoiled))
    with pytest.raises(ContentFaultError, match="this is not UTF-8") as caught:
        load(folder, outside())
    assert (caught.value.file, caught.value.line) == (folder / file, 2)


@pytest.mark.parametrize(
    ("head", "what", "line"),
    [
        ('title = "T"\ndescription = "D"\nreviw = "done"', "`reviw` is not known", 4),
        ('title = "T"\ndescription = "D"\n= "done"', "this is not TOML", 4),
        ('title = "T"\nreview = "done"', "`description` is missing", 2),
        ('title = "T"\ndescription = "D"\nreview = "done"\n[[sources]]\ntitle = "S"\nyear = 1', "`year` is not", 7),
    ],
)
def test_a_fault_in_a_pages_head_is_on_the_line_of_the_file(tmp_path: Path, head: str, what: str, line: int) -> None:
    file = tmp_path / "page.nl.md"
    file.write_text(f"+++\n{head}\n+++\nText.\n", "utf-8")
    with pytest.raises(ContentFaultError, match=what) as caught:
        read_document(file)
    assert caught.value.line == line

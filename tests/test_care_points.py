"""Care points, coverage, key files and help lines: the real content, and what a faulty file is told."""

import dataclasses
import datetime
import shutil
from pathlib import Path

import pytest
from real_content import TIPLINE

from tipline.care_points import CarePoints, confirm_care_point, load_care_points
from tipline.content_files import ContentFaultError, write_whole
from tipline.geography import Geography
from tipline.key_files import Holder, PublishedKey, read_key_file, write_key_file
from tipline.sealing import Identity, fingerprint

TODAY = datetime.date(2026, 11, 21)
NOOR = Holder("Noor", fingerprint(Identity.from_seed(bytes(31) + b"\1").recipient), TODAY)
BILAL = Holder('Bilal "de lange" \\ el-Ouazzani\n', fingerprint(Identity.from_seed(bytes(31) + b"\2").recipient), TODAY)
RECIPIENT = Identity.from_seed(bytes(31) + b"\3").recipient
KEY = PublishedKey(
    care_point="lumens-emp",
    number=1,
    recipient=RECIPIENT,
    fingerprint=fingerprint(RECIPIENT),
    made_on=TODAY,
    is_demo=True,
    holders=(NOOR, BILAL),
    recovery_sheet=NOOR.fingerprint,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the content that a test may spoil."""
    return Path(shutil.copytree(TIPLINE, tmp_path / "tipline"))


def test_every_municipality_has_a_care_point_that_exists(geography: Geography, care_points: CarePoints) -> None:
    assert set(care_points.coverage) == set(geography.municipalities)
    assert set(care_points.coverage.values()) <= set(care_points.points)
    assert len(care_points.points) == 21


def test_lumens_serves_eindhoven_and_fourteen_more(care_points: CarePoints) -> None:
    served = care_points.municipalities_of("lumens-emp")
    assert len(served) == 15
    assert "GM0772" in served
    assert "GM0794" not in served


def test_a_point_on_a_lead_only_serves_nobody(care_points: CarePoints) -> None:
    for care_point in ("moviera", "koraal", "mee-veluwe", "ggd-drenthe", "hvo-querido-gooi", "zvh-de-baronie"):
        assert care_points.municipalities_of(care_point) == ()


def test_the_national_point_serves_what_no_other_does(care_points: CarePoints) -> None:
    assert care_points.national.short_name == "CoMensha"
    assert care_points.national.phone == "033-448 11 86"
    assert care_points.serving("GM0402") == care_points.national
    assert care_points.serving("GM9999") == care_points.national
    assert len(care_points.municipalities_of("comensha")) == 198


def test_no_page_can_show_a_contact_that_its_point_has_not_confirmed(care_points: CarePoints) -> None:
    for point in care_points.points.values():
        assert point.confirmed_on is None
        if not point.is_national:
            assert (point.phone, point.email, point.hours_nl, point.hours_en) == (None, None, None, None)


def test_every_care_point_has_a_source(care_points: CarePoints) -> None:
    for point in care_points.points.values():
        assert point.source_url.startswith("https://")
        assert point.certainty in {"high", "medium", "low"}


def test_help_lines_say_whom_they_are_for_in_both_languages(care_points: CarePoints) -> None:
    lines = care_points.helplines.values()
    assert len(lines) == 12
    assert next(iter(lines)).number == "112"
    for line in lines:
        assert line.for_whom_nl != line.for_whom_en
        assert line.source_url.startswith("http")
        assert line.checked_on == TODAY


def test_hours_are_to_be_confirmed_before_the_site_opens(care_points: CarePoints) -> None:
    for line in care_points.helplines.values():
        assert line.confirm or not line.hours_nl or line.id == "112", line.id


def test_the_repository_ships_no_key(care_points: CarePoints) -> None:
    assert not care_points.keys


@pytest.mark.parametrize(
    "key",
    [
        KEY,
        dataclasses.replace(KEY, recovery_sheet=None),
        dataclasses.replace(KEY, holders=()),
        dataclasses.replace(KEY, is_demo=False, number=12),
    ],
    ids=["whole", "no recovery sheet", "no holders", "rotated"],
)
def test_a_key_file_reads_back_as_it_was_written(tmp_path: Path, key: PublishedKey) -> None:
    file = tmp_path / "lumens-emp.toml"
    write_key_file(file, key)
    assert read_key_file(file) == key
    assert [path.name for path in tmp_path.iterdir()] == ["lumens-emp.toml"]


def test_a_key_file_is_found_by_its_care_point(folder: Path, geography: Geography) -> None:
    write_key_file(folder / "keys" / "lumens-emp.toml", KEY)
    assert load_care_points(folder, geography).keys == {"lumens-emp": KEY}


@pytest.mark.parametrize(
    ("old", "new", "line", "fault"),
    [
        ("version = 1", "version = 3", 1, "this version is not known"),
        ('care_point = "lumens-emp"', 'care_point = "fier"', 2, "this is the file of `lumens-emp`"),
        ("number = 1", "number = 0", 3, "keys are numbered from 1"),
        ("number = 1", "number = true", 3, "`number` is of another kind"),
        ("number = 1", "", 1, "`number` is missing"),
        ('recipient = "age1pq1', 'recipient = "age1', 4, "this is no recipient"),
        (RECIPIENT, NOOR.fingerprint, 4, "this is no recipient"),
        (f'"{KEY.fingerprint}"', f'"{NOOR.fingerprint}"', 5, "this is not the recipient's fingerprint"),
        (f'"{KEY.fingerprint}"', f'"{KEY.fingerprint[:-1]}"', 5, "this is no fingerprint"),
        ("demo = true", "test = true", 7, "`test` is not known here"),
        ('name = "Noor"', 'name = ""', 10, "`name` is missing"),
        (f'"{NOOR.fingerprint}"', '"12345"', 11, "this is no fingerprint"),
        ("approved_on = 2026-11-21", 'approved_on = "today"', 12, "`approved_on` is of another kind"),
    ],
)
def test_a_faulty_key_file_is_refused_with_file_line_and_cure(
    tmp_path: Path, old: str, new: str, line: int, fault: str
) -> None:
    file = tmp_path / "lumens-emp.toml"
    write_key_file(file, KEY)
    text = file.read_text(encoding="utf-8")
    assert old in text
    write_whole(file, text.replace(old, new, 1))
    with pytest.raises(ContentFaultError, match=fault) as caught:
        read_key_file(file)
    assert str(caught.value).startswith(f"{file}, line {line}: ")


def test_a_key_of_nobody_is_refused(folder: Path, geography: Geography) -> None:
    write_key_file(folder / "keys" / "nobody.toml", dataclasses.replace(KEY, care_point="nobody"))
    with pytest.raises(ContentFaultError, match="no care point has the id `nobody`"):
        load_care_points(folder, geography)


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("coverage.csv", "GM0772,lumens-emp", "GM0772,lumen", "no care point has the id `lumen`"),
        ("coverage.csv", "GM0772,lumens-emp", "GM9999,lumens-emp", "no municipality has the code GM9999"),
        ("coverage.csv", "GM0772,lumens-emp", "GM0820,lumens-emp", "GM0820 stands here twice"),
        ("coverage.csv", ",hvo-querido-gooi,", ",gooi,", "no care point has the id `gooi`"),
        ("care_points.toml", 'id = "fier"', 'id = "koraal"', "`koraal` stands here twice"),
        ("care_points.toml", 'id = "fier"', 'id = "../fier"', "can't be an id"),
        (
            "care_points.toml",
            '\n[[care_points]]\nid = "koraal"',
            '\n[[care_points]]\nnational = true\nid = "koraal"',
            "not exactly one",
        ),
        ("care_points.toml", 'unconfirmed_phone = "058', 'phone = "058', "`phone` of fier is not confirmed"),
        ("care_points.toml", 'certainty = "low"', 'certainty = "so-so"', "`so-so` is no certainty"),
        ("care_points.toml", 'short_name = "Fier"', 'shortname = "Fier"', "`shortname` is not known here"),
        ("helplines.toml", 'id = "113"', 'id = "112"', "`112` stands here twice"),
        ("helplines.toml", 'number = "112"', "", "helps nobody"),
        ("helplines.toml", 'hours_en = "day and night"', "", "`hours` is not there in both languages"),
        ("helplines.toml", 'for_whom_en = "For anyone who is in', 'for_whom = "', "`for_whom` is not known here"),
    ],
)
def test_a_fault_in_the_content_names_file_line_and_cure(
    folder: Path, geography: Geography, file: str, old: str, new: str, fault: str
) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentFaultError, match=fault) as caught:
        load_care_points(folder, geography)
    assert str(caught.value).startswith(f"{folder / file}, line {caught.value.line}: ")
    assert caught.value.how


def test_a_municipality_without_a_row_is_named(folder: Path, geography: Geography) -> None:
    rows = (folder / "coverage.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "coverage.csv").write_text("".join(row for row in rows if "GM0772" not in row), encoding="utf-8")
    with pytest.raises(ContentFaultError, match="no care point serves Eindhoven"):
        load_care_points(folder, geography)


def test_a_fault_in_the_middle_of_a_file_is_found_on_its_line(folder: Path, geography: Geography) -> None:
    file = folder / "care_points.toml"
    lines = file.read_text(encoding="utf-8").splitlines()
    number = lines.index('short_name = "Lumens"')
    lines[number] = 'short_name = ""'
    file.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ContentFaultError, match="`short_name` is missing") as caught:
        load_care_points(folder, geography)
    assert caught.value.line == number + 1


def test_a_confirmed_point_keeps_everything_else(folder: Path, geography: Geography) -> None:
    before = load_care_points(folder, geography).points["lumens-emp"]
    confirm_care_point(folder, "lumens-emp", datetime.date(2026, 11, 1))
    confirm_care_point(folder, "lumens-emp", TODAY)
    after = load_care_points(folder, geography)
    assert after.points["lumens-emp"] == dataclasses.replace(before, confirmed_on=TODAY)
    assert [point.id for point in after.points.values() if point.confirmed_on] == ["lumens-emp"]


def test_nobody_cannot_be_confirmed(folder: Path) -> None:
    with pytest.raises(ContentFaultError, match="no care point has the id `nobody`"):
        confirm_care_point(folder, "nobody", TODAY)

"""The yearly change of municipalities: what a change file does to the tables, and what it refuses."""

import shutil
from pathlib import Path

import pytest
from real_content import TIPLINE

from tipline.care_points import load_care_points
from tipline.content_files import ContentFaultError
from tipline.geography import load_geography
from tipline.geography_update import COLUMNS, update_geography

PLANNED = TIPLINE / "changes" / "2027-01-01.toml"

VOORNE_2022 = {
    "GM0501": (
        "GM0501,Brielle,Brielle,Zuid-Holland,Rotterdam-Rijnmond,brielle",
        ("Brielle", "Den Briel", "Vierpolders", "Zwartewaal", "Rugge", "Heveringen", "Kruiningergors"),
        range(3230, 3233),
    ),
    "GM0530": (
        "GM0530,Hellevoetsluis,Hellevoetsluis,Zuid-Holland,Rotterdam-Rijnmond,hellevoetsluis",
        ("Hellevoetsluis", "Nieuw-Helvoet", "Nieuwenhoorn", "Oudenhoorn", "Vlotbrug", "Bernisse", "IJzerenbrug"),
        range(3220, 3228),
    ),
    "GM0614": (
        "GM0614,Westvoorne,Westvoorne,Zuid-Holland,Rotterdam-Rijnmond,westvoorne",
        ("Oostvoorne", "Rockanje", "Tinte", "Helhoek", "Strype", "Stuifakker", "Westvoorne"),
        range(3233, 3239),
    ),
}
"""The three municipalities that became Voorne aan Zee on 1 January 2023: their row, places and postcodes."""

MERGER_OF_2023 = """\
version = 1
on = 2023-01-01
source = "CBS, municipalities on 1 January 2023"

[[merges]]
from = ["GM0501", "GM0530", "GM0614"]
into = "GM1992"
name = "Voorne aan Zee"
"""


def copy_of_the_content(folder: Path) -> Path:
    return Path(shutil.copytree(TIPLINE, folder / "tipline"))


def rewrite(file: Path, rows: list[str]) -> None:
    header = file.read_text(encoding="utf-8").splitlines()[0]
    file.write_text("\n".join([header, *sorted(rows)]) + "\n", encoding="utf-8")


def rows_of(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()[1:]


def as_it_was_in_2022(folder: Path) -> Path:
    """A copy of today's tables with Voorne aan Zee taken apart again."""
    old = copy_of_the_content(folder)
    town_of = {place: code for code, (_, places, _) in VOORNE_2022.items() for place in places}
    others = [row for row in rows_of(old / "municipalities.csv") if not row.startswith("GM1992")]
    rewrite(old / "municipalities.csv", others + [row for row, _, _ in VOORNE_2022.values()])
    places = [row.split(",") for row in rows_of(old / "places.csv") if ",GM1992,former" not in row or "Bernisse" in row]
    rewrite(
        old / "places.csv",
        [",".join([*row[:-2], town_of[row[0]] if row[-2] == "GM1992" else row[-2], row[-1]]) for row in places],
    )
    postcodes = [row for row in rows_of(old / "postcodes.csv") if not row.endswith("GM1992")]
    apart = [(number, code) for code, (_, _, numbers) in VOORNE_2022.items() for number in numbers]
    gaps = {3226, 3236}
    rewrite(old / "postcodes.csv", postcodes + [f"{n},{n},{code}" for n, code in apart if n not in gaps])
    like = next(row for row in rows_of(old / "coverage.csv") if row.startswith("GM1992"))
    coverage = [row for row in rows_of(old / "coverage.csv") if row != like]
    rewrite(old / "coverage.csv", coverage + [like.replace("GM1992", code) for code in VOORNE_2022])
    rewrite(
        old / "former_municipalities.csv",
        [row for row in rows_of(old / "former_municipalities.csv") if "GM1992" not in row],
    )
    return old


def change_file(folder: Path, text: str) -> Path:
    file = folder / "change.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_tables_of_2022_stand_on_their_own(tmp_path: Path) -> None:
    geography = load_geography(as_it_was_in_2022(tmp_path))
    assert len(geography.municipalities) == 344
    found = geography.find("3234").municipality
    assert found
    assert found.name == "Westvoorne"


def test_the_merger_of_2023_makes_the_tables_of_today(tmp_path: Path) -> None:
    old = as_it_was_in_2022(tmp_path)
    said = update_geography(old, change_file(tmp_path, MERGER_OF_2023))
    for name in COLUMNS:
        assert rows_of(old / name) == rows_of(TIPLINE / name), name
    assert "GM1992 Voorne aan Zee is new, in Zuid-Holland; care point humanitas-pmw." in said
    assert "GM0501 Brielle becomes GM1992 Voorne aan Zee." in said
    assert "Postcodes 3220-3225, 3227: from Hellevoetsluis to Voorne aan Zee." in said


def test_the_planned_merger_of_2027_moves_everything_to_hilversum(tmp_path: Path) -> None:
    folder = copy_of_the_content(tmp_path)
    said = update_geography(folder, PLANNED)
    assert said[0] == "These are the changes of 2027-01-01."
    assert "GM1696 Wijdemeren becomes GM0402 Hilversum." in said
    geography = load_geography(folder)
    care_points = load_care_points(folder, geography)
    hilversum = geography.municipalities["GM0402"]
    assert len(geography.municipalities) == len(care_points.coverage) == 341
    for text in ("Wijdemeren", "Loosdrecht", "'s-Graveland", "1231", "1216", "1216 AB"):
        assert geography.find(text).municipality == hilversum, text
    assert geography.municipality_for("GM1696") == hilversum
    assert {one.municipality.code for one in geography.find("3633").candidates} == {"GM1904", "GM0402"}


def test_the_planned_merger_is_not_applied_yet() -> None:
    assert "GM1696" in load_geography(TIPLINE).municipalities


def test_a_change_applied_twice_has_nothing_to_do(tmp_path: Path) -> None:
    folder = copy_of_the_content(tmp_path)
    update_geography(folder, PLANNED)
    after = {name: (folder / name).read_bytes() for name in COLUMNS}
    said = update_geography(folder, PLANNED)
    assert said == ("Nothing to do: the changes of 2027-01-01 are in these tables already.",)
    assert {name: (folder / name).read_bytes() for name in COLUMNS} == after


@pytest.mark.parametrize("written", range(len(COLUMNS)))
def test_a_run_that_was_cut_off_is_finished_by_the_next(tmp_path: Path, written: int) -> None:
    whole, cut = as_it_was_in_2022(tmp_path / "whole"), as_it_was_in_2022(tmp_path / "cut")
    change = change_file(tmp_path, MERGER_OF_2023)
    update_geography(whole, change)
    for name in list(COLUMNS)[:written]:
        shutil.copy(whole / name, cut / name)
    update_geography(cut, change)
    for name in COLUMNS:
        assert (cut / name).read_bytes() == (whole / name).read_bytes(), name


def test_codes_that_ended_twice_over_lead_to_what_exists(tmp_path: Path) -> None:
    folder = copy_of_the_content(tmp_path)
    text = MERGER_OF_2023.replace('"GM0501", "GM0530", "GM0614"', '"GM1992", "GM1930"')
    text = text.replace('into = "GM1992"', 'into = "GM2001"').replace("Voorne aan Zee", "Voorne-Putten aan Zee")
    update_geography(folder, change_file(tmp_path, text))
    found = load_geography(folder).municipality_for("GM0501")
    assert found
    assert found.code == "GM2001"


def test_postcodes_move_too(tmp_path: Path) -> None:
    folder = copy_of_the_content(tmp_path)
    text = 'version = 1\non = 2027-01-01\nsource = "BAG"\n\n[[postcodes]]\nfrom = 5611\nto = 5612\n'
    text += 'municipality = "GM0820"\n'
    said = update_geography(folder, change_file(tmp_path, text))
    assert "Postcode 5611: from GM0772 to GM0820." in said
    geography = load_geography(folder)
    assert geography.find("5612").municipality == geography.municipalities["GM0820"]
    assert geography.find("5613").municipality == geography.municipalities["GM0772"]


def test_another_care_point_is_said_aloud(tmp_path: Path) -> None:
    folder = copy_of_the_content(tmp_path)
    text = MERGER_OF_2023.replace('"GM0501", "GM0530", "GM0614"', '"GM0820"')
    text = text.replace("GM1992", "GM0794").replace("Voorne aan Zee", "Helmond")
    said = update_geography(folder, change_file(tmp_path, text))
    assert any("went to lumens-emp and will go to gemeente-helmond" in sentence for sentence in said)


@pytest.mark.parametrize(
    ("old", "new", "line", "fault"),
    [
        ("version = 1", "version = 2", 1, "this version is not known"),
        ("version = 1", "version = one", 1, "this is not TOML"),
        ("on = 2027-01-01", "on = 2027-13-01", 2, "this is not TOML"),
        ("on = 2027-01-01", 'on = "1 januari"', 2, "`on` is of another kind"),
        ("on = 2027-01-01", "when = 2027-01-01", 2, "`when` is not known here"),
        ('source = "CBS"', 'source = ""', 3, "`source` is missing"),
        ('["GM1696"]', "[]", 6, "`from` is missing"),
        ('["GM1696"]', '["GM9999"]', 6, "no municipality has the code GM9999"),
        ('["GM1696"]', '["GM0501"]', 6, "GM0501 went into GM1992 before"),
        ('["GM1696"]', '["GM1696", "GM1696"]', 6, "a code stands here twice"),
        ('["GM1696"]', '["GM0402"]', 6, "can't end and take up"),
        ('into = "GM0402"', 'to = "GM0402"', 7, "`to` is not known here"),
        ('into = "GM0402"', "", 5, "`into` is missing"),
        ('name = "Hilversum"', 'name = "Hilversem"', 8, "GM0402 is called Hilversum"),
        ('["GM1696"]\ninto = "GM0402"', '["GM1696", "GM0772"]\ninto = "GM2002"', 6, "no common province"),
        ("from = 1200", "from = 120", 11, "120 to 1200 is no range of postcodes"),
        ("to = 1200", "to = 1100", 11, "1200 to 1100 is no range of postcodes"),
        ('municipality = "GM0402"', 'municipality = "GM1696"', 13, "no municipality has the code GM1696"),
    ],
)
def test_a_faulty_change_file_is_refused_with_file_line_and_cure(
    tmp_path: Path, old: str, new: str, line: int, fault: str
) -> None:
    good = (
        'version = 1\non = 2027-01-01\nsource = "CBS"\n\n'
        '[[merges]]\nfrom = ["GM1696"]\ninto = "GM0402"\nname = "Hilversum"\n\n'
        '[[postcodes]]\nfrom = 1200\nto = 1200\nmunicipality = "GM0402"\n'
    )
    assert old in good
    folder = copy_of_the_content(tmp_path)
    before = {name: (folder / name).read_bytes() for name in COLUMNS}
    file = change_file(tmp_path, good.replace(old, new, 1))
    with pytest.raises(ContentFaultError, match=fault) as caught:
        update_geography(folder, file)
    assert str(caught.value).startswith(f"{file}, line {line}: ")
    assert {name: (folder / name).read_bytes() for name in COLUMNS} == before


def test_a_change_that_would_break_the_tables_is_refused_and_named_after_the_real_file(tmp_path: Path) -> None:
    folder = copy_of_the_content(tmp_path)
    before = {name: (folder / name).read_bytes() for name in COLUMNS}
    text = MERGER_OF_2023.replace('"GM0501", "GM0530", "GM0614"', '"GM1696"')
    text = text.replace("GM1992", "GM2003").replace("Voorne aan Zee", "Eindhoven")
    with pytest.raises(ContentFaultError, match=r"after the change: .* stands here twice") as caught:
        update_geography(folder, change_file(tmp_path, text))
    assert caught.value.file == folder / "municipalities.csv"
    assert {name: (folder / name).read_bytes() for name in COLUMNS} == before

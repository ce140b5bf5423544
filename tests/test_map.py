"""The schematic map: every region is one tile that links to it and says what the list beside it says."""

import re
import shutil
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
import real_content
from clock import NOW
from site_world import confirmed, library, material, outside, page_of, rendering

from campaign_site.library.library import load
from campaign_site.library.tiles import WIDEST
from campaign_site.prerender import prerender
from tipline.content_files import ContentFaultError

WITH_LIST = {"nl": ("/nl/", "/nl/regio/"), "en": ("/en/", "/en/region/")}
EACH_WITH_LIST = pytest.mark.parametrize("path", [path for paths in WITH_LIST.values() for path in paths])
ONE_OF_EACH_STATE = ("lumens-emp", "gemeente-helmond")
TITLE = re.compile(r"(?P<name>.+) \((?P<code>[A-Z]{3})\): (?P<state>.+)")


@cache
def pages() -> dict[str, str]:
    shown = prerender(material(confirmed(*ONE_OF_EACH_STATE)), rendering(), NOW)
    return {path: page.body.decode() for path, page in shown.items() if not path.endswith(".png")}


def drawing(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(re.findall(r'<svg class="tiles".*?</svg>', html, re.DOTALL)[0])  # noqa: S314  # our own page


def tiles(html: str) -> dict[str, re.Match[str]]:
    """Address of each tile -> its title."""
    links = drawing(html).findall("a")
    found = {link.attrib["href"]: TITLE.fullmatch(link.findtext("title") or "") for link in links}
    assert len(found) == len(links)
    return {address: title for address, title in found.items() if title}


def listed(html: str) -> dict[str, tuple[str, str]]:
    """Address of each region in the list -> its name and state in words."""
    names = html[html.index('<ul class="names"') :]
    rows = re.findall(r'<li><a href="([^"]+)">([^<]+)</a> <span>([^<]+)</span>', names)
    return {address: (name, state) for address, name, state in rows}


def test_every_region_has_one_tile_and_one_code() -> None:
    regions = library().regions.values()
    assert len({region.tile.place for region in regions}) == len({region.tile.code for region in regions}) == 26


@EACH_WITH_LIST
def test_the_map_and_the_list_name_the_same_regions_in_the_same_words(path: str) -> None:
    on_map = {address: (title["name"], title["state"]) for address, title in tiles(pages()[path]).items()}
    assert on_map == listed(pages()[path])
    assert len(on_map) == 26


def test_every_tile_shows_its_code_and_leads_to_a_page() -> None:
    for html in pages().values():
        if 'class="tiles"' in html:
            for link in drawing(html).findall("a"):
                assert link.attrib["href"] in pages()
                assert f"({link.findtext('text')}):" in (link.findtext("title") or "")


def test_the_three_states_differ_in_words_and_in_cuts() -> None:
    html = pages()["/nl/regio/"]
    cuts = {link.attrib["href"]: link.find("path") for link in drawing(html).findall("a")}
    said = {slug: listed(html)[f"/nl/regio/{slug}"][1] for slug in ("eindhoven", "helmond-de-peel", "utrecht")}
    assert list(said.values()) == ["eigen hulppunt", "deels landelijk punt", "landelijk punt"]
    slats = [(path.attrib["d"].count("M") if (path := cuts[f"/nl/regio/{slug}"]) is not None else 0) for slug in said]
    assert slats == [0, 3, 5]


@EACH_WITH_LIST
def test_the_key_explains_what_is_drawn_and_nothing_else(path: str) -> None:
    html = pages()[path]
    key = re.findall(r"</svg>([^<]+)</li>", html[html.index('<ul class="key"') :])
    assert set(key) == {state for _, state in listed(html).values()}
    nobody = page_of("/nl/", material())
    assert re.findall(r"</svg>([^<]+)</li>", nobody[nobody.index('<ul class="key"') :]) == ["landelijk punt"]


def test_the_tile_of_a_regions_own_page_is_marked_and_no_other() -> None:
    for slug in library().regions:
        for path in (f"/nl/regio/{slug}", f"/en/region/{slug}"):
            links = drawing(pages()[path]).findall("a")
            assert [link.attrib["href"] for link in links if "aria-current" in link.attrib] == [path]
    assert "aria-current" not in "".join(ElementTree.tostring(drawing(pages()["/nl/"]), "unicode"))


def test_the_map_can_be_skipped_wherever_it_stands() -> None:
    with_map = [html for html in pages().values() if 'class="tiles"' in html]
    assert len(with_map) == 2 * (2 + 26)
    for html in with_map:
        target = re.findall(r'href="#([^"]+)">(?:Sla de kaart over|Skip the map)<', html)[0]
        assert html.index(f'href="#{target}"') < html.index('class="tiles"') < html.index(f'id="{target}"')


EINDHOVEN = "regions/eindhoven.toml"
AMSTERDAM = library().regions["amsterdam-amstelland"].tile
PLANTED = [
    # what is written in the tile of Eindhoven, what is put in its place, the fault, the line that is named, the cure
    (
        'code = "EHV"',
        f'code = "{AMSTERDAM.code}"',
        "code AMS is region 'amsterdam-amstelland's too",
        "code =",
        "another",
    ),
    ('code = "EHV"', 'code = "Ehv"', "'Ehv' is no code", "code =", "three capitals"),
    ('code = "EHV"\n', "", "`code` is missing", "[tile]", "write code"),
    ("row = 7", "row = 0", "0 lies outside the map", "row =", f"from 1 to {WIDEST}"),
    ("column = 3", f"column = {WIDEST + 1}", "11 lies outside the map", "column =", f"from 1 to {WIDEST}"),
    ("column = 3", 'column = "3"', "`column` is of another kind", "column =", "write column"),
    ("column = 3", "colum = 3", "`colum` is not known", "colum =", "use one of"),
    (
        "row = 7\ncolumn = 3",
        f"row = {AMSTERDAM.row}\ncolumn = {AMSTERDAM.column}",
        f"row {AMSTERDAM.row}, column {AMSTERDAM.column} is region 'amsterdam-amstelland's too",
        "row =",
        "another",
    ),
    (
        '[tile]\ncode = "EHV"\nrow = 7\ncolumn = 3\n',
        "",
        "does not have exactly one tile",
        "name =",
        "write [tile] once",
    ),
    ("[tile]", '[[tile]]\ncode = "XXX"\nrow = 9\ncolumn = 9\n[[tile]]', "exactly one tile", "name =", "once"),
]


@pytest.mark.parametrize(("good", "bad", "what", "marker", "cure"), PLANTED)
def test_a_fault_in_a_tile_is_named_with_file_line_and_cure(
    tmp_path: Path, good: str, bad: str, what: str, marker: str, cure: str
) -> None:
    folder = Path(shutil.copytree(real_content.CAMPAIGN, tmp_path / "campaign"))
    text = (folder / EINDHOVEN).read_text("utf-8")
    assert good in text
    spoiled = text.replace(good, bad)
    (folder / EINDHOVEN).write_text(spoiled, "utf-8")
    with pytest.raises(ContentFaultError) as caught:
        load(folder, outside())
    fault = caught.value
    assert fault.file == folder / EINDHOVEN
    assert what in fault.what
    assert marker in spoiled.splitlines()[fault.line - 1]
    assert cure in fault.how

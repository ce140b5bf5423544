"""Where a typed place lies: certain, to be asked, or not known; never a guess."""

import random
import shutil
import time
from pathlib import Path

import pytest
from real_content import TIPLINE

from tipline.content_files import ContentFaultError
from tipline.geography import LONGEST_TEXT, Geography, load_geography
from tipline.place_names import fold, normalise

CERTAIN = {
    # the same town, however it is spelt
    "'s-Hertogenbosch": "GM0796",
    "’s-Hertogenbosch": "GM0796",
    "‘s-hertogenbosch": "GM0796",
    "’s\u2011Hertogenbosch": "GM0796",  # no-break hyphen
    "'s Hertogenbosch": "GM0796",
    "s hertogenbosch": "GM0796",
    "sHertogenbosch": "GM0796",
    "  S-HERTOGENBOSCH\t": "GM0796",
    "Den Bosch": "GM0796",
    "DEN BOSCH": "GM0796",
    "den-bosch": "GM0796",
    "denbosch": "GM0796",
    "Den Haag": "GM0518",
    "'s-Gravenhage": "GM0518",
    "s Gravenhage": "GM0518",
    "The Hague": "GM0518",
    "Eindhoven": "GM0772",
    "EINDHOVEN": "GM0772",
    "Eind\u00adhoven": "GM0772",  # soft hyphen
    "Ｅｉｎｄｈｏｖｅｎ": "GM0772",
    "Eindhoven, Nederland": "GM0772",
    "Eindhoven centrum": "GM0772",
    "gemeente Eindhoven": "GM0772",
    "Nuenen": "GM0820",
    "Nuenen c.a.": "GM0820",
    "nuenen ca": "GM0820",
    "Nuenen, Gerwen en Nederwetten": "GM0820",
    "Helmond": "GM0794",
    "Súdwest-Fryslân": "GM1900",
    "sudwest fryslan": "GM1900",
    "Sneek": "GM1900",
    "Snits": "GM1900",
    "IJsselstein": "GM0353",
    "IJSSELSTEIN": "GM0353",
    "ijsselstein": "GM0353",
    "Ĳsselstein": "GM0353",
    "Ysselsteyn": "GM0984",
    "Capelle a/d IJssel": "GM0502",
    "Capelle aan den IJssel": "GM0502",
    "Krimpen a.d. IJssel": "GM0542",
    "Sint-Oedenrode": "GM1948",
    "St. Oedenrode": "GM1948",
    "'t Harde": "GM0230",
    "t harde": "GM0230",
    "Son en Breugel": "GM0848",
    "Geldrop-Mierlo": "GM1771",
    "A'dam": "GM0363",
    "Weesp": "GM0363",
    "Brielle": "GM1992",
    "Uden": "GM1991",
    "Landerd": "GM1991",
    "Wijdemeren": "GM1696",
    "Loosdrecht": "GM1696",
    "Hoek van Holland": "GM0599",
    "zuid laren": "GM1730",
    "west kapelle": "GM0717",  # not Kapelle
    # a homonym with the province or municipality that tells it apart
    "Bergen op Zoom": "GM0748",
    "Bergen NH": "GM0373",
    "Bergen (NH.)": "GM0373",
    "Bergen Noord-Holland": "GM0373",
    "Bergen L": "GM0893",
    "Bergen, Limburg": "GM0893",
    "Limburg, Bergen": "GM0893",
    "Hengelo (O.)": "GM0164",
    "Hengelo Overijssel": "GM0164",
    "Hengelo Gld": "GM1876",
    "gemeente Hengelo": "GM0164",
    "Rijswijk ZH": "GM0603",
    "Rijswijk (Z.H.)": "GM0603",
    "Beek Limburg": "GM0888",
    "Elst Gelderland": "GM1734",
    "Elst, Rhenen": "GM0340",
    "Vianen NB": "GM1982",
    "Katwijk ZH": "GM0537",
    "Well L": "GM0893",
    "Zeeland, Noord-Brabant": "GM1991",
    "Aalst (Waalre)": "GM0866",
    "gemeente Utrecht": "GM0344",
    "stad Groningen": "GM0014",
    "Laren NH": "GM0417",
    "Middelburg": "GM0687",
    "Stein": "GM0971",
    # postcodes
    "5611": "GM0772",
    "5611AZ": "GM0772",
    "5611az": "GM0772",
    "5611 az": "GM0772",
    " 5611 AZ ": "GM0772",
    "5611-AZ": "GM0772",
    "٥٦١١": "GM0772",
    "5611 AZ 12": "GM0772",
    "5611 Eindhoven": "GM0772",
    "Eindhoven 5611 AZ": "GM0772",
    "5611 Noord-Brabant": "GM0772",
    "1011": "GM0363",
    "3511": "GM0344",
    "3511 Utrecht": "GM0344",
    "4331": "GM0687",
    "4331 Zeeland": "GM0687",
    "5701": "GM0794",
    "6211": "GM0935",
    "9711": "GM0014",
    "9131 Ee": "GM1970",
    "5647 Eindhoven": "GM0772",  # a border postcode, and the name decides
    "1231 Loosdrecht": "GM1696",
}

ASKED = {
    # homonyms: towns of one name in several municipalities
    "Elst": {"GM1734", "GM0340"},
    "Vianen": {"GM1961", "GM1982"},
    "Katwijk": {"GM0537", "GM1982"},
    "Well": {"GM0263", "GM0893"},
    "Loo": {"GM0226", "GM1705"},
    "Bergen": {"GM0373", "GM0893"},
    "gemeente Bergen": {"GM0373", "GM0893"},
    "Hengelo": {"GM0164", "GM1876"},
    "Rijswijk": {"GM0603", "GM0214", "GM1959"},
    "Beek": {"GM0888", "GM1945", "GM1955"},
    "Beek Gelderland": {"GM1945", "GM1955"},
    "Laren": {"GM0417", "GM0262"},
    "Valkenburg": {"GM0537", "GM0994"},
    "Oosterhout": {"GM0826", "GM1734"},
    "Velp": {"GM0275", "GM1982"},
    "Ysselstein": {"GM0353", "GM0984"},
    "IJsselsteyn": {"GM0353", "GM0984"},
    "Boarnsterhim": {"GM0074", "GM0080", "GM1900"},
    # provinces, countries, regions, everyday words: also when just one place is called so
    "Friesland": {"GM1955"},
    "friesland": {"GM1955"},
    "Zeeland": {"GM1991"},
    "zee land": {"GM1991"},
    "Utrecht": {"GM0344"},
    "provincie Utrecht": {"GM0344"},
    "Groningen": {"GM0014"},
    "Oost-Groningen": set(),
    "Bosch": {"GM1706"},
    "centrum": {"GM1674"},
    "park": {"GM1982"},
    "Polen": {"GM1979"},
    "Amerika": {"GM1699"},
    "America": {"GM1507"},
    "Nederland": {"GM1708"},
    "Holland": {"GM1667"},
    "Achterhoek": {"GM0267", "GM1735"},
    "Veluwe": {"GM0263", "GM1948"},
    "Willemstad": {"GM1709"},
    "Hasselt": {"GM1896"},
    "Sint Maarten": {"GM0441"},
    "Een": {"GM1699"},
    # hamlets and quarters
    "Moskou": {"GM0085"},
    "Loosduinen": {"GM0518"},
    # names with a doubt beside them, and contradictions
    "regio Eindhoven": {"GM0772"},
    "omgeving Eindhoven": {"GM0772"},
    "Eindhoven e.o.": {"GM0772"},
    "Stationsplein Eindhoven": {"GM0772"},
    "Eindhoven Limburg": {"GM0772"},
    "Utrecht, Zeist": {"GM0355"},
    "Den Haag Delft": {"GM0518", "GM0503"},
    "Eindhoven of Helmond": {"GM0772", "GM0794"},
    "Veldhoven bij Eindhoven": {"GM0861", "GM0772"},
    "tussen Best en Eindhoven": {"GM0753", "GM0772"},
    "Aalst": {"GM0297", "GM0866"},
    "5611 Rotterdam": {"GM0772", "GM0599"},
    "5611 en 3511": {"GM0772", "GM0344"},
    "sinds 2019": {"GM0392"},
    # postcodes on a border
    "5647": {"GM0772", "GM1658"},
    "5647 AB": {"GM0772", "GM1658"},
    "1216": {"GM0402", "GM1696"},
    "6961": {"GM0213", "GM0275", "GM0277"},
    "7524": {"GM0153", "GM0173", "GM1774"},
}

NOT_KNOWN = (
    *("", " ", "-", "?", "'", "Limburg", "Noord-Brabant", "Noord Brabant", "Brabant", "Twente", "Zuid-Holland"),
    *(
        "Gelderland",
        "Nieuw-Zeeland",
        "weet ik niet",
        "0000",
        "0511",
        "56",
        "561",
        "56111",
        "0612345678",
        "xyzzy",
        "e e",
        "埃因霍温",
    ),
)


def asked(geography: Geography, text: str) -> set[str]:
    """The codes that a visitor chooses from."""
    finding = geography.find(text)
    assert finding.municipality is None, f"{text!r} was taken for {finding.municipality}"
    return {candidate.municipality.code for candidate in finding.candidates}


@pytest.mark.parametrize("text", CERTAIN)
def test_a_usual_spelling_is_certain(geography: Geography, text: str) -> None:
    finding = geography.find(text)
    assert finding.municipality == geography.municipalities[CERTAIN[text]]
    assert finding.place


@pytest.mark.parametrize("text", ASKED)
def test_what_can_mean_several_things_asks(geography: Geography, text: str) -> None:
    assert asked(geography, text) == ASKED[text]


@pytest.mark.parametrize("text", NOT_KNOWN)
def test_what_names_no_town_is_not_known(geography: Geography, text: str) -> None:
    assert asked(geography, text) == set()


def test_the_table_of_spellings_is_long_enough() -> None:
    assert len(CERTAIN) + len(ASKED) + len(NOT_KNOWN) >= 80


def test_garbage_is_never_taken_for_a_municipality(geography: Geography) -> None:
    chance = random.Random(2018)
    signs = "abcdefghijklmnopqrstuvwxyz  '-/.,;:!?()[]{}<>\0\n\r\té߀☃\ud800\u202e😀ΩЖ中ـ٣%&\\\"`"
    for _ in range(1000):
        text = "".join(chance.choices(signs, k=chance.randint(0, 60)))
        assert geography.find(text).municipality is None, text


@pytest.mark.parametrize("text", ["5611 " * 1_000_000, "a" * 10_000_000, "\u0301" * 1_000_000, "a " * 99, "é" * 200])
def test_an_endless_text_is_not_known_and_soon_answered(geography: Geography, text: str) -> None:
    start = time.perf_counter()
    finding = geography.find(text)
    assert geography.suggest(text) == ()
    assert time.perf_counter() - start < 1
    assert finding.municipality is None
    assert len(finding.text) <= LONGEST_TEXT


def test_every_municipality_is_found_by_its_readable_name_or_asks_for_itself(geography: Geography) -> None:
    for one in geography.municipalities.values():
        finding = geography.find(one.name)
        offered = {candidate.municipality.code for candidate in finding.candidates}
        assert one.code in offered, one.name


def test_every_municipality_is_certain_when_called_so(geography: Geography) -> None:
    for one in geography.municipalities.values():
        finding = geography.find(f"gemeente {one.name}")
        assert finding.municipality == one, one.name


def test_every_postcode_of_the_table_leads_to_its_municipality_or_asks(geography: Geography) -> None:
    for number, candidates in geography.postcodes.items():
        finding = geography.find(str(number))
        assert finding.candidates == candidates
        assert (finding.municipality is None) == (len(candidates) > 1)


def test_no_hamlet_is_ever_certain(geography: Geography) -> None:
    for name, candidates in geography.names.exact.items():
        finding = geography.find(name)
        if all(candidate.kind == "other" for candidate in candidates):
            assert finding.municipality is None, name


def test_no_name_of_several_municipalities_is_ever_certain(geography: Geography) -> None:
    several = {name: found for name, found in geography.names.exact.items() if len(found) > 1}
    assert len(several) >= 367
    for name in several:
        assert geography.find(name).municipality is None, name


def test_towns_stand_before_hamlets_in_the_list_and_border_postcodes_by_name(geography: Geography) -> None:
    katwijk = geography.find("Katwijk").candidates
    assert [candidate.kind for candidate in katwijk] == ["municipality", "alias"]
    border = [candidate.municipality.name for candidate in geography.find("7524").candidates]
    assert border == sorted(border)


def test_there_are_342_municipalities_with_names_slugs_and_codes_of_their_own(geography: Geography) -> None:
    everyone = geography.municipalities.values()
    assert len(everyone) == 342
    assert len({one.name for one in everyone}) == len({one.slug for one in everyone}) == 342
    assert len({one.province for one in everyone}) == 12
    assert len({one.safety_region for one in everyone}) == 25
    assert all(one.slug == normalise(one.slug.replace("-", " ")).replace(" ", "-") for one in everyone)


def test_names_are_readable_and_told_apart_only_where_they_clash(geography: Geography) -> None:
    names = {code: geography.municipalities[code].name for code in ("GM0164", "GM0373", "GM0893", "GM0603", "GM0888")}
    assert names == {
        "GM0164": "Hengelo",
        "GM0373": "Bergen (Noord-Holland)",
        "GM0893": "Bergen (Limburg)",
        "GM0603": "Rijswijk",
        "GM0888": "Beek",
    }


def test_the_code_of_a_merged_municipality_leads_to_its_successor(geography: Geography) -> None:
    successors = {"GM0501": "GM1992", "GM0457": "GM0363", "GM0856": "GM1991", "GM0370": "GM0439", "GM0772": "GM0772"}
    for code, successor in successors.items():
        found = geography.municipality_for(code)
        assert found is not None
        assert found.code == successor
    assert geography.municipality_for("GM9999") is None


def test_suggestions_start_with_what_is_typed_and_put_towns_first(geography: Geography) -> None:
    places = [candidate.place for candidate in geography.suggest("eind")]
    assert places[0] == "Eindhoven"
    assert all(place.lower().startswith("eind") for place in places)
    assert [candidate.municipality.code for candidate in geography.suggest("5611")] == ["GM0772"]
    assert geography.suggest("") == ()
    assert geography.suggest("xyzzy") == ()
    assert len(geography.suggest("a", limit=3)) == 3


def test_a_suggestion_stands_there_once(geography: Geography) -> None:
    for start in ("nuenen", "nijmegen", "s", "den bosch"):
        found = geography.suggest(start, limit=50)
        seen = [(one.municipality.code, fold(normalise(one.place))) for one in found]
        assert len(seen) == len(set(seen))


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("places.csv", "Sneek,GM1900,woonplaats", "Sneek,GM1900,village", "`village` is no kind of place"),
        ("places.csv", "Sneek,GM1900,woonplaats", "Gerwen,GM9999,woonplaats", "no municipality has the code GM9999"),
        ("places.csv", "Sneek,GM1900,woonplaats", "Sneek,GM1900", "2 fields where 3 belong"),
        ("postcodes.csv", "1011,1028", "1011,102x", "`102x` is no postcode"),
        ("postcodes.csv", "1011,1028", "1011,1030", "postcode 1030 stands in two ranges"),
        ("postcodes_split.csv", "GM0437", "GM9999", "no municipality has the code GM9999"),
        (
            "former_municipalities.csv",
            "GM0501,Brielle,GM1992",
            "GM0501,Brielle,GM9999",
            "does not lead to a municipality",
        ),
        (
            "former_municipalities.csv",
            "GM0501,Brielle,GM1992",
            "GM0501,Brielle,GM0501",
            "does not lead to a municipality",
        ),
        ("municipalities.csv", "eindhoven\n", "nijmegen\n", "stands here twice"),
        ("municipalities.csv", "code,name", "code,naam", "the header is another"),
        ("name_words.csv", "gelderland,province", "gelderland,land", "`land` is no kind of word"),
    ],
)
def test_a_fault_in_a_table_names_file_line_and_cure(tmp_path: Path, file: str, old: str, new: str, fault: str) -> None:
    folder = Path(shutil.copytree(TIPLINE, tmp_path / "tipline"))
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentFaultError, match=fault) as caught:
        load_geography(folder)
    assert str(caught.value).startswith(f"{folder / file}, line {caught.value.line}: ")
    assert caught.value.how


def test_a_missing_or_miscoded_table_is_named(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(TIPLINE, tmp_path / "tipline"))
    (folder / "places.csv").write_bytes(b"place,code,kind\nGerw\xe9n,GM0820,woonplaats\n")
    with pytest.raises(ContentFaultError, match="line 2: this is not UTF-8"):
        load_geography(folder)
    (folder / "places.csv").unlink()
    with pytest.raises(ContentFaultError, match="this file is missing"):
        load_geography(folder)

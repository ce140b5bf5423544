"""Who receives a tip: always a point that can read it, at worst the national one; two for two regions."""

import random
from collections.abc import Callable

import pytest

from tipline.care_points import CarePoints
from tipline.geography import Geography
from tipline.routing import NoOpenCarePointError, Place, Reason, care_points_for, explain


def opening(*ids: str) -> Callable[[str], bool]:
    """A world in which just these points are open."""
    return set(ids).__contains__


def everyone(_: str) -> bool:
    return True


def nobody(_: str) -> bool:
    return False


SITUATIONS = {
    "all open": everyone,
    "only the national point": opening("comensha"),
    "Lumens and the national point": opening("lumens-emp", "comensha"),
    "half of them": opening("comensha", "fier", "shop-haaglanden", "zvh-twente", "zvh-zeeland", "humanitas-pmw"),
}


@pytest.mark.parametrize("is_open", SITUATIONS.values(), ids=SITUATIONS)
def test_every_municipality_ends_at_one_point_that_can_read(
    geography: Geography, care_points: CarePoints, is_open: Callable[[str], bool]
) -> None:
    assert len(geography.municipalities) == 342
    for municipality in geography.municipalities.values():
        route = care_points_for(municipality, care_points, is_open)
        assert is_open(route.care_point.id)
        assert route.care_point in (care_points.serving(municipality.code), care_points.national)
        assert route.happens.municipality == municipality


@pytest.mark.parametrize("is_open", SITUATIONS.values(), ids=SITUATIONS)
def test_a_thousand_postcodes_end_at_one_point_that_can_read(
    geography: Geography, care_points: CarePoints, is_open: Callable[[str], bool]
) -> None:
    postcodes = random.Random(2018).sample(sorted(geography.postcodes), 1000)
    for postcode in postcodes:
        finding = geography.find(str(postcode))
        # On a border the visitor chooses; whatever is chosen is routed.
        chosen = [finding.municipality] if finding.municipality else [one.municipality for one in finding.candidates]
        assert chosen
        for municipality in chosen:
            assert is_open(care_points_for(municipality, care_points, is_open).care_point.id)


def test_garbage_is_asked_again_and_goes_to_the_national_point_when_not_known(
    geography: Geography, care_points: CarePoints
) -> None:
    chance = random.Random(1805)
    for _ in range(1000):
        text = "".join(chr(chance.randrange(1, 0x3000)) for _ in range(chance.randint(1, 40)))
        assert geography.find(text).municipality is None
    route = care_points_for("unknown", care_points, everyone)
    assert (route.care_point, route.happens.reason) == (care_points.national, Reason.UNKNOWN)


def test_eindhoven_goes_to_lumens_when_it_is_open(geography: Geography, care_points: CarePoints) -> None:
    eindhoven = geography.find("5611").municipality
    assert eindhoven
    route = care_points_for(eindhoven, care_points, everyone)
    assert route.care_point.short_name == "Lumens"
    assert route.happens.reason == Reason.SERVES
    assert route.happens.meant_for is None


def test_a_tip_for_a_closed_point_goes_to_the_national_point_marked(
    geography: Geography, care_points: CarePoints
) -> None:
    eindhoven = geography.municipalities["GM0772"]
    route = care_points_for(eindhoven, care_points, opening("comensha"))
    assert route.care_point == care_points.national
    assert route.happens.meant_for == care_points.points["lumens-emp"]
    assert route.happens.reason == Reason.NOT_OPEN


def test_a_municipality_without_a_regional_point_goes_to_the_national_point(
    geography: Geography, care_points: CarePoints
) -> None:
    route = care_points_for(geography.municipalities["GM0402"], care_points, everyone)
    assert route.care_point == care_points.national
    assert route.happens.meant_for is None
    assert route.happens.reason == Reason.NO_REGIONAL_POINT


def test_what_happens_online_goes_to_the_national_point(care_points: CarePoints) -> None:
    route = care_points_for("online", care_points, everyone)
    assert (route.care_point, route.happens.municipality, route.happens.reason) == (
        care_points.national,
        None,
        Reason.ONLINE,
    )


def test_a_regional_point_receives_also_when_the_national_one_is_not_open(
    geography: Geography, care_points: CarePoints
) -> None:
    route = care_points_for(geography.municipalities["GM0772"], care_points, opening("lumens-emp"))
    assert route.care_point.id == "lumens-emp"


EINDHOVEN, VELDHOVEN, GRONINGEN, LEEUWARDEN, HILVERSUM = "GM0772", "GM0861", "GM0014", "GM0080", "GM0402"


@pytest.mark.parametrize(
    ("place", "lives", "left_out", "receivers", "meant_for"),
    [
        (EINDHOVEN, GRONINGEN, "", "lumens-emp zvh-groningen", ""),
        (GRONINGEN, EINDHOVEN, "", "zvh-groningen lumens-emp", ""),
        (EINDHOVEN, EINDHOVEN, "", "lumens-emp", ""),
        (EINDHOVEN, VELDHOVEN, "", "lumens-emp", ""),
        (EINDHOVEN, LEEUWARDEN, "", "lumens-emp comensha", "fier"),
        (LEEUWARDEN, EINDHOVEN, "", "comensha lumens-emp", "fier"),
        (LEEUWARDEN, "GM0363", "", "comensha", "fier hvo-querido-amsterdam"),
        (LEEUWARDEN, HILVERSUM, "", "comensha", "fier"),
        (HILVERSUM, GRONINGEN, "", "comensha zvh-groningen", ""),
        ("online", GRONINGEN, "", "comensha zvh-groningen", ""),
        ("unknown", GRONINGEN, "", "comensha zvh-groningen", ""),
        (EINDHOVEN, None, "lumens-emp", "comensha", ""),
        (EINDHOVEN, GRONINGEN, "lumens-emp", "comensha zvh-groningen", ""),
        (EINDHOVEN, GRONINGEN, "zvh-groningen", "lumens-emp comensha", ""),
        (EINDHOVEN, GRONINGEN, "lumens-emp zvh-groningen", "comensha", ""),
        (LEEUWARDEN, None, "fier", "comensha", ""),
        (EINDHOVEN, None, "comensha zvh-groningen nobody", "lumens-emp", ""),
    ],
)
def test_two_places_go_to_those_who_serve_them_each_once_and_the_first_leads(
    geography: Geography,
    care_points: CarePoints,
    place: str,
    lives: str | None,
    left_out: str,
    receivers: str,
    meant_for: str,
) -> None:
    towns = geography.municipalities
    is_open = opening("comensha", "lumens-emp", "zvh-groningen")
    where: Place = "online" if place == "online" else "unknown" if place == "unknown" else towns[place]
    route = care_points_for(where, care_points, is_open, towns[lives] if lives else None, left_out.split())
    assert [point.id for point in route.care_points] == receivers.split()
    assert route.ids == tuple(sorted(receivers.split()))
    assert route.care_point.id == receivers.split(maxsplit=1)[0]
    assert route.is_joint == (" " in receivers)
    assert [leg.meant_for.id for leg in route.legs if leg.meant_for] == meant_for.split()
    serving = {leg.serving.id for leg in route.legs}
    assert {point.id for point in route.left_out} == serving & set(left_out.split()) - {"comensha"}
    assert {point.id for point in route.may_leave_out} == serving - set(left_out.split()) - {"comensha"}


def test_a_point_that_is_left_out_leaves_no_reader_when_the_national_point_is_not_open(
    geography: Geography, care_points: CarePoints
) -> None:
    eindhoven, leeuwarden = (geography.municipalities[code] for code in (EINDHOVEN, LEEUWARDEN))
    with pytest.raises(NoOpenCarePointError):
        care_points_for(eindhoven, care_points, opening("lumens-emp"), left_out=["lumens-emp"])
    with pytest.raises(NoOpenCarePointError):
        care_points_for(eindhoven, care_points, opening("lumens-emp"), leeuwarden)


@pytest.mark.parametrize("code", ["GM0772", "GM0402"])
def test_nobody_open_is_an_error(geography: Geography, care_points: CarePoints, code: str) -> None:
    with pytest.raises(NoOpenCarePointError):
        care_points_for(geography.municipalities[code], care_points, nobody)


def test_nobody_open_is_an_error_for_online_and_unknown(care_points: CarePoints) -> None:
    with pytest.raises(NoOpenCarePointError):
        care_points_for("online", care_points, nobody)
    with pytest.raises(NoOpenCarePointError):
        care_points_for("unknown", care_points, opening("lumens-emp"))


@pytest.mark.parametrize(
    ("text", "open_points", "why"),
    [
        ("5611", opening("lumens-emp", "comensha"), "Lumens serves this municipality and is open"),
        ("5611", opening("comensha"), "Lumens serves this municipality but is not open, so CoMensha takes over"),
        ("5611", nobody, "Lumens serves this place, but neither it nor the national point is open"),
        ("Hilversum", everyone, "no regional point is known for this municipality, so CoMensha receives"),
        ("Hilversum", nobody, "CoMensha serves this place, but it is not open"),
        ("online", everyone, "what happens online has no municipality, so CoMensha receives"),
        ("unknown", everyone, "the place is not known, so CoMensha receives"),
        ("Elst", everyone, "the name is not certain: the visitor is asked which municipality is meant"),
        ("xyzzy", everyone, "no such place is known: the visitor is asked again, and may say that he does not know"),
    ],
)
def test_an_operator_is_told_why(
    geography: Geography, care_points: CarePoints, text: str, open_points: Callable[[str], bool], why: str
) -> None:
    assert explain(text, geography, care_points, open_points).why == why


def test_an_explanation_has_a_route_only_when_the_place_is_certain_and_somebody_can_read(
    geography: Geography, care_points: CarePoints
) -> None:
    assert explain("Elst", geography, care_points, everyone).route is None
    assert explain("5611", geography, care_points, nobody).route is None
    told = explain("5611", geography, care_points, everyone)
    assert told.route
    assert told.route.care_point == told.serving == care_points.points["lumens-emp"]

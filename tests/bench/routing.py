"""How long it takes to find and route a place, beside one bare look-up in a dictionary."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from tipline.care_points import load_care_points
from tipline.geography import load_geography
from tipline.routing import care_points_for

CONTENT = Path(__file__).parents[2] / "content" / "tipline"
ROUNDS = 2000
BEST_OF = 5
PLACES = {
    "postcode": "5611 AZ",
    "town": "'s-Hertogenbosch",
    "town, other spelling": "Capelle a.d. IJssel",
    "homonym": "Rijswijk",
    "place and province": "Bergen, Limburg",
    "address": "5611 AZ Eindhoven",
    "not known": "xyzzy",
    "longest garbage": "x y " * 49,
}


def microseconds(deed: Callable[[], object]) -> float:
    """The best mean of a few runs, since a shared machine only ever adds time."""
    best = float("inf")
    for _ in range(BEST_OF):
        start = time.perf_counter()
        for _ in range(ROUNDS):
            deed()
        best = min(best, time.perf_counter() - start)
    return best / ROUNDS * 1e6


def main() -> None:
    start = time.perf_counter()
    geography = load_geography(CONTENT)
    care_points = load_care_points(CONTENT, geography)
    say = sys.stdout.write
    say(f"load all tables: {(time.perf_counter() - start) * 1e3:.0f} ms\n")

    def route(text: str) -> None:
        municipality = geography.find(text).municipality
        care_points_for(municipality or "unknown", care_points, lambda _: True)

    bare = microseconds(lambda: geography.names.exact.get("eindhoven"))
    say(f"{'bare look-up':24}{bare:9.2f} µs\n")
    for name, text in PLACES.items():
        took = microseconds(lambda text=text: route(text))  # type: ignore[misc]  # mypy can't infer a lambda's default
        say(f"{name:24}{took:9.2f} µs{took / bare:8.0f} x\n")
    took = microseconds(lambda: geography.suggest("s"))
    say(f"{'suggest, one letter':24}{took:9.2f} µs{took / bare:8.0f} x\n")


if __name__ == "__main__":
    main()

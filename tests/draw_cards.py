"""Draws the cards of a campaign in Chromium, from the same drawing, stylesheet, typeface and colours as its pages.

python tests/draw_cards.py CAMPAIGN     its national card and one for each region, in both languages
"""

import base64
import struct
import sys
import zlib
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

from conftest import CHROMIUM, QUIET
from jinja2 import Environment, FileSystemLoader
from playwright.sync_api import Page, Route, sync_playwright
from real_content import CAMPAIGN, static_files
from site_world import library

from campaign_site.library.cards import DESCRIPTION, HEIGHT, NATIONAL, WIDTH, drawn_from
from campaign_site.library.entries import Campaign, Region
from campaign_site.library.themes import stylesheet
from campaign_site.settings import PACKAGE
from campaign_site.static_files import PREFIX, StaticFiles
from tipline.languages import LANGUAGES

ORIGIN = "http://cards.invalid"
SLAT = "#12271f"
"""`--slat` of the stylesheet in the light."""
COLOURS = 16
"""As many as four bits tell apart: the flat colours, and steps between each two of them for soft edges."""
PACKED = """async ([png, palette]) => {
  const bytes = Uint8Array.from(atob(png), (one) => one.charCodeAt(0));
  const picture = await createImageBitmap(new Blob([bytes]), { colorSpaceConversion: "none" });
  const canvas = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
  canvas.drawImage(picture, 0, 0);
  const { data } = canvas.getImageData(0, 0, picture.width, picture.height);
  const known = new Map();
  const nearest = (r, g, b) => {
    const distances = palette.map(([x, y, z]) => (x - r) ** 2 + (y - g) ** 2 + (z - b) ** 2);
    return distances.indexOf(Math.min(...distances));
  };
  const at = (pixel) => {
    const [r, g, b] = data.subarray(pixel * 4, pixel * 4 + 3);
    const colour = (r << 16) | (g << 8) | b;
    if (!known.has(colour)) known.set(colour, nearest(r, g, b));
    return known.get(colour);
  };
  const packed = new Uint8Array(data.length / 8);
  for (let pair = 0; pair < packed.length; pair++) packed[pair] = (at(pair * 2) << 4) | at(pair * 2 + 1);
  const pieces = [];
  for (let start = 0; start < packed.length; start += 8192) {
    pieces.push(String.fromCharCode(...packed.subarray(start, start + 8192)));
  }
  return btoa(pieces.join(""));
}"""
"""Every pixel's nearest colour of the palette, two pixels in a byte."""
FIT = """() => {
  const title = document.querySelector("h1");
  const rest = document.querySelector(".card p")?.offsetHeight ?? 0;
  let size = 232;
  const isTooLarge = () => title.scrollWidth > title.clientWidth || title.offsetHeight + rest > 480;
  while (size > 64 && isTooLarge()) title.style.fontSize = `${--size}px`;
}"""
"""A long title becomes smaller until it fits."""

Colour = tuple[int, int, int]


def main(slug: str) -> None:
    campaign = next(each for each in library().campaigns if each.slug == slug)
    folder = CAMPAIGN / "campaigns" / slug / "cards"
    folder.mkdir(exist_ok=True)
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET) as browser:
        page = drawing_page(browser.new_page(), static_files())
        for region in (None, *library().regions.values()):
            for language in LANGUAGES:
                file = folder / f"{region.slug if region else NATIONAL}.{language}.png"
                file.write_bytes(draw(page, campaign, region, language))
    drawn = [file.stat().st_size for file in folder.glob("*.png")]
    print(f"{len(drawn)} cards in {folder}, {sum(drawn)} bytes, the heaviest {max(drawn)}")  # noqa: T201  # a script


def draw(page: Page, campaign: Campaign, region: Region | None, language: str) -> bytes:
    """One card as a PNG. `page` comes from `drawing_page`."""
    theme = campaign.theme
    name, place = campaign.names[language], region.names[language] if region else None
    environment = Environment(
        loader=FileSystemLoader([Path(__file__).parent, PACKAGE / "templates"]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = {"language": language, "name": name, "region": place, "shape": theme.shape, "theme": stylesheet(theme)}
    page.set_content(environment.get_template("card.html").render(words))
    page.evaluate("document.fonts.ready")
    page.evaluate(FIT)
    palette = palette_of([theme.field, theme.on_field, theme.figure, SLAT])
    picture = base64.b64encode(page.screenshot()).decode()
    rows = base64.b64decode(page.evaluate(PACKED, [picture, palette]))
    return png_of(rows, palette, drawn_from(name, place, theme))


def palette_of(colours: Sequence[str]) -> list[Colour]:
    """The flat colours, and as many steps between each two as there is room for."""
    flat = [_rgb(colour) for colour in dict.fromkeys(colours)]
    pairs = list(combinations(flat, 2))
    steps = (COLOURS - len(flat)) // len(pairs)
    between = [_mixed(one, other, step / (steps + 1)) for one, other in pairs for step in range(1, steps + 1)]
    return flat + between


def png_of(rows: bytes, palette: Sequence[Colour], description: str) -> bytes:
    """A PNG of indexed colours, four bits each, from packed rows (PNG specification, third edition)."""
    width = WIDTH // 2
    filtered = b"".join(b"\0" + rows[start : start + width] for start in range(0, len(rows), width))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 4, 3, 0, 0, 0)),
            _chunk(b"PLTE", bytes(channel for colour in palette for channel in colour)),
            _chunk(b"iTXt", DESCRIPTION + b"\0\0\0\0\0" + description.encode()),
            _chunk(b"IDAT", zlib.compress(filtered, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _rgb(colour: str) -> Colour:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def drawing_page(page: Page, files: StaticFiles) -> Page:
    """A page of the size of a card that finds the static files without a server."""

    def answer(route: Route) -> None:
        name = route.request.url.removeprefix(ORIGIN + PREFIX).partition("?")[0]
        found = files.pages.get(name)
        kind = dict(found.variants[""].headers)[b"content-type"].decode() if found else "text/html"
        route.fulfill(body=found.body if found else b"<!doctype html>", content_type=kind)

    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    page.emulate_media(color_scheme="light")
    page.route(f"{ORIGIN}/**", answer)
    page.goto(f"{ORIGIN}/")
    return page


if __name__ == "__main__":
    main(sys.argv[1])

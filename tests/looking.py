"""What is wrong with a page on the screen: what axe finds, and what does not fit."""

from typing import Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

Scheme = Literal["light", "dark"]

RUN_AXE = """async (options) => {
  const { violations } = await axe.run(document, options);
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) =>
    `${id}: ${target.join(" ")}: ${failureSummary.split("\\n").slice(1).join("; ").trim()}`));
}"""
BRIEF = {"resultTypes": ["violations"], "preload": False}
"""Before it looks axe would fetch styles once more, and sound: of the rules that are on only one asks for that, about
sound that plays by itself, and a page here may load none (test_headers)."""
ALL_RULES = {**BRIEF, "rules": {"target-size": {"enabled": True}}}
COLOURS = {**BRIEF, "runOnly": ["color-contrast"]}

WIDER_THAN_THE_SCREEN = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
    .map((one) => one.outerHTML.slice(0, 100)).slice(-3).concat(`${document.documentElement.scrollWidth} px wide`)"""
EXIT_IN_VIEW = """() => {
  const exit = document.querySelector("a.exit");
  const { left, right, top, bottom } = exit.getBoundingClientRect();
  const points = [[left + 2, top + 2], [right - 2, top + 2], [left + 2, bottom - 2], [right - 2, bottom - 2]];
  return points.every(([x, y]) => document.elementFromPoint(x, y)?.closest("a.exit") === exit);
}"""
TO_THE_TOP = "() => scrollTo(0, 0)"
TO_THE_END = "() => scrollTo(0, document.documentElement.scrollHeight)"


def faults(page: Page) -> list[str]:
    """What axe finds, in light and in dark."""
    light = faults_in(page, "light")
    page.emulate_media(color_scheme="dark")
    # Nothing but colours differs: the style sheet asks for the scheme nowhere else.
    dark = page.evaluate(RUN_AXE, COLOURS)
    page.emulate_media(color_scheme="light")
    return light + [f"dark: {fault}" for fault in dark]


def faults_in(page: Page, scheme: Scheme) -> list[str]:
    """What axe finds in one colour scheme, by all its rules."""
    page.wait_for_load_state()  # an element may be there before its style sheet is
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    if not page.evaluate("'axe' in window"):
        # By the browser's own tools, since the pages' policy lets no script of others in.
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(RUN_AXE, ALL_RULES)
    return found


def misfits(page: Page) -> list[str]:
    """What does not fit into the screen."""
    page.wait_for_load_state()
    found: list[str] = page.evaluate(WIDER_THAN_THE_SCREEN)
    page.evaluate(TO_THE_TOP)
    if page.locator("a.exit").count():
        found += [] if page.evaluate(EXIT_IN_VIEW) else ["the way out is covered at the top"]
        page.evaluate(TO_THE_END)
        found += [] if page.evaluate(EXIT_IN_VIEW) else ["the way out is covered at the end"]
        page.evaluate(TO_THE_TOP)
    return found

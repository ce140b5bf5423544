"""Links in editors' texts: numbers come from the help lines, and a page that is not shown takes its links along."""

import pytest
from site_world import ALL_ADDRESSES, care_points

from campaign_site.library.documents import rendered
from campaign_site.links import Linker
from campaign_site.rendering import address


def linked(markdown: str, *, guides: dict[str, str] | None = None) -> str:
    shown = guides or {}
    linker = Linker(
        care_points().helplines,
        lambda name, **fields: address(ALL_ADDRESSES, name, "nl", **fields),
        "nl",
        shown,
        () if shown else ("guides",),
    )
    return linker.linked(rendered(markdown)).strip()


def test_a_link_to_a_shown_guide_leads_there() -> None:
    html = linked("[Op school](guide:school)", guides={"school": "op-school"})
    assert html == '<p><a href="/nl/signalen/op-school">Op school</a></p>'


@pytest.mark.parametrize("target", ["guide:school", "page:guides"])
def test_a_paragraph_with_a_link_to_what_is_not_shown_is_left_out(target: str) -> None:
    assert linked(f"Blijf rustig.\n\nLees ook [dit]({target}).\n\nBel 112.") == "<p>Blijf rustig.</p>\n<p>Bel 112.</p>"


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_list_item_with_such_a_link_is_left_out_and_a_list_of_nothing_else_with_it(gap: str) -> None:
    assert linked(f"- Een{gap}- [Twee](guide:school)").count("<li>") == 1
    assert linked(f"- [Een](page:guides){gap}- [Twee](guide:school)") == ""


def test_where_no_paragraph_holds_it_the_words_stay_and_the_link_goes() -> None:
    assert linked("- [Een](guide:school)\n  - Twee").count("<li>") == 2
    assert "guide:school" not in linked("- [Een](guide:school)\n  - Twee")
    assert linked("| a |\n|---|\n| [b](page:guides) |").count("<td>b</td>") == 1


def test_other_links_are_not_touched_by_what_is_left_out() -> None:
    assert linked("[Help](page:help) of <line:veilig-thuis>") == (
        '<p><a href="/nl/hulp">Help</a> of <a href="tel:08002000">0800-2000</a></p>'
    )

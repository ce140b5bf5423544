"""The signal guides, with their index."""

from collections.abc import Iterator, Mapping

from campaign_site.library.entries import Guide
from campaign_site.pages.material import Material, PublicPage
from campaign_site.rendering import address
from tipline.languages import other


def guide_pages(material: Material, language: str) -> Iterator[PublicPage]:
    """Nothing at all while no guide may be shown."""
    shown = material.library.shown_guides(is_demo=material.is_demo)
    if not shown:
        return
    guides = [texts[language] for texts in shown.values()]
    yield material.page("guides", language, {"section": "guides", "guides": guides})
    for texts in shown.values():
        yield _guide(material, texts, language)


def _guide(material: Material, texts: Mapping[str, Guide], language: str) -> PublicPage:
    # Each language has its own word in the address, so the other page is not found by the same fields.
    alternate = address(material.addresses, "guide", other(language), guide=texts[other(language)].slug)
    context = {"section": "guides", "is_section_page": False, "guide": texts[language], "alternate_url": alternate}
    return material.page("guide", language, context, guide=texts[language].slug)

"""The public addresses of the campaign site, by name and language. `routes` turns them into rows, templates into links.

They are stable: people print and share them (docs/decisions/ tells why one ever changed).
"""

from campaign_site.rendering import Addresses

ADDRESSES: Addresses = {
    "home": {"nl": "/nl/", "en": "/en/"},
    "regions": {"nl": "/nl/regio/", "en": "/en/region/"},
    "region": {"nl": "/nl/regio/{region}", "en": "/en/region/{region}"},
    "region_choice": {"nl": "/nl/regio/keuze/{token}", "en": "/en/region/choice/{token}"},
    "municipality": {"nl": "/nl/gemeente/{municipality}", "en": "/en/municipality/{municipality}"},
    "guides": {"nl": "/nl/signalen/", "en": "/en/signals/"},
    "check": {"nl": "/nl/signalen/check", "en": "/en/signals/check"},
    "check_told": {"nl": "/nl/signalen/check/{token}", "en": "/en/signals/check/{token}"},
    "guide": {"nl": "/nl/signalen/{guide}", "en": "/en/signals/{guide}"},
    "about_tip_line": {"nl": "/nl/over-de-meldlijn", "en": "/en/about-the-tip-line"},
    "campaigns": {"nl": "/nl/campagne/", "en": "/en/campaign/"},
    "campaign": {"nl": "/nl/campagne/{campaign}", "en": "/en/campaign/{campaign}"},
    "about": {"nl": "/nl/over", "en": "/en/about"},
    "professionals": {"nl": "/nl/professionals", "en": "/en/professionals"},
    "library": {"nl": "/nl/bibliotheek", "en": "/en/library"},
    "privacy": {"nl": "/nl/privacy", "en": "/en/privacy"},
    "accessibility": {"nl": "/nl/toegankelijkheid", "en": "/en/accessibility"},
    "colophon": {"nl": "/nl/colofon", "en": "/en/colophon"},
    "feed": {"nl": "/nl/feed.xml", "en": "/en/feed.xml"},
    "help": {"nl": "/nl/hulp", "en": "/en/help"},
    "preview": {"nl": "/nl/voorbeeld/{token}", "en": "/en/preview/{token}"},
    "preview_page": {"nl": "/voorbeeld/{token}/{moment}/", "en": "/voorbeeld/{token}/{moment}/"},
}
"""Of the tip line the frame links to `tip_start` and `follow_up`; their addresses are the tip line's own."""

"""What public pages are made from, and the few things all of them need."""

from collections.abc import Mapping
from dataclasses import dataclass

from campaign_site.library.entries import Document, Guide
from campaign_site.library.library import Library
from campaign_site.rendering import Addresses, address
from tipline.care_points import CarePoints
from tipline.geography import Geography
from tipline.languages import other


@dataclass(frozen=True)
class PublicPage:
    """A page that is the same for everyone: its path, and what to render it from."""

    path: str
    template: str
    language: str
    context: Mapping[str, object]


@dataclass(frozen=True)
class Material:
    """Content, geography, care points and addresses, as one value."""

    library: Library
    geography: Geography
    care_points: CarePoints
    addresses: Addresses
    is_demo: bool = False

    def page(self, name: str, language: str, context: Mapping[str, object], **fields: str) -> PublicPage:
        """The page of this name, drawn by the template of the same name. `fields` fill in its address."""
        path = address(self.addresses, name, language, **fields)
        return PublicPage(path, f"pages/{name}.html", language, {**self.alternate(name, language, **fields), **context})

    def alternate(self, name: str, language: str, **fields: str) -> Mapping[str, object]:
        """Where the same page stands in the other language, as a value for its template."""
        return {"alternate_url": address(self.addresses, name, other(language), **fields)}

    def document(self, name: str, language: str) -> Document | None:
        """The text `content/campaign/pages/<name>.<language>.md`, unless it still awaits its review."""
        return self.shown(self.library.pages[name][language])

    def guides(self, language: str) -> Mapping[str, Guide]:
        """The guides that may be shown, by name."""
        shown = self.library.shown_guides(is_demo=self.is_demo)
        return {name: texts[language] for name, texts in shown.items()}

    def shown(self, document: Document | None) -> Document | None:
        """The document, unless it still awaits the one who may judge it."""
        if document is None or not document.is_pending:
            return document
        return document if self.is_demo or self.library.site.publish_unreviewed else None

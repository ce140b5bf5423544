"""Turning templates into pages, in one language at a time.

`tipline` is handed a `Rendering` and never sees Jinja: it asks for a page by the name of its template. Template folders
and text catalogues of both packages are merged here, so that all pages share one frame. Knows nothing of requests.
"""

import contextlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from types import CodeType, MappingProxyType
from urllib.parse import quote

from babel.dates import format_date, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from campaign_site.library.entries import Guide
from campaign_site.links import Linker, tel
from tipline.care_points import Helpline
from tipline.content_files import CONTENT_TIME_ZONE
from tipline.languages import LANGUAGES, other

FRAME_DEFAULTS: Mapping[str, object] = {
    "alternate_url": None,
    "base_url": "",
    "card_url": None,
    "exit": True,
    "exit_url": "/weg",
    "asked_guides": (),
    "foot": "full",
    "has_mail": False,
    "has_puzzle": False,
    "is_section_page": True,
    "is_shared": False,
    "locales": {"nl": "nl_NL", "en": "en_GB"},
    "nav": True,
    "preview": None,
    "section": None,
    "shape": "figure",
    "slot_minutes": 60,
    "theme_url": lambda: None,
    "uses_htmx": False,
    "with_htmx": "finder",
}
"""What the frame assumes where neither a page nor its template says otherwise."""

MOMENT_HOURS = {"nl": "H.mm 'uur'", "en": "H:mm"}

Addresses = Mapping[str, Mapping[str, str]]
"""Name of a page -> language -> its path, with `{fields}` for what varies."""


class UnknownAddressError(LookupError):
    """No page with this name has an address in this language."""


@dataclass(frozen=True)
class Catalogues:
    """The text catalogues of one package: `folder/<language>/LC_MESSAGES/<domain>.po`."""

    folder: Path
    domain: str

    def path(self, language: str) -> Path:
        """The file of one language."""
        return self.folder / language / "LC_MESSAGES" / f"{self.domain}.po"


def address(addresses: Addresses, name: str, language: str, **fields: object) -> str:
    """The path of a page in a language. Raises UnknownAddressError."""
    try:
        pattern = addresses[name][language]
    except KeyError as unknown:
        raise UnknownAddressError(f"{name} ({language})") from unknown
    return pattern.format(**{field: quote(str(value), safe="") for field, value in fields.items()})


class CompiledOnce(BytecodeCache):
    """Compiled templates in memory. All environments are set alike, so what one of them compiled serves the other
    language, and every later reading of the content."""

    def __init__(self) -> None:
        self._compiled: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._compiled.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code:
            self._compiled[bucket.key, bucket.checksum] = bucket.code


COMPILED: BytecodeCache = CompiledOnce()


class Rendering:
    """Pages from templates: one environment per language, made once, given its world and reading no globals."""

    def __init__(
        self,
        template_folders: Sequence[Path],
        catalogues: Sequence[Catalogues],
        addresses: Addresses,
        static: Callable[[str], str],
        helplines: Mapping[str, Helpline],
        values: Mapping[str, object],
        guides: Mapping[str, Mapping[str, Guide]] = MappingProxyType({}),
        asked_guides: Collection[str] = (),
    ) -> None:
        """`values` become available in every template: `site` and `demo` at least. `guides` are those that are shown:
        templates know them as `shown_guides`, in their own language; links to others are left out. `asked_guides` are
        the names of those that the signal check asks about; without any there is no check, and no link to it.

        `static` turns the path of a static file into its versioned address. Where folders hold a template of the same
        name the first one wins, so the campaign site's frame goes before the bare one of `tipline`.
        """
        self._environments = {language: _environment(template_folders, catalogues, language) for language in LANGUAGES}
        for language, environment in self._environments.items():
            url = _addresser(addresses, language)
            shown = {name: texts[language] for name, texts in guides.items()}
            slugs = {name: guide.slug for name, guide in shown.items()}
            left_out = [page for page, there in (("guides", shown), ("check", asked_guides)) if not there]
            environment.filters.update(_link_filters(Linker(helplines, url, language, slugs, left_out)))
            environment.globals.update(FRAME_DEFAULTS, **values)
            environment.globals.update(has_guides=bool(shown), shown_guides=shown, asked_guides=asked_guides)
            environment.globals.update(helplines=helplines, static=static, url=url)
            environment.globals.update(language=language, other_language=other(language))

    def page(self, template: str, language: str, **context: object) -> str:
        """The template as text. Raises jinja2.UndefinedError when the template uses a value that nobody gave."""
        return self._environments[language].get_template(template).render(context)


def _environment(folders: Sequence[Path], catalogues: Sequence[Catalogues], language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        bytecode_cache=COMPILED,
    )
    # Line breaks inside a {% trans %} are layout, not text.
    environment.policies["ext.i18n.trimmed"] = True
    texts = _translations(catalogues, language)
    # Jinja adds this method when the i18n extension is loaded, so its types don't know it.
    environment.install_gettext_callables(texts.ugettext, texts.ungettext, newstyle=True)  # type: ignore[attr-defined]
    environment.globals["_"] = _texts(texts)
    environment.filters.update(
        date=lambda day: format_date(day, "d MMMM y", locale=language),
        moment=lambda instant: moment(instant, language),
        published=lambda text: published(text, language),
        sentence=lambda text: f"{text[:1].upper()}{text[1:].rstrip('.')}.",
        tel=tel,
    )
    return environment


def _texts(translations: Translations) -> Callable[..., Markup]:
    """`_` as templates call it. Jinja's own looks up and fills in each text each time, on a thousand pages."""

    @cache
    def text(english: str) -> Markup:
        return Markup(translations.ugettext(english))  # noqa: S704  # the catalogues are ours and hold markup

    @cache
    def whole(english: str) -> Markup:
        return text(english) % {}

    def said(english: str, **fields: object) -> Markup:
        return text(english) % fields if fields else whole(english)

    return said


def _link_filters(linker: Linker) -> Mapping[str, Callable[..., object]]:
    return {
        "address": linker.address,
        "for_whom": linker.for_whom,
        "hours": linker.hours,
        "linked": linker.linked,
        "number": linker.number,
    }


def _translations(catalogues: Sequence[Catalogues], language: str) -> Translations:
    merged = Translations()
    for catalogue in catalogues:
        merged.merge(_compiled(catalogue, language))
    return merged


@cache  # read once in a process: they are the package's own, while content changes under a running server
def _compiled(catalogue: Catalogues, language: str) -> Translations:
    compiled = BytesIO()
    with catalogue.path(language).open("rb") as source:
        write_mo(compiled, read_po(source, locale=language, domain=catalogue.domain))
    compiled.seek(0)
    return Translations(compiled, domain=catalogue.domain)


def _addresser(addresses: Addresses, language: str) -> Callable[..., str]:
    def url(name: str, *, language: str = language, **fields: object) -> str:
        return address(addresses, name, language, **fields)

    return url


def published(text: str, language: str) -> str:
    """When a source appeared, in words; a year or a month stays as exact as it is."""
    for added, words in (("", "d MMMM y"), ("-01", "MMMM y")):
        with contextlib.suppress(ValueError):
            return format_date(date.fromisoformat(text + added), words, locale=language)
    return text


def moment(instant: datetime, language: str) -> str:
    """An instant in words, in Dutch time, with its year: a page that is kept must not mislead."""
    local = instant.astimezone(CONTENT_TIME_ZONE)
    day = format_date(local.date(), "EEEE d MMMM y", locale=language)
    return f"{day}, {format_time(local.time(), MOMENT_HOURS[language], locale=language)}"

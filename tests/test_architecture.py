"""The arrows that `make check` holds leave no module out."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
FACES = {"app", "desk", "tipster"}
"""The modules of the tip line that speak HTTP."""


def modules_of(package: Path) -> set[str]:
    files = {file.stem for file in package.glob("*.py") if file.stem != "__init__"}
    return files | {folder.parent.name for folder in package.glob("*/__init__.py")}


def contract(words: str) -> dict[str, list[str]]:
    (found,) = [each for each in CONTRACTS if words in each["name"]]
    return dict(found)


def test_every_module_below_the_two_faces_is_kept_from_the_web() -> None:
    kept = {name.removeprefix("tipline.") for name in contract("nobody knows the web")["source_modules"]}
    assert {name for name in kept if "." not in name} == modules_of(ROOT / "tipline") - FACES


def test_every_module_stands_in_a_layer() -> None:
    for words, package in (("The campaign site: ", "site/campaign_site"), ("The tip line: ", "tipline")):
        layers = contract(words)["layers"]
        assert {name for layer in layers for name in layer.split(" | ")} == modules_of(ROOT / package)

"""The words of the repository are true: files that the README and the documents name exist, tables are complete."""

import re
from pathlib import Path

import pytest
from real_content import ROOT

from tipline.storage.tables import metadata

DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
SEALED = {"sealed", "box", "totp_box"}


def table_below(text: str, heading: str) -> list[list[str]]:
    section = text.split(heading, 1)[1].split("\n#", 1)[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("|")
    ]
    return rows[2:]


def test_every_file_in_i_want_to_change_exists() -> None:
    named = re.findall(
        r"`([\w./-]+/[\w./-]*)`", str(table_below((ROOT / "README.md").read_text(), "## I want to change"))
    )
    assert len(named) > 15
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_a_file_leads_somewhere(document: Path) -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", document.read_text()) if "://" not in link]
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_threat_model_lists_every_plain_text_column_and_no_other() -> None:
    rows = table_below((ROOT / "docs/threat-model.md").read_text(), "## What is stored in plain text")
    told = {(table, column.strip()) for table, columns, _ in rows for column in columns.split(",")}
    kept = {(table.name, column.name) for table in metadata.sorted_tables for column in table.columns}
    assert told == {(table, column) for table, column in kept if column not in SEALED}


def test_every_dependency_has_its_reason_in_the_readme() -> None:
    declared = re.search(r"\ndependencies = \[(.*?)\n\]", (ROOT / "pyproject.toml").read_text(), re.DOTALL)
    assert declared
    reasons = "\n".join(row[0] for row in table_below((ROOT / "README.md").read_text(), "## Dependencies"))
    names = re.findall(r'"([a-z0-9-]+)', declared[1])
    assert [name for name in names if name not in reasons] == []


def test_the_lock_file_pins_by_hash_and_names_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert "--hash=sha256:" in lock
    assert "://" not in lock
    assert "--index-url" not in lock


def test_site_is_a_plain_folder() -> None:
    assert not (ROOT / "site" / "__init__.py").exists()

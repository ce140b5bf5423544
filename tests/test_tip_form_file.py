"""A faulty tip_form.toml: every fault is told by file, line, what is wrong and how to mend it."""

from pathlib import Path

import pytest

from tipline.content_files import ContentFaultError
from tipline.questions import MAX_TEXTS, load_questions

FILE = Path(__file__).parents[1] / "content" / "tipline" / "tip_form.toml"
TEXT = FILE.read_text("utf-8")
SAY = """
[[questions]]
id = "say"
kind = "text"
label = { nl = "Zeg", en = "Say" }
hint = { nl = "Zeg iets.", en = "Say something." }
"""


def fault(tmp_path: Path, content: str) -> ContentFaultError:
    file = tmp_path / "tip_form.toml"
    file.write_text(content, "utf-8")
    with pytest.raises(ContentFaultError) as caught:
        load_questions(file)
    assert caught.value.file == file
    return caught.value


def line_of(text: str, marker: str) -> int:
    return text[: text.index(marker)].count("\n") + 1


@pytest.mark.parametrize(
    ("good", "bad", "what", "marker", "cure"),
    [
        # what is written there, what is put in its place, the fault, a word on the line that is named, the cure
        ("required = true", "requird = true", "`requird` is not known", "requird", "required"),
        ("required = true", 'required = "yes"', "`required` is of another kind", 'required = "yes"', "true"),
        ("rows = 8", 'rows = "8"', "`rows` is of another kind", "rows", "rows = 1"),
        ('id = "story"\n', "", "`id` is missing", "[[questions]]", "write id"),
        ('kind = "one"', 'kind = "single"', "`single` is no value of `kind`", '"single"', "text, one, many"),
        ("missing.nl", "mising.nl", "`mising` is not known", "mising", "missing"),
        ('label.en = "Is it', 'label.de = "Is it', "not a text in nl and en", 'label.nl = "Gebeurt', "en ="),
        ('"Is it still going on?"', '""', "not a text in nl and en", 'label.nl = "Gebeurt', "en ="),
        ('{ id = "yes", nl', '{ di = "yes", nl', "`di` is not known", '{ di = "yes"', "id"),
        (', en = "Yes" }', " }", "`en` is missing", '{ id = "yes"', "write en"),
        (
            '{ id = "no", nl',
            '{ id = "yes", nl',
            "choice `yes` stands here twice",
            '{ id = "yes", nl = "Nee"',
            "another",
        ),
        (
            'id = "danger"',
            'id = "story"',
            "question `story` stands here twice",
            'id = "story"\nkind = "one"',
            "another",
        ),
        ('kind = "one"', 'kind = "text"', "a text question offers nothing", "choices = [", "take the choices out"),
        ('kind = "text"', 'kind = "one"', "there is nothing to choose", "[[questions]]", "write choices"),
        ("[[questions]]", "= broken", "this is not TOML", "= broken", "mend the line"),
        ("[[questions]]", "colour = 1\n[[questions]]", "`colour` is not known", "colour", "questions"),
    ],
)
def test_a_fault_is_named_with_line_and_cure(
    tmp_path: Path, good: str, bad: str, what: str, marker: str, cure: str
) -> None:
    assert good in TEXT
    spoiled = TEXT.replace(good, bad, 1)
    told = fault(tmp_path, spoiled)
    assert what in told.what
    assert told.line == line_of(spoiled, marker)
    assert cure in told.how


def test_a_required_question_says_what_is_missing(tmp_path: Path) -> None:
    assert fault(tmp_path, SAY + "required = true\n").what == "`missing` is missing"


def test_a_form_has_room_for_so_many_texts_and_no_more(tmp_path: Path) -> None:
    many = [SAY.replace('"say"', f'"say{number}"') for number in range(MAX_TEXTS + 1)]
    file = tmp_path / "tip_form.toml"
    file.write_text("".join(many[:-1]), "utf-8")
    assert len(load_questions(file)) == MAX_TEXTS
    told = fault(tmp_path, "".join(many))
    assert told.line == "".join(many[:-1]).count("\n") + 4


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("", "asks nothing"),
        ("questions = 1", "`questions` is no table"),
        ("questions = []", "asks nothing"),
        (SAY + "choices = 1", "`choices` is of another kind"),
        (SAY + "choices = [1]", "something else than tables"),
    ],
)
def test_what_is_no_form_is_refused(tmp_path: Path, content: str, what: str) -> None:
    assert what in fault(tmp_path, content).what


def test_a_missing_file_and_one_that_is_no_text_are_faults_too(tmp_path: Path) -> None:
    file = tmp_path / "tip_form.toml"
    with pytest.raises(ContentFaultError, match="line 1: this file is missing"):
        load_questions(file)
    file.write_bytes(b"# a\n# caf\xe9\n")
    with pytest.raises(ContentFaultError, match="line 2: this is not UTF-8"):
        load_questions(file)

"""The tip form's questions: what counts as an answer, and what a faulty file is told."""

import pytest
from real_content import TIPLINE

from tipline.incoming import Incoming
from tipline.questions import (
    MAX_CHARACTERS,
    Question,
    QuestionKind,
    clean,
    faults_of,
    load_questions,
    read_answers,
)

FILE = TIPLINE / "tip_form.toml"


@pytest.fixture(scope="module")
def questions() -> tuple[Question, ...]:
    return load_questions(FILE)


def incoming(**fields: str | tuple[str, ...]) -> Incoming:
    return Incoming({name: (value,) if isinstance(value, str) else value for name, value in fields.items()})


def test_only_the_story_is_required(questions: tuple[Question, ...]) -> None:
    assert [question.id for question in questions if question.required] == ["story"]
    assert faults_of(questions, {}) == {"story": "missing"}
    assert faults_of(questions, {"story": "Iets."}) == {}


def test_every_question_and_choice_speaks_both_languages(questions: tuple[Question, ...]) -> None:
    assert len({question.id for question in questions}) == len(questions)
    for question in questions:
        assert all(question.label[language] and question.hint[language] for language in ("nl", "en"))
        assert (question.kind is QuestionKind.TEXT) == (not question.choices)
        for choice in question.choices:
            assert choice.label["nl"]
            assert question.label_of(choice.id, "en") == choice.label["en"]
        assert question.label_of("gone", "nl") == "gone"


def test_answers_are_read_by_their_question(questions: tuple[Question, ...]) -> None:
    came = incoming(story=" Iets.\r\nNog iets. ", danger="now", source=("online", "seen"), others="")
    assert read_answers(questions, came) == {"story": "Iets.\nNog iets.", "danger": "now", "source": ("seen", "online")}


def test_a_choice_that_is_not_offered_is_dropped(questions: tuple[Question, ...]) -> None:
    came = incoming(story="Iets.", danger="maybe", source=("seen", "evil", "seen"), done=("evil",), age="<b>")
    assert read_answers(questions, came) == {"story": "Iets.", "source": ("seen",)}


def test_a_field_that_is_no_question_is_dropped(questions: tuple[Question, ...]) -> None:
    came = incoming(story="Iets.", care_point="zvh-groningen", lives_elsewhere="x", tip="x", meant_for="x", id="x")
    assert read_answers(questions, came) == {"story": "Iets."}


def test_of_a_doubled_field_the_last_one_counts(questions: tuple[Question, ...]) -> None:
    assert read_answers(questions, incoming(story=("een", "twee"), danger=("now", "no"))) == {
        "story": "twee",
        "danger": "no",
    }


@pytest.mark.parametrize(
    ("length", "fault"), [(0, "missing"), (1, ""), (MAX_CHARACTERS, ""), (MAX_CHARACTERS + 1, "too_long")]
)
def test_the_bound_counts_characters(questions: tuple[Question, ...], length: int, fault: str) -> None:
    answers = read_answers(questions, incoming(story="\U0001f9ff" * length))
    assert faults_of(questions, answers).get("story", "") == fault


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("\x00a\x1b\x7f\x85b\t", "ab"),
        ("e\u0301", "\u00e9"),
        (" \u00a0 \n", ""),
        ("a\tb", "a\tb"),
    ],
)
def test_a_text_is_tidied(typed: str, kept: str) -> None:
    assert clean(typed) == kept
    assert clean(kept) == kept

"""The questions of the tip form, and what counts as an answer. Content decides the words; ids are part of the sealed
format. Knows nothing of pages."""

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tipline import bodies
from tipline.incoming import Incoming

MAX_CHARACTERS = bodies.MAX_TEXT
"""A field's longest text."""
BLANK = "\u115f\u1160\u2800\u3164\uffa0"
"""Signs that Unicode counts as letters or symbols and nobody can see."""
MAX_TEXTS = 3
"""How many text questions there may be: so many of the longest, in letters of four bytes, fit the largest bucket."""

Answers = Mapping[str, str | tuple[str, ...]]


class QuestionKind(StrEnum):
    TEXT = "text"
    ONE = "one"
    MANY = "many"


@dataclass(frozen=True)
class Choice:
    id: str
    label: Mapping[str, str]


@dataclass(frozen=True)
class Question:
    """One question. `label`, `hint` and `missing` are texts by language."""

    id: str
    kind: QuestionKind
    label: Mapping[str, str]
    hint: Mapping[str, str]
    missing: Mapping[str, str]
    choices: tuple[Choice, ...] = ()
    required: bool = False
    rows: int = 4

    def label_of(self, choice_id: str, language: str) -> str:
        """The words of a choice; the id itself when the form no longer has it."""
        return next((choice.label[language] for choice in self.choices if choice.id == choice_id), choice_id)


class QuestionsFaultError(Exception):
    """The tip form's content can't be used."""


def load_questions(file: Path) -> tuple[Question, ...]:
    """Reads tip_form.toml. Raises `QuestionsFaultError` with the file's name and what is wrong."""
    try:
        questions = tuple(map(_question, tomllib.loads(file.read_text("utf-8"))["questions"]))
    except (KeyError, TypeError, ValueError) as fault:
        raise QuestionsFaultError(
            f"{file.name}: {type(fault).__name__} {fault}; compare it with an older copy"
        ) from fault
    if sum(question.kind is QuestionKind.TEXT for question in questions) > MAX_TEXTS:
        raise QuestionsFaultError(f"{file.name}: more than {MAX_TEXTS} text questions; make one of them a choice")
    return questions


def clean(text: str) -> str:
    """What is kept of a typed text: as the sealed format keeps texts (`bodies.tidy`), without space around it. Of one
    that has nothing to see, nothing is kept."""
    tidied = bodies.tidy(text).strip()
    return tidied if any(map(_is_visible, tidied)) else ""


def _is_visible(sign: str) -> bool:
    return unicodedata.category(sign)[0] not in "CZ" and sign not in BLANK


def read_answers(questions: tuple[Question, ...], incoming: Incoming) -> Answers:
    """The answers among the fields that came. Unknown fields and choices that are not offered are dropped."""
    answers: dict[str, str | tuple[str, ...]] = {}
    for question in questions:
        answer = _answer(question, incoming)
        if answer:
            answers[question.id] = answer
    return answers


def faults_of(questions: tuple[Question, ...], answers: Answers) -> dict[str, str]:
    """What stands in the way, by question: `missing` or `too_long`."""
    faults = {}
    for question in questions:
        answer = answers.get(question.id, "")
        if question.required and not answer:
            faults[question.id] = "missing"
        elif isinstance(answer, str) and len(answer) > MAX_CHARACTERS:
            faults[question.id] = "too_long"
    return faults


def _answer(question: Question, incoming: Incoming) -> str | tuple[str, ...]:
    if question.kind is QuestionKind.TEXT:
        return clean(incoming.one(question.id))
    offered = {choice.id for choice in question.choices}
    if question.kind is QuestionKind.ONE:
        chosen = incoming.one(question.id)
        return chosen if chosen in offered else ""
    chosen_ids = set(incoming.all(question.id))
    return tuple(choice.id for choice in question.choices if choice.id in chosen_ids)


def _question(table: Mapping[str, object]) -> Question:
    choices = table.get("choices", [])
    if not isinstance(choices, list):
        raise TypeError("choices")
    return Question(
        id=str(table["id"]),
        kind=QuestionKind(str(table["kind"])),
        label=_texts(table["label"]),
        hint=_texts(table["hint"]),
        missing=_texts(table.get("missing", {"nl": "", "en": ""})),
        choices=tuple(Choice(str(choice["id"]), {"nl": choice["nl"], "en": choice["en"]}) for choice in choices),
        required=bool(table.get("required", False)),
        rows=int(str(table.get("rows", 4))),
    )


def _texts(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise TypeError("a text needs nl and en")
    return {"nl": str(value["nl"]), "en": str(value["en"])}

"""The questions of the tip form, and what counts as an answer. Content decides the words; ids are part of the sealed
format. Knows nothing of pages."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tipline import bodies
from tipline.content_files import Entry, read_document
from tipline.incoming import Incoming
from tipline.languages import LANGUAGES

MAX_CHARACTERS = bodies.MAX_TEXT
"""A field's longest text."""
BLANK = "\u115f\u1160\u2800\u3164\uffa0"
"""Signs that Unicode counts as letters or symbols and nobody can see."""
ROWS = 4
"""How high a text question's field is where the form does not say."""
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
    rows: int = ROWS

    def label_of(self, choice_id: str, language: str) -> str:
        """The words of a choice; the id itself when the form no longer has it."""
        return next((choice.label[language] for choice in self.choices if choice.id == choice_id), choice_id)


def load_questions(file: Path) -> tuple[Question, ...]:
    """Reads tip_form.toml. Raises ContentFaultError."""
    document = read_document(file)
    document.root.only("questions")
    questions: dict[str, Question] = {}
    for entry in document.tables("questions"):
        question = _question(entry)
        if question.id in questions:
            raise entry.fault("id", f"question `{question.id}` stands here twice", "give one of the two another id")
        questions[question.id] = question
        if sum(each.kind is QuestionKind.TEXT for each in questions.values()) > MAX_TEXTS:
            raise entry.fault("kind", f"there are more than {MAX_TEXTS} text questions", "make one of them a choice")
    if not questions:
        raise document.root.fault("questions", "the form asks nothing", "write [[questions]] and its fields below")
    return tuple(questions.values())


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


def cut(answers: Answers) -> Answers:
    """The answers with no text longer than fits: for texts that nobody typed, and so nobody can be asked to shorten."""
    return {name: answer[:MAX_CHARACTERS] for name, answer in answers.items()}


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


def _question(entry: Entry) -> Question:
    entry.only(*Question.__dataclass_fields__)
    kind, is_required = entry.word("kind", QuestionKind), entry.flag("required")
    says_missing = is_required or "missing" in entry.fields
    return Question(
        id=entry.text("id"),
        kind=kind,
        label=entry.by_language("label"),
        hint=entry.by_language("hint"),
        missing=entry.by_language("missing") if says_missing else dict.fromkeys(LANGUAGES, ""),
        choices=_choices(entry, kind),
        required=is_required,
        rows=entry.number("rows") if "rows" in entry.fields else ROWS,
    )


def _choices(entry: Entry, kind: QuestionKind) -> tuple[Choice, ...]:
    choices: dict[str, Choice] = {}
    for each in entry.inline("choices"):
        each.only("id", *LANGUAGES)
        choice = Choice(each.text("id"), {language: each.text(language) for language in LANGUAGES})
        if choice.id in choices:
            raise each.fault("id", f"choice `{choice.id}` stands here twice", "give one of the two another id")
        choices[choice.id] = choice
    if kind is QuestionKind.TEXT and choices:
        raise entry.fault("choices", "a text question offers nothing to choose", "take the choices out")
    if kind is not QuestionKind.TEXT and not choices:
        raise entry.fault("choices", "there is nothing to choose", "write choices, or make it a text question")
    return tuple(choices.values())

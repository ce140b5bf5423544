// The questions of the form: what was answered, what is wrong with it, and the same in another language.

import { MAX_TEXT } from "../formats/bodies.js";
import { clean, faultOf, lengthOf } from "../formats/answers.js";

/** The answers by the questions' ids, as tipline/questions.py reads them. `ids` are the questions. */
export function answersIn(form, ids) {
  return Object.fromEntries(ids.map((id) => [id, answerIn(form, id)]).filter(([, answer]) => answer.length > 0));
}

/** An answer in the words of the form. */
export function wordsOf(form, id) {
  const text = textArea(form, id);
  return text ? clean(text.value) : chosen(form, id).map((field) => field.closest("label").textContent.trim()).join(", ");
}

/** What stands in the way, by question: "missing" or "too_long". */
export function faultsIn(form, ids) {
  const answers = answersIn(form, ids);
  const isRequired = (id) => textArea(form, id)?.getAttribute("aria-required") === "true";
  return Object.fromEntries(ids.map((id) => [id, faultOf(answers[id] ?? "", isRequired(id))]).filter(([, fault]) => fault));
}

/** The values for the words of a fault. */
export function measured(form, id) {
  return { length: lengthOf(clean(textArea(form, id).value)), longest: MAX_TEXT };
}

/** Shows what is wrong at each question, and at no other. `words` are those of each question that has a fault. */
export function mark(form, words, before) {
  for (const old of form.querySelectorAll(".why")) old.remove();
  for (const field of form.querySelectorAll("textarea")) {
    const { id } = field;
    const isWrong = Object.hasOwn(words, id);
    field.closest(".field").classList.toggle("bad", isWrong);
    field.setAttribute("aria-describedby", isWrong ? `${id}-hint ${id}-error` : `${id}-hint`);
    field.toggleAttribute("aria-invalid", false);
    if (isWrong) {
      field.setAttribute("aria-invalid", "true");
      field.before(why(id, `${before} ${words[id]}`));
    }
  }
}

/** Puts everything that stands in one form into another, which asks the same. */
export function carry(from, to) {
  for (const field of from.querySelectorAll("textarea")) {
    const other = textArea(to, field.name);
    if (other) other.value = field.value;
  }
  const isChosen = new Set([...from.querySelectorAll("input:checked")].map(({ name, value }) => `${name} ${value}`));
  for (const field of to.querySelectorAll("input[type=radio], input[type=checkbox]")) {
    field.checked = isChosen.has(`${field.name} ${field.value}`);
  }
}

function answerIn(form, id) {
  const text = textArea(form, id);
  if (text) return clean(text.value);
  const values = chosen(form, id).map((field) => field.value);
  return form.querySelector(`input[type=checkbox][name="${id}"]`) ? values : values.join("");
}

function chosen(form, id) {
  return [...form.querySelectorAll(`input[name="${id}"]:checked`)];
}

function textArea(form, id) {
  return form.querySelector(`textarea[name="${id}"]`);
}

function why(id, words) {
  const line = document.createElement("p");
  line.className = "why";
  line.id = `${id}-error`;
  line.textContent = words;
  return line;
}

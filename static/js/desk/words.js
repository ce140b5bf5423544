// The desk's words and views: they stand in the document as templates, one set for each language. Text goes in as text.

let language = document.documentElement.lang;

/** Takes the templates of this language; false when the document has none. */
export function choose(wanted) {
  if (!template("words", wanted)) return false;
  language = wanted;
  document.documentElement.lang = wanted;
  return true;
}

/** A fresh copy of a view. */
export function view(name) {
  return document.importNode(template(name, language).content, true);
}

/** The place in a view that has this name. */
export function slot(root, name) {
  return root.querySelector(`[data-slot="${name}"]`);
}

/** The words of this name, with `{values}` filled in. */
export function say(name, values = {}) {
  return word(name).textContent.replace(/\{(\w+)\}/g, (whole, key) => String(values[key] ?? whole));
}

/** Whether there are words of this name. */
export function has(name) {
  return word(name) !== undefined;
}

/** "1 answer", "3 answers": the words of this name, or those for one, or for none where there are such. */
export function count(name, number) {
  const special = { 0: `${name}-none`, 1: `${name}-one` }[number];
  return say(special && has(special) ? special : name, { count: number });
}

/** The label of a question; its id when the form no longer has it. */
export function questionLabel(id) {
  return found("questions", id)?.querySelector("dt").textContent ?? id;
}

/** The label of a choice; what was sealed when the question offers no such choice. */
export function choiceLabel(question, choice) {
  const label = found("questions", question)?.querySelector(`[data-choice="${CSS.escape(choice)}"]`);
  return label?.textContent ?? choice;
}

/** An answer to a question in words: what was typed, or the labels of what was chosen. */
export function answerText(question, answer) {
  return [answer].flat().map((choice) => choiceLabel(question, choice)).join(", ");
}

/** The ids of all labels of cases, in their order. */
export function labelIds() {
  return idsOf("labels");
}

/** The words of a label of cases; its id when it is not known any more. */
export function labelName(id) {
  return found("labels", id)?.textContent ?? id;
}

/** The ids of all reasons for closing, in their order. */
export function reasonIds() {
  return idsOf("reasons");
}

/** The words of a reason for closing; its id when it is not known any more. */
export function reasonName(id) {
  return found("reasons", id)?.textContent ?? id;
}

/** The ids of all questions in the order of the form. */
export function questionIds() {
  return idsOf("questions");
}

/** The name of a care point; its id when it is not known any more. */
export function carePointName(id) {
  return found("care-points", id)?.textContent ?? id;
}

/** A date of the server, "2026-11-20", as people read it. */
export function day(date, options = { weekday: "short", day: "numeric", month: "short" }) {
  return new Intl.DateTimeFormat(language, { ...options, timeZone: "UTC" }).format(new Date(`${date}T00:00:00Z`));
}

/** A moment of the server, "2026-11-20T10:02:03+00:00", as people read it where they are. */
export function time(instant) {
  return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(instant));
}

/** How many days ago a date of the server is. */
export function daysSince(date) {
  return Math.max(0, -daysFromToday(date));
}

/** How many days it is until a date of the server; none once it has come. */
export function daysUntil(date) {
  return Math.max(0, daysFromToday(date));
}

/** Dates of the server are those in the Netherlands, and so is today, wherever this browser is. */
function daysFromToday(date) {
  const today = new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/Amsterdam" }).format(Date.now());
  return (Date.parse(date) - Date.parse(today)) / 86_400_000;
}

function template(name, of) {
  return document.querySelector(`template[data-view="${name}"][data-lang="${of}"]`);
}

/** The words of this name, which may stand in any of the templates of words. */
function word(name) {
  const all = document.querySelectorAll(`template[data-view="words"][data-lang="${language}"]`);
  const selector = `[data-word="${CSS.escape(name)}"]`;
  return Array.from(all, (each) => each.content.querySelector(selector)).find((each) => each !== null);
}

function found(name, id) {
  return template(name, language).content.querySelector(`[data-id="${CSS.escape(id)}"]`);
}

function idsOf(name) {
  return [...template(name, language).content.querySelectorAll("[data-id]")].map((each) => each.dataset.id);
}

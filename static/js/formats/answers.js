// What is kept of what was typed into the tip form. The twin of tipline/questions.py; docs/formats.md ("Bodies") fixes it.

import { MAX_TEXT, tidy } from "./bodies.js";

const AROUND = /^(?:(?!\ufeff)\s)+|(?:(?!\ufeff)\s)+$/gu;
const VISIBLE = /[^\p{C}\p{Z}\u115f\u1160\u2800\u3164\uffa0]/u;

/** The text as the sealed format keeps texts, without space around it. Of one that has nothing to see, nothing is kept. */
export function clean(text) {
  const tidied = tidy(text).replace(AROUND, "");
  return VISIBLE.test(tidied) ? tidied : "";
}

/** How many characters a text has. */
export function lengthOf(text) {
  return [...text].length;
}

/** What stands in the way of an answer: "missing", "too_long" or nothing. */
export function faultOf(answer, isRequired) {
  if (isRequired && (answer === undefined || answer.length === 0)) return "missing";
  return typeof answer === "string" && lengthOf(answer) > MAX_TEXT ? "too_long" : "";
}

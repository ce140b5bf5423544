// What the desk says aloud: one line above every view, announced by screen readers, and the title of the document.

import { say } from "./words.js";

const line = document.getElementById("said");

export function announce(words) {
  line.textContent = words;
}

export function title(words) {
  document.title = `${words} – Signaallijn`;
}

/** Shows why something did not work, in a box that takes the focus. */
export function showWrong(box, words) {
  announce("");
  box.querySelector("p").textContent = words;
  box.hidden = false;
  box.focus();
}

export function hideWrong(box) {
  box.hidden = true;
}

export function errorTitle(words) {
  title(say("error-title", { title: words }));
}

// What the desk says aloud: one line above every view, announced by screen readers, and the title of the document.

import { say } from "./words.js";

const line = document.getElementById("said");

export function announce(words) {
  line.textContent = words;
}

export function title(words) {
  document.title = `${words} – Signaallijn`;
}

/** Shows why something did not work, in a box that takes the focus; `field`, if it is about one, says so as well. */
export function showWrong(box, words, field = null) {
  announce("");
  box.querySelector("p").textContent = words;
  box.hidden = false;
  field?.setAttribute("aria-invalid", "true");
  field?.setAttribute("aria-errormessage", box.id);
  box.focus();
}

export function hideWrong(box, field = null) {
  box.hidden = true;
  field?.removeAttribute("aria-invalid");
  field?.removeAttribute("aria-errormessage");
}

export function errorTitle(words) {
  title(say("error-title", { title: words }));
}

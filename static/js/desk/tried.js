// A deed that a form of a page asks for.

import { wordsFor } from "./login.js";
import { SignedOutError } from "./server.js";
import { hideWrong, showWrong } from "./status.js";
import { slot } from "./words.js";

/** Runs a deed of a page; what can be mended is told on the page, and what was typed stays. */
export async function tried(desk, event, deed) {
  event.preventDefault();
  const wrong = slot(desk.view, "wrong");
  hideWrong(wrong);
  try {
    await deed();
  } catch (error) {
    if (error instanceof SignedOutError) desk.signedOut();
    else showWrong(wrong, wordsFor(error));
  }
}

// The same page in the other language, without leaving the document: what was typed must not go to the server for it.

import { fetched, UnreachableError } from "./pages.js";
import { carry } from "./story.js";

const PARTS = [".skip", ".brand", ".demo", ".top", "#content", ".foot"];

/** Turns this document into the story in the other language, with everything that stands in `form`. */
export async function change(form, address) {
  const { page, path } = await fetched(address);
  const other = page.getElementById("tell");
  if (path !== address || !other?.dataset.steps) throw new UnreachableError("no such form");
  carry(form, other);
  for (const selector of PARTS) {
    const now = document.querySelector(selector);
    const then = page.querySelector(selector);
    if (now && then) now.replaceWith(document.importNode(then, true));
  }
  changeExit(page.querySelector("a.exit"));
  document.documentElement.lang = page.documentElement.lang;
  document.title = page.title;
  window.history.replaceState(null, "", path);
}

/** The way out stays the same element: the module that watches it knows no other. */
function changeExit(then) {
  const now = document.querySelector("a.exit");
  if (!now || !then) return;
  now.textContent = then.textContent;
  Object.assign(now.dataset, then.dataset);
}

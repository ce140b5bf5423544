// The page of the care point's key: who holds it, who waits for it, and what is to be done about it.

import { announce } from "./status.js";
import { say, slot, view } from "./words.js";

/** Also for who can't open tips yet: here he is told why, and what he can do. */
export const withoutKey = true;

export async function show(desk) {
  const root = view("keys");
  slot(root, "lacks").textContent = desk.lacks ? say(`lacks-${desk.lacks}`) : "";
  const place = desk.put(root, say("title-keys"));
  announce("");
  place.querySelector("h1").focus();
}

// After a key was renewed: everything of the care point is sealed again to the new key, in this browser. It can be broken off
// and begun again at any time; what is done already is found to be done.

import { get, post, RefusedError } from "./server.js";
import { withStepUp } from "./step_up.js";

const ROUNDS = 4; // what a colleague changes meanwhile is taken along in the next round

/** Seals all again, and drops older keys when nothing is sealed to them any more. `progress(done, all)` counts cases.
 * Gives {name, values}: `all`, `kept` (the older key stays until tomorrow), `unreadable` or `unfinished`. */
export async function sealEverythingAgain(desk, progress) {
  for (let round = 0; round < ROUNDS; round += 1) {
    const { changed, unreadable } = await oneRound(desk, progress);
    if (changed === 0) return unreadable > 0 ? { name: "unreadable", values: { count: unreadable } } : finish(desk);
  }
  return { name: "unfinished", values: {} };
}

async function oneRound(desk, progress) {
  const counts = { changed: 0, unreadable: 0 };
  const seen = new Set();
  for (let next = ""; next !== null; ) {
    const page = await get(`/keys/files${next ? `?after=${encodeURIComponent(next)}` : ""}`);
    const sealed = await desk.vault.ask("sealAgain", { files: page.files });
    for (const [index, file] of page.files.entries()) {
      if (sealed[index] === "unreadable") counts.unreadable += 1;
      else if (sealed[index]) counts.changed += await replaced(file, sealed[index]);
      seen.add(file.tip);
    }
    progress(seen.size, page.all);
    next = page.next;
  }
  return counts;
}

async function replaced({ tip, message }, { seen, sealed }) {
  try {
    await post(`/keys/files/${encodeURIComponent(tip)}`, { message, seen, sealed });
  } catch (error) {
    if (!(error instanceof RefusedError && error.reason === "not_found")) throw error; // changed since: next round
  }
  return 1;
}

async function finish(desk) {
  const { published, today } = desk.keys.point;
  if (today <= published.made_on) return { name: "kept", values: {} };
  const number = published.number;
  const { kept } = await withStepUp(desk, (proof) => post("/keys/finished", { number, ...proof }));
  if (!kept) desk.older = 0;
  return { name: kept ? "kept" : "all", values: {} };
}

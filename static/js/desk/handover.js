// Another care point, on the page of a case: what is offered to us is taken or refused here; what we offer, and with whom
// we share, is told here.

import { wordsFor } from "./login.js";
import { get, post, RefusedError, SignedOutError } from "./server.js";
import { announce, hideWrong, showWrong } from "./status.js";
import { carePointName, day, say, slot, view } from "./words.js";

export const MAX_REASON = 2000;
const TRIES = 3; // the other point may write a note of its own at the same moment
const WORK = ["answer", "note", "work"]; // the forms of a case, which wait until it is taken

/** Fills the case's page: `place` shows it, `again(words)` shows it anew. */
export async function addTo(place, desk, tip, again) {
  const now = await get(`/tips/${tip.id}/handover`);
  if (tip.offered_by) {
    showOffered(place, desk, tip, now, again);
    for (const form of WORK) slot(place, form)?.remove();
    place.querySelector(".keys")?.remove();
  }
  const part = view("others");
  slot(part, "others-now").textContent = standing(tip, now, desk.me.care_point.id);
  slot(part, "handover").href = `#handover-${tip.id}`;
  slot(part, "handover").hidden = Boolean(tip.offered_by) || !tip.told;
  place.querySelector("aside").append(part);
}

/** Who reads it besides us, in a sentence. */
export function standing(tip, now, own) {
  if (now.standing?.by === own) {
    const { to, shared } = now.standing;
    return say(shared ? "sharing-waits" : "handover-waits", { point: carePointName(to) });
  }
  const others = tip.readers.map((reader) => reader.care_point).filter((point) => point !== own);
  return others.length ? say("read-by", { points: others.map(carePointName).join(", ") }) : say("read-by-us");
}

/** One line for each thing that happened between us and other care points. */
export function wayLines(way) {
  return way.map((step) => {
    const line = view("way-step").querySelector("li");
    slot(line, "day").textContent = day(step.happened_on, { day: "numeric", month: "long", year: "numeric" });
    slot(line, "step").textContent = say(`${step.ours ? "we" : "they"}-${step.deed}`, { point: carePointName(step.other) });
    return line;
  });
}

/** Runs a deed for a form, and shows in its box why it could not be done. */
export async function attempt(desk, box, field, deed) {
  hideWrong(box, field);
  try {
    await deed();
  } catch (error) {
    if (error instanceof SignedOutError) desk.signedOut();
    else showWrong(box, error.words ?? wordsFor(error), field);
  }
}

/** What is wrong with what was typed, in words. */
export class TypedError extends Error {
  constructor(words) {
    super(words);
    this.words = words;
  }
}

/** The reason as it was typed. Throws TypedError when there is none, or too much of it. */
export function typedReason(field) {
  const excess = [...field.value].length - MAX_REASON;
  if (!field.value.trim()) throw new TypedError(say("reason-missing"));
  if (excess > 0) throw new TypedError(say("reason-too-long", { count: excess }));
  return field.value;
}

function showOffered(place, desk, tip, now, again) {
  const root = view("offered");
  const point = carePointName(tip.offered_by);
  slot(root, "offered-heading").textContent = say("offered-by", { point });
  slot(root, "offered-what").textContent = say(tip.is_shared ? "offered-to-share" : "offered-to-take", { point });
  const [box, reason] = [slot(root, "offer-wrong"), slot(root, "refusal")];
  slot(root, "take").addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(desk, box, null, async () => {
      await post(`/tips/${tip.id}/handover/take`, {});
      await again(say(tip.is_shared ? "sharing-taken" : "handover-taken", { point }));
    });
  });
  slot(root, "refuse").addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(desk, box, reason, async () => {
      await refuse(desk, tip, typedReason(reason), now.back);
      desk.tips.forget();
      window.location.hash = "#inbox";
      announce(say("offer-refused", { point }));
    });
  });
  place.querySelector(".board").before(root);
}

async function refuse(desk, tip, reason, back) {
  const text = say("refusal-note", { name: desk.me.name, point: desk.me.care_point.name, reason });
  for (let tries = 1; ; tries += 1) {
    if (!back) throw new RefusedError("not_open");
    const language = document.documentElement.lang;
    const note = await desk.vault.ask("sealNoteFor", { id: tip.id, number: back.number, text, language, to: back });
    try {
      await post(`/tips/${tip.id}/handover/refuse`, { number: back.number, note });
      return;
    } catch (error) {
      if (!(error instanceof RefusedError && error.reason === "number_taken") || tries >= TRIES) throw error;
    }
    ({ back } = await get(`/tips/${tip.id}/handover`));
  }
}

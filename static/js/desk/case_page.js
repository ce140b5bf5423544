// The page of one case: reading it marks it read; answering and changing it go from here to the vault and the server.

import { caseView, heading } from "./case.js";
import * as handover from "./handover.js";
import { wordsFor } from "./login.js";
import { post, RefusedError, SignedOutError } from "./server.js";
import { announce } from "./status.js";
import { say } from "./words.js";

const MEANWHILE = ["number_taken", "other_readers"]; // refusals that show the case as it has become

/** `said` is announced once it is shown; `selector` gets the focus. */
export async function show(desk, id, said = "", selector = "h1") {
  let tip = await desk.tips.one(id);
  if (tip.status === "new" && tip.told && !tip.offered_by) {
    await markRead(id);
    tip = { ...tip, status: "read" };
  }
  desk.left = id;
  if (!desk.drafts.has(id)) desk.drafts.set(id, { text: "" });
  const deeds = {
    answer: (text) => answer(desk, tip, text),
    setStatus: (status) => desk.guarded(() => setStatus(desk, id, status)),
  };
  const place = desk.put(caseView(tip, desk.me.holders, desk.drafts.get(id), deeds), heading(tip));
  await handover.addTo(place, desk, tip, (words) => show(desk, id, words));
  announce(said);
  place.querySelector(selector)?.focus();
}

async function markRead(id) {
  try {
    await post(`/tips/${id}/status`, { status: "read", seen: "new" });
  } catch (error) {
    if (!(error instanceof RefusedError && error.reason === "changed_meanwhile")) throw error;
  }
}

/** Seals and sends an answer. Gives the words for why it was not sent, or null. */
async function answer(desk, { id, nextAnswer: number, readers }, text) {
  try {
    const files = await desk.vault.ask("sealAnswer", { tip: id, number, text, readers });
    const fields = Object.entries(files).map(([reader, file]) => [`for:${reader}`, file]);
    await post(`/tips/${id}/answers`, [["number", number], ...fields]);
  } catch (error) {
    if (error instanceof SignedOutError) {
      desk.signedOut();
      return null;
    }
    if (!(error instanceof RefusedError && MEANWHILE.includes(error.reason))) return wordsFor(error);
    await desk.guarded(() => show(desk, id, "", ".thread > li:last-child"));
    announce(say(error.reason));
    return null;
  }
  desk.drafts.delete(id);
  await desk.guarded(() => show(desk, id, say("answer-sent"), ".thread > .ours:last-of-type"));
  return null;
}

async function setStatus(desk, id, status) {
  await post(`/tips/${id}/status`, { status });
  await show(desk, id, say("status-saved", { status: say(`status-${status}`) }), "[data-slot='statuses']");
}

// The page of one case: reading it marks it read; answering, noting and changing it go from here to the vault and the server.

import { caseView, title } from "./case.js";
import * as exporting from "./export.js";
import * as handover from "./handover.js";
import { wordsFor } from "./login.js";
import { address } from "./rows.js";
import { post, RefusedError, SignedOutError } from "./server.js";
import { announce } from "./status.js";
import { say, slot } from "./words.js";

const MEANWHILE = ["number_taken", "other_readers", "addition_meanwhile"]; // these show the case as it has become
const NOTE_TRIES = 3; // colleagues who note at the same moment are numbered one after the other

/** `said` is announced once it is shown; `selector` gets the focus. */
export async function show(desk, id, said = "", selector = "h1") {
  const tip = await markedRead(await desk.tips.one(id));
  if (!desk.isAt("tip", id)) {
    if (said) announce(said);
    return;
  }
  desk.left = id;
  if (!desk.drafts.has(id)) desk.drafts.set(id, { text: "", note: "", chosen: null });
  const draft = desk.drafts.get(id);
  const deeds = {
    answer: (text) => answer(desk, tip, text),
    note: (text) => note(desk, tip, text),
    save: (changes) => save(desk, tip, changes),
  };
  const place = desk.put(caseView(tip, desk, draft, deeds), title(tip));
  if (!tip.offered_by) exporting.addTo(place, desk, tip);
  slot(place, "back").hash = tip.status === "closed" ? "#archive" : "#inbox";
  slot(place, "back").textContent = say(tip.status === "closed" ? "title-archive" : "inbox");
  slot(place, "show-news").addEventListener("click", () => desk.guarded(() => show(desk, id, "", "h1")));
  desk.shortcuts.use(keys(desk, id));
  desk.looking.use((isWanted) => look(desk, tip, isWanted));
  announce(said);
  (wanted(desk, place) ?? place.querySelector(selector))?.focus();
  await handover.addTo(place, desk, tip, (words) => show(desk, id, words));
}

function wanted(desk, place) {
  const name = desk.wants;
  desk.wants = null;
  return name && slot(place, name);
}

async function markedRead(tip) {
  // Also one that did not open: nothing that is sent may tell whether it did. An offer is read once it is taken.
  if (tip.status !== "new" || tip.offered_by) return tip;
  try {
    await post(`/tips/${tip.id}/status`, { status: "read", seen: "new" });
    return { ...tip, status: "read", changes: tip.changes + 1 };
  } catch (error) {
    if (isRefused(error, ["changed_meanwhile"])) return tip; // a colleague was faster; the next look shows it
    throw error;
  }
}

function keys(desk, id) {
  const at = desk.order.indexOf(id);
  const go = (to) => {
    if (to) window.location.hash = address(to);
  };
  return {
    r: () => slot(desk.view, "answer-text")?.focus(),
    n: () => slot(desk.view, "note-text")?.focus(),
    u: () => slot(desk.view, "back").click(),
    j: () => go(desk.order[at + 1]),
    k: () => go(at > 0 ? desk.order[at - 1] : undefined),
  };
}

/** Nobody asked for this: that something changed is said, and what stands on the page stays as it is. */
async function look(desk, tip, isWanted) {
  const now = await desk.tips.glance(tip.id);
  const news = slot(desk.view, "news");
  if (!isWanted() || now?.changes === tip.changes || !news?.hidden) return;
  news.hidden = false;
  announce(say("news-here"));
}

/** Seals and sends an answer. Gives the words for why it was not sent, or null. */
async function answer(desk, { id, nextAnswer: number, additions, readers }, text) {
  return done(desk, id, async () => {
    await desk.refuseOlderKey();
    const files = await desk.vault.ask("sealAnswer", { tip: id, number, text, readers });
    await post(`/tips/${id}/answers`, [["number", number], ["additions", additions], ...forReaders(files)]);
    desk.drafts.get(id).text = "";
    await show(desk, id, say("answer-sent"), ".thread > .ours:last-of-type");
  });
}

/** Seals and keeps a note. Gives the words for why it was not kept, or null. */
async function note(desk, { id, nextNote }, text) {
  return done(desk, id, async () => {
    await desk.refuseOlderKey();
    for (let number = nextNote; ; number += 1) {
      const files = await desk.vault.ask("sealNote", { tip: id, number, text });
      try {
        await post(`/tips/${id}/notes`, [["number", number], ...forReaders(files)]);
        break;
      } catch (error) {
        if (!isRefused(error, ["number_taken"]) || number - nextNote >= NOTE_TRIES) throw error;
      }
    }
    desk.drafts.get(id).note = "";
    await show(desk, id, say("note-kept"), ".thread > .memo:last-of-type");
  });
}

/** Saves what was changed beside the case, each as long as it stands as it was seen. Gives the words for why not, or null. */
async function save(desk, tip, { status, reason, to, labels }) {
  const { id } = tip;
  const posts = [];
  if (labels) posts.push(["labels", [...labels.map((each) => ["label", each]), ...tip.labels.map((each) => ["seen", each])]]);
  if (to !== undefined) posts.push(["assigned", { to, seen: tip.assigned_to }]);
  if (status) posts.push(["status", { status, reason, seen: tip.status }]);
  if (posts.length === 0) {
    announce(say("nothing-changed"));
    return null;
  }
  const draft = desk.drafts.get(id);
  try {
    for (const [path, fields] of posts) await post(`/tips/${id}/${path}`, fields);
  } catch (error) {
    if (!isRefused(error, ["changed_meanwhile"])) return wordsOf(desk, error);
    await desk.guarded(() => show(desk, id, say("changed_meanwhile"), "[data-slot='statuses']"));
    return null;
  }
  draft.chosen = null;
  const only = status && posts.length === 1;
  const words = only ? say("status-saved", { status: say(`status-${status}`) }) : say("saved");
  await desk.guarded(() => show(desk, id, words, "[data-slot='statuses']"));
  return null;
}

/** Does a deed. Gives the words for why it was not done, or null; what a colleague did meanwhile is shown. */
async function done(desk, id, deed) {
  try {
    await deed();
  } catch (error) {
    if (!isRefused(error, MEANWHILE)) return wordsOf(desk, error);
    await desk.guarded(() => show(desk, id, "", ".thread > li:last-child"));
    announce(say(error.reason));
  }
  return null;
}

function wordsOf(desk, error) {
  if (!(error instanceof SignedOutError)) return wordsFor(error);
  desk.signedOut();
  return null;
}

function isRefused(error, reasons) {
  return error instanceof RefusedError && reasons.includes(error.reason);
}

function forReaders(files) {
  return Object.entries(files).map(([reader, file]) => [`for:${reader}`, file]);
}

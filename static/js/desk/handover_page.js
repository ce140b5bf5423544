// The page on which a case is offered to another care point: to whom, how, and why. The vault seals it again; the files go
// in several posts, and the other point sees nothing until the last one came.

import { address } from "./rows.js";
import { attempt, standing, typedReason, TypedError, wayLines } from "./handover.js";
import { element } from "./parts.js";
import { get, post, RefusedError } from "./server.js";
import { announce, title } from "./status.js";
import { carePointName, say, slot, view } from "./words.js";

const MOST_BYTES = 100 * 1024; // the server takes 128 KB at once
const MOST_FILES = 30; // and 40 fields
const TRIES = 3; // as often as somebody may write while it is being sealed

export async function show(desk, id, said = "", selector = "h1") {
  const tip = await desk.tips.one(id);
  const now = await get(`/tips/${id}/handover`);
  const own = desk.me.care_point.id;
  const isOffered = Boolean(now.standing);
  const root = view("handover");
  slot(root, "back").href = address(id);
  slot(root, "others-now").textContent = standing(tip, now, own);
  slot(root, "way").append(...wayLines(now.way));
  slot(root, "way-part").hidden = now.way.length === 0;
  slot(root, "nobody").hidden = isOffered || now.points.length > 0;
  slot(root, "offer").hidden = isOffered || now.points.length === 0 || !tip.told;
  const waiting = now.standing?.by === own ? [now.standing.to] : now.begun;
  slot(root, "withdrawals").append(...waiting.map((to) => withdrawal(desk, id, to, now)));
  prepareOffer(root, desk, tip, now.points);
  const place = desk.put(root, say("title-handover"));
  announce(said);
  place.querySelector(selector)?.focus();
}

/** A form that takes back an offer, or drops one that was begun. */
function withdrawal(desk, id, to, now) {
  const root = view("withdrawal");
  const point = carePointName(to);
  const isBegun = !now.standing;
  slot(root, "withdraw-words").textContent = say(isBegun ? "offer-begun" : "offer-stands", { point });
  slot(root, "withdraw-button").textContent = say(isBegun ? "drop-offer" : "withdraw-offer");
  const box = slot(root, "withdraw-wrong");
  slot(root, "withdraw").addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(desk, box, null, async () => {
      await post(`/tips/${id}/handover/withdraw`, { to });
      await show(desk, id, say(isBegun ? "offer-dropped" : "offer-withdrawn", { point }));
    });
  });
  return root;
}

function prepareOffer(root, desk, { id, told }, points) {
  const [form, choice, reason, box] = ["offer", "points", "reason", "wrong"].map((name) => slot(root, name));
  for (const point of points) {
    const option = element("option", carePointName(point.care_point));
    option.value = point.care_point;
    choice.append(option);
  }
  choice.addEventListener("change", async () => {
    const to = points.find((point) => point.care_point === choice.value);
    slot(form, "key-part").hidden = !to;
    slot(form, "left-out").hidden = !told?.leftOut.includes(choice.value);
    slot(form, "key").textContent = to ? await desk.vault.ask("fingerprintOf", to) : "";
  });
  // What is being typed outlives the end of a session, with the other drafts.
  reason.value = desk.drafts.get(`handover-${id}`)?.text ?? "";
  reason.addEventListener("input", () => desk.drafts.set(`handover-${id}`, { text: reason.value }));
  let isBusy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isBusy) return;
    isBusy = true;
    title(say("title-handover"));
    await attempt(desk, box, null, async () => {
      const to = points.find((point) => point.care_point === choice.value);
      const shared = new FormData(form).get("how");
      if (!to) throw new TypedError(say("point-missing"));
      if (!shared) throw new TypedError(say("how-missing"));
      await offer(desk, id, to, shared === "share", typedReason(reason));
      desk.drafts.delete(`handover-${id}`);
      const words = say(shared === "share" ? "sharing-offered" : "handover-offered", { point: carePointName(to.care_point) });
      await show(desk, id, words);
    });
    isBusy = false;
  });
}

/** Seals everything for the other point and sends it. Whoever writes meanwhile makes the server refuse the last part: then
 * all is fetched and sealed anew, so that the other point misses nothing. */
async function offer(desk, id, to, isShared, reason) {
  const text = say("offer-note", { name: desk.me.name, point: desk.me.care_point.name, reason });
  const language = document.documentElement.lang;
  const note = await desk.vault.ask("sealNoteFor", { id, number: 1, text, language, to });
  for (let tries = 1; ; tries += 1) {
    announce(say("sealing-case"));
    const { named, sealed, messages } = await desk.tips.one(id);
    const files = messages.map(({ kind, number, named: names, sealed: file }) => ({ kind, number, named: names, sealed: file }));
    const own = await desk.vault.ask("sealForOther", { id, named, sealed, messages: files, to });
    const common = [["to", to.care_point], ["key", to.key]];
    for (const [index, part] of parts(Object.entries(own.messages)).entries()) {
      const fields = part.map(([name, file]) => [`file:${name}`, file]);
      await post(`/tips/${id}/handover/files`, [...common, ["first", index === 0 ? "yes" : ""], ...fields]);
    }
    try {
      const last = [["shared", isShared ? "yes" : ""], ["tip", own.tip], ["note", note], ["left_out", own.leftOut.join(" ")]];
      await post(`/tips/${id}/handover/offer`, [...common, ...last]);
      return;
    } catch (error) {
      if (!(error instanceof RefusedError && error.reason === "incomplete") || tries >= TRIES) throw error;
    }
  }
}

/** The files in parts that fit into a post each; at least one part, perhaps empty. */
function parts(files) {
  const all = [[]];
  let bytes = 0;
  for (const [name, file] of files) {
    if (bytes + file.length > MOST_BYTES || all.at(-1).length >= MOST_FILES) {
      all.push([]);
      bytes = 0;
    }
    all.at(-1).push([name, file]);
    bytes += file.length;
  }
  return all;
}

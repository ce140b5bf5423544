// The page of the care point's key: who holds it, who waits for it, and what is to be done about it.

import { wordsFor } from "./login.js";
import { element } from "./parts.js";
import { grantOf, isApproved } from "./point.js";
import { sealEverythingAgain } from "./sealing_again.js";
import { post, SignedOutError } from "./server.js";
import { announce, hideWrong, showWrong } from "./status.js";
import { withStepUp } from "./step_up.js";
import { day, say, slot, view } from "./words.js";

const LONG = { day: "numeric", month: "long", year: "numeric" };

/** Also for who can't open tips yet: here he is told why, and what he can do. */
export const withoutKey = true;

export async function show(desk, _rest = "", said = "", selector = "h1") {
  await desk.look();
  if (desk.isOutdated) {
    await desk.openPoint(); // which comes back here
    return;
  }
  const root = view("keys");
  const { point, codes } = desk.keys;
  slot(root, "lacks").textContent = desk.lacks ? say(`lacks-${desk.lacks}`) : "";
  slot(root, "lacks-part").hidden = !desk.lacks;
  slot(root, "again").addEventListener("click", () => desk.guarded(() => lookAgain(desk)));
  slot(root, "own-code").textContent = grouped(codes.own);
  fillPublished(root, point);
  fillPeople(root, desk);
  fillProposal(root, desk);
  fillSheet(root, desk);
  fillOlder(root, desk);
  slot(root, "open-point").hidden = point.published !== null || isMine(desk.keys);
  slot(root, "renew").hidden = point.published === null || desk.lacks !== null;
  const place = desk.put(root, say("title-keys"));
  announce(said);
  place.querySelector(selector)?.focus();
}

async function lookAgain(desk) {
  await desk.openPoint();
  announce(say(desk.lacks ? "still-lacks" : "opened"));
}

/** A code of 25 digits as it is read out. */
export function grouped(code) {
  return code === null ? say("nothing") : code.match(/.{5}/g).join(" ");
}

/** A link's address from which the browser saves this sealed file, base64url, under a name. */
export function offer(link, name, sealed) {
  const bytes = Uint8Array.from(atob(sealed.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
  link.href = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  link.download = name;
}

export function rescueName(carePoint, number) {
  return `${carePoint}-rescue-${number}.age`;
}

function fillPublished(root, { published, is_open: isOpen }) {
  slot(root, "published").hidden = published === null;
  if (!published) return;
  slot(root, "number").textContent = String(published.number);
  slot(root, "made-on").textContent = day(published.made_on, LONG);
  slot(root, "key-code").textContent = grouped(published.fingerprint);
  slot(root, "open").textContent = say(isOpen ? "point-open" : "point-closed");
  slot(root, "closed").hidden = isOpen;
}

function fillPeople(root, desk) {
  const { point } = desk.keys;
  const rows = point.people.filter((person) => !person.ended_on).map((person) => personRow(desk, person));
  slot(root, "people").append(...rows);
}

function personRow(desk, person) {
  const { point, codes } = desk.keys;
  const row = view("keys-person").querySelector("li");
  const isMe = person.id === point.me;
  slot(row, "name").textContent = isMe ? say("name-you", { name: person.name }) : person.name;
  slot(row, "code").textContent = grouped(isMe ? codes.own : codes.people[person.id]);
  const state = stateOf(desk.keys, person);
  slot(row, "state").textContent = say(`person-${state.name}`, state.values);
  slot(row, "give").hidden = state.name !== "waits" || desk.lacks !== null || isMe;
  slot(row, "give").addEventListener("click", () => desk.guarded(() => give(desk, person)));
  slot(row, "revoke").hidden = isMe || !point.may_revoke;
  slot(row, "acts").hidden = slot(row, "give").hidden && slot(row, "revoke").hidden;
  slot(row, "revoke").addEventListener("click", () => desk.guarded(() => askRevoke(desk, row, person)));
  return row;
}

/** How far this person is on the way to holding the published key. */
function stateOf(keys, person) {
  const { published } = keys.point;
  if (!published) return { name: "enrolled" };
  if (!isApproved(keys, person)) return { name: "unapproved" };
  const grant = grantOf(keys, person, published.number);
  if (!grant) return { name: "waits" };
  return grant.proved_on ? { name: "proved", values: { day: day(grant.proved_on, LONG) } } : { name: "given" };
}

async function give(desk, person) {
  const { published } = desk.keys.point;
  announce(say("sealing-key"));
  const { number, sealed } = await desk.vault.ask("grantKey", { recipient: person.recipient, published });
  await withStepUp(desk, (proof) => post("/keys/grants", { coordinator: person.id, number, sealed, ...proof }));
  await show(desk, "", say("key-given", { name: person.name }), "#keys-people");
}

/** The first press asks, the second does it: access that ended does not come back. */
async function askRevoke(desk, row, person) {
  const sure = slot(row, "sure");
  if (sure.hidden) {
    sure.hidden = false;
    slot(row, "sure-words").textContent = say("revoke-sure", { name: person.name });
    slot(row, "sure-words").focus();
    return;
  }
  await withStepUp(desk, (proof) => post("/keys/revoked", { coordinator: person.id, ...proof }));
  await show(desk, "", say("revoked", { name: person.name }), "#alarms, h1");
}

function fillProposal(root, desk) {
  const { point, proposal, codes } = desk.keys;
  const pending = point.proposal;
  slot(root, "proposal").hidden = pending === null;
  if (!pending) return;
  const maker = point.people.find((person) => person.id === pending.made_by);
  slot(root, "proposal-told").textContent = say("proposal-told", {
    name: maker?.name ?? say("nothing"),
    number: pending.number,
    day: day(pending.made_on, LONG),
  });
  slot(root, "proposal-mine").hidden = !isMine(desk.keys);
  slot(root, "proposal-other").hidden = proposal !== null;
  if (!isMine(desk.keys)) return;
  const list = slot(root, "proposal-codes");
  const add = (name, code) => list.append(element("dt", say(name)), codeElement(code));
  add("code-key", proposal.key);
  if (!point.published) add("code-you", codes.own);
  if (proposal.sheet) add("code-sheet", proposal.sheet);
  slot(root, "command").textContent = `signaallijn desk approve ${point.care_point}`;
}

/** Whether a key waits for approval that this coordinator made, and that is still what he made. */
function isMine({ proposal }) {
  return proposal !== null && proposal !== "forged";
}

function codeElement(code) {
  const made = element("dd", grouped(code));
  made.className = "readout";
  return made;
}

function fillSheet(root, desk) {
  const { point } = desk.keys;
  const { published, sheet } = point;
  const isThere = Boolean(published?.recovery_sheet && sheet);
  slot(root, "sheet").hidden = !published;
  slot(root, "sheet-there").hidden = !isThere;
  slot(root, "sheet-none").hidden = isThere;
  if (!isThere) return;
  const on = sheet.practised_on;
  slot(root, "practised").textContent = on ? say("practised-on", { day: day(on, LONG) }) : say("never-practised");
  offer(slot(root, "rescue"), rescueName(point.care_point, published.number), sheet.sealed);
  slot(root, "practise-button").textContent = say(desk.lacks ? "recover" : "practise");
  const form = slot(root, "practise");
  const text = slot(root, "typed");
  const wrong = slot(root, "wrong");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    hideWrong(wrong, text);
    try {
      await (desk.lacks ? recover : practise)(desk, text.value);
    } catch (error) {
      if (error instanceof SignedOutError) desk.signedOut();
      else showWrong(wrong, wordsFor(error), text);
    }
  });
}

async function practise(desk, typed) {
  const { point } = desk.keys;
  const { number } = await desk.vault.ask("practise", forSheet(point, typed));
  await post("/keys/practised", { number });
  await desk.reload();
  await show(desk, "", say("sheet-works"), "#keys-sheet");
}

/** Takes the key from the sheet, and gives it to oneself. */
async function recover(desk, typed) {
  const { point } = desk.keys;
  const { number, sealed } = await desk.vault.ask("recover", forSheet(point, typed));
  await withStepUp(desk, (proof) => post("/keys/grants", { coordinator: point.me, number, sealed, ...proof }));
  await post("/keys/practised", { number });
  announce(say("recovered"));
  await desk.openPoint();
}

function forSheet({ care_point: carePoint, published, sheet }, typed) {
  return { typed, carePoint, published, sealed: sheet.sealed };
}

function fillOlder(root, desk) {
  slot(root, "older").hidden = desk.older === 0;
  const button = slot(root, "seal-again");
  const bar = slot(root, "seal-progress");
  const told = slot(root, "seal-told");
  button.addEventListener("click", () =>
    desk.guarded(async () => {
      button.hidden = true;
      bar.hidden = false;
      try {
        const outcome = await sealEverythingAgain(desk, (done, all) => {
          bar.max = Math.max(all, 1);
          bar.value = Math.min(done, all);
          announce(say("sealing-again", { done, all }));
        });
        told.textContent = say(`sealed-${outcome.name}`, outcome.values);
        announce(told.textContent);
      } finally {
        button.hidden = false;
        bar.hidden = true;
      }
      button.focus();
    }),
  );
}


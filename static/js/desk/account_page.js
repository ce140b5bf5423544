// The page of one's own access: passkeys, passphrase and codes, sessions, mail, language, and the digits of one's own key.

import * as digits from "../formats/digits.js";
import { make } from "./passkey.js";
import { get, post, RefusedError, SignedOutError } from "./server.js";
import { NewSecondWay } from "./second_way.js";
import { announce } from "./status.js";
import { withStepUp } from "./step_up.js";
import { tried } from "./tried.js";
import { day, say, slot, time, view } from "./words.js";

/** Also for who can't open tips yet. */
export const withoutKey = true;

export async function show(desk, rest) {
  if (rest === "passphrase") await makeSecondWay(desk);
  else await showAccount(desk);
}

/** Shows the page; `said` is announced when it stands. */
async function showAccount(desk, said = "") {
  const account = await get("/account");
  const root = view("account");
  slot(root, "lacks").textContent = desk.lacks ? say(`lacks-${desk.lacks}`) : "";
  slot(root, "fingerprint").textContent = digits.grouped(await desk.vault.ask("ownFingerprint"));
  slot(root, "no-passkeys").hidden = account.passkeys.length > 0;
  slot(root, "passkeys").append(...account.passkeys.map((passkey) => passkeyRow(desk, passkey)));
  slot(root, "sessions").append(...account.sessions.map((session) => sessionRow(desk, session)));
  slot(root, "add").addEventListener("submit", (event) => tried(desk, event, () => addPasskey(desk)));
  const language = slot(root, "language");
  language.elements.language.value = account.language;
  language.addEventListener("submit", (event) => tried(desk, event, () => setLanguage(desk, language)));
  const mail = slot(root, "mail");
  slot(root, "wants-mail").checked = account.wants_mail;
  slot(root, "mail-label").textContent = say("mail-to", { address: account.email });
  mail.addEventListener("submit", (event) => tried(desk, event, () => setMail(mail)));
  const place = desk.put(root, say("title-account"));
  place.querySelector("h1").focus();
  announce(said);
}

// Passkeys

function passkeyRow(desk, { id, name, added_on: added }) {
  const root = view("account-passkey");
  const field = slot(root, "name");
  field.id = `passkey-${id}`;
  field.value = name;
  slot(root, "label").htmlFor = field.id;
  slot(root, "added").textContent = say("added-on", { day: day(added) });
  slot(root, "added").id = `added-${id}`;
  field.setAttribute("aria-describedby", `added-${id}`);
  const remove = slot(root, "remove");
  remove.setAttribute("aria-describedby", field.id);
  slot(root, "rename").addEventListener("submit", (event) =>
    tried(desk, event, async () => {
      if (!field.value.trim()) throw new RefusedError("device-missing");
      await post(`/account/passkeys/${id}/name`, { name: field.value });
      announce(say("passkey-named"));
    }),
  );
  remove.addEventListener("click", (event) => tried(desk, event, () => removePasskey(desk, id)));
  return root;
}

async function addPasskey(desk) {
  const name = slot(desk.view, "device").value.trim();
  if (!name) throw new RefusedError("device-missing");
  const salt = document.getElementById("door").dataset.salt;
  const { challenge, coordinator, passkeys } = await get("/account/passkeys/new");
  const who = { coordinator, login: desk.me.login, name: desk.me.name };
  announce(say("touch"));
  const { credential, evaluated } = await make({ ...who, challenge, salt, known: passkeys });
  const details = { evaluated, login: desk.me.login, carePoint: desk.me.care_point.id };
  const wrapped = await desk.vault.ask("wrapForPasskey", details, [evaluated.buffer]);
  await withStepUp(desk, () => post("/account/passkeys", { credential, name, wrapped }));
  await showAccount(desk, say("passkey-added"));
}

async function removePasskey(desk, id) {
  await withStepUp(desk, (proof) => post(`/account/passkeys/${id}/remove`, proof), { eitherWay: true });
  await showAccount(desk, say("passkey-removed"));
}

// Passphrase and codes

async function makeSecondWay(desk) {
  const who = {
    login: desk.me.login,
    salt: document.getElementById("door").dataset.salt,
    carePoint: desk.me.care_point.id,
  };
  const words = { titles: [say("title-new-passphrase"), say("title-new-codes")], finish: say("finish") };
  const put = (root, told) => desk.put(root, told).querySelector("h1").focus();
  announce("");
  await new NewSecondWay(desk.vault, who, put, words).make(
    (kept) => withStepUp(desk, () => post("/account/second-way", kept)),
    (error) => error instanceof SignedOutError,
  );
  window.history.replaceState(null, "", "#account");
  await showAccount(desk, say("second-way-replaced"));
}

// Sessions, mail and language

function sessionRow(desk, session) {
  const root = view("account-session");
  const [began, used] = [time(session.began), time(session.last_used)];
  slot(root, "way").textContent = say(`by-${session.way}`);
  slot(root, "times").textContent = say(session.is_this ? "session-this" : "session-times", { began, used });
  slot(root, "end").hidden = session.is_this;
  slot(root, "times").id = `session-${session.id}`;
  slot(root, "end").setAttribute("aria-describedby", `session-${session.id}`);
  slot(root, "end").addEventListener("click", (event) =>
    tried(desk, event, async () => {
      await post(`/account/sessions/${session.id}/end`, {});
      await showAccount(desk, say("session-gone"));
    }),
  );
  return root;
}

async function setMail(form) {
  await post("/account/mail", { wanted: form.elements.wanted.checked ? "yes" : "no" });
  announce(say("mail-saved"));
}

async function setLanguage(desk, form) {
  await post("/account/language", { language: form.elements.language.value });
  // Only a fresh document has the words of the other language; the key must be opened again in it.
  window.location.reload();
}

// The ceremony of an invitation: name, passkey, passphrase, codes. The coordinator's key is made in the vault and leaves it
// only sealed to what will unlock it. Nothing is kept on the server before the last step, and then all of it at once.

import * as digits from "../formats/digits.js";
import { wordsFor } from "./login.js";
import { arePossible, make } from "./passkey.js";
import { post, RefusedError } from "./server.js";
import { NewSecondWay } from "./second_way.js";
import { announce, errorTitle, hideWrong, showWrong, title } from "./status.js";
import { VaultLine } from "./vault_line.js";
import { choose, say, slot, view } from "./words.js";

const TO_BEGIN = ["login_taken", "not_a_login"]; // refusals at the end that lead back to a step
const TO_PASSKEY = ["stale_challenge", "wrong_passkey"];

class Ceremony {
  #place = document.getElementById("invite");
  #salt = this.#place.dataset.salt;
  #token = window.location.hash.slice(1);
  #vault = new VaultLine();
  #invitation = null;
  #who = { name: "", login: "", language: document.documentElement.lang };
  #recipient = null;
  #passkey = {}; // the fields about a passkey; none when there is none

  async begin() {
    try {
      this.#invitation = await post("/invite/look", { token: this.#token });
    } catch (error) {
      if (isRefusal(error, ["invitation_gone"])) this.#put(view("gone"), say("gone"));
      else announce(wordsFor(error));
      return;
    }
    this.#askWho();
  }

  #put(root, words) {
    this.#place.replaceChildren(root);
    title(words);
    announce("");
    this.#place.querySelector("h1").focus();
  }

  // Step 1

  #askWho(error = null) {
    const root = view("begin");
    const { email, role, care_point: point } = this.#invitation;
    const named = [point.name, point.region].filter(Boolean).join(", ");
    slot(root, "for").textContent = say(role === "coordinator" ? "invited" : "invited-lead", { email, point: named });
    const [name, login] = [slot(root, "name"), slot(root, "login")];
    [name.value, login.value] = [this.#who.name, this.#who.login];
    for (const radio of root.querySelectorAll("[name=language]")) {
      radio.checked = radio.value === this.#who.language;
      radio.addEventListener("change", () => this.#speak(radio.value, name.value, login.value));
    }
    this.#form(root, say("step-1"), async () => {
      if (!name.value.trim()) throw new RefusedError("name-missing");
      const taken = await post("/invite/login", { token: this.#token, login: login.value });
      this.#who = { ...this.#who, name: name.value.trim(), login: taken.login };
      this.#askPasskey();
    });
    this.#put(root, say("step-1"));
    if (error) this.#show(error, say("step-1"));
  }

  #speak(language, name, login) {
    choose(language);
    this.#who = { name, login, language };
    this.#askWho();
    this.#place.querySelector(`[value="${language}"]`).focus();
  }

  // Step 2

  #askPasskey(error = null) {
    const root = view("passkey");
    const name = slot(root, "name");
    this.#passkey = {};
    slot(root, "without").addEventListener("click", () => this.#makeSecondWay());
    this.#form(root, say("step-2"), async () => {
      if (!name.value.trim()) throw new RefusedError("device-missing");
      await this.#makePasskey(name.value.trim());
      await this.#makeSecondWay();
    });
    slot(root, "form").hidden = !arePossible();
    this.#put(root, say("step-2"));
    if (error) this.#show(error, say("step-2"));
  }

  async #makePasskey(name) {
    await this.#makeKey();
    const { challenge, coordinator } = this.#invitation;
    announce(say("touch"));
    const { credential, evaluated } = await make({ ...this.#who, challenge, coordinator, salt: this.#salt });
    const details = { evaluated, login: this.#who.login, carePoint: this.#invitation.care_point.id };
    const wrapped = await this.#vault.ask("wrapForPasskey", details, [evaluated.buffer]);
    this.#passkey = { credential, passkey_name: name, "wrapped:passkey": wrapped };
  }

  async #makeKey() {
    this.#recipient ??= (await this.#vault.ask("makeOwn")).recipient;
  }

  // Steps 3 and 4

  async #makeSecondWay() {
    announce(say("making"));
    await this.#makeKey();
    const who = { login: this.#who.login, salt: this.#salt, carePoint: this.#invitation.care_point.id };
    const words = { titles: [say("step-3"), say("step-4")], finish: say("finish") };
    const secondWay = new NewSecondWay(this.#vault, who, (root, told) => this.#put(root, told), words);
    try {
      await secondWay.make((kept) => this.#join(kept), isElsewhere);
      await this.#showDone();
    } catch (error) {
      if (isRefusal(error, TO_BEGIN)) this.#askWho(error);
      else if (isRefusal(error, TO_PASSKEY)) await this.#beginPasskeyAgain(error);
      else if (isElsewhere(error)) this.#put(view("gone"), say("gone"));
      else throw error;
    }
  }

  async #join({ half, wrapped, totp_secret: secret, code }) {
    announce(say("joining"));
    await post("/invite", {
      token: this.#token,
      ...this.#who,
      recipient: this.#recipient,
      half,
      totp_secret: secret,
      code,
      "wrapped:passphrase": wrapped,
      ...this.#passkey,
    });
  }

  async #beginPasskeyAgain(error) {
    this.#invitation = await post("/invite/look", { token: this.#token });
    this.#askPasskey(error);
  }

  async #showDone() {
    const root = view("done");
    slot(root, "fingerprint").textContent = digits.grouped(await this.#vault.ask("ownFingerprint"));
    this.#vault.end();
    window.history.replaceState(null, "", "/invite"); // used up: nothing to keep in the history
    this.#put(root, say("done"));
  }

  // What all steps share

  #form(root, words, deed) {
    const wrong = slot(root, "wrong");
    let isBusy = false;
    slot(root, "form").addEventListener("submit", async (event) => {
      event.preventDefault();
      if (isBusy) return;
      isBusy = true;
      hideWrong(wrong);
      try {
        await deed();
      } catch (error) {
        this.#show(error, words);
      } finally {
        isBusy = false;
      }
    });
  }

  #show(error, words) {
    errorTitle(words);
    showWrong(slot(this.#place, "wrong"), wordsFor(error));
  }
}

function isElsewhere(error) {
  return isRefusal(error, [...TO_BEGIN, ...TO_PASSKEY, "invitation_gone"]);
}

function isRefusal(error, reasons) {
  return error instanceof RefusedError && reasons.includes(error.reason);
}

await new Ceremony().begin();

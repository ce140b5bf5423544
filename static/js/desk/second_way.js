// A new second way in two steps: a fresh passphrase, of which part is typed back, and a fresh secret of codes, of which the
// first code is typed. Serves the invitation and the page of one's own access.

import { wordsFor } from "./login.js";
import { qrCode } from "./qr.js";
import { RefusedError } from "./server.js";
import { errorTitle, hideWrong, showWrong } from "./status.js";
import { say, slot, view } from "./words.js";

const GROUPS = 5;
const SECRET = 20; // bytes, as RFC 4226 asks
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** `put(root, title)` shows a step. `titles` are those of the two steps, `finish` the words on the last button. */
export class NewSecondWay {
  #vault;
  #who; // { login, salt, carePoint }
  #put;
  #words;

  constructor(vault, who, put, words) {
    this.#vault = vault;
    this.#who = who;
    this.#put = put;
    this.#words = words;
  }

  /** Leads through both steps. `keep({half, wrapped, totp_secret, code})` posts what is to be kept; when it throws, its
   * error is shown at the last step, unless `isElsewhere(error)`: then this ends with it. */
  async make(keep, isElsewhere = () => false) {
    const passphrase = await this.#vault.ask("newPassphrase");
    await this.#showPassphrase(passphrase);
    const kept = await this.#vault.ask("wrapForPassphrase", { passphrase, ...this.#who });
    await this.#showCodes((codes) => keep({ ...kept, ...codes }), isElsewhere);
  }

  #showPassphrase(passphrase) {
    const root = view("new-passphrase");
    const [one, two] = chosen();
    const [title] = this.#words.titles;
    slot(root, "heading").textContent = title;
    slot(root, "passphrase").textContent = passphrase;
    slot(root, "label-one").textContent = say("group", { number: one + 1 });
    slot(root, "label-two").textContent = say("group", { number: two + 1 });
    const groups = passphrase.split("-");
    const fields = [slot(root, "one"), slot(root, "two")];
    return this.#step(root, title, async () => {
      const typed = fields.map((field) => sameAs(field.value));
      if (typed[0] !== groups[one] || typed[1] !== groups[two]) throw new RefusedError("groups-differ");
    });
  }

  #showCodes(keep, isElsewhere) {
    const root = view("new-codes");
    const [, title] = this.#words.titles;
    const secret = newSecret();
    slot(root, "heading").textContent = title;
    slot(root, "finish").textContent = this.#words.finish;
    slot(root, "secret").textContent = secret.match(/.{4}/g).join(" ");
    slot(root, "qr").append(qrCode(addressFor(this.#who.login, secret), say("qr-of-codes")));
    const code = slot(root, "code");
    return this.#step(
      root,
      title,
      async () => {
        if (!code.value.trim()) throw new RefusedError("code-missing");
        await keep({ totp_secret: secret, code: code.value });
      },
      isElsewhere,
    );
  }

  /** Shows a step and waits until its form was sent and `check` threw nothing. */
  #step(root, title, check, isElsewhere = () => false) {
    const wrong = slot(root, "wrong");
    const form = slot(root, "form");
    let isBusy = false;
    return new Promise((resolve, reject) => {
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        if (isBusy) return;
        isBusy = true;
        hideWrong(wrong);
        try {
          await check();
          resolve();
        } catch (error) {
          if (isElsewhere(error)) reject(error);
          else {
            errorTitle(title);
            showWrong(wrong, wordsFor(error));
          }
        } finally {
          isBusy = false;
        }
      });
      this.#put(root, title);
    });
  }
}

/** Two of the groups, by chance, the first one first. */
function chosen() {
  const numbers = Array.from({ length: GROUPS }, (_, index) => index);
  const drawn = crypto.getRandomValues(new Uint32Array(GROUPS));
  return numbers.sort((one, other) => drawn[one] - drawn[other]).slice(0, 2).sort();
}

/** What was typed, as the passphrase is read: see docs/formats.md ("Passphrases"). */
function sameAs(typed) {
  return typed.replace(/[\s-]/g, "").toLowerCase().replaceAll("o", "0").replace(/[il]/g, "1");
}

function newSecret() {
  const bits = Array.from(crypto.getRandomValues(new Uint8Array(SECRET)), (byte) => byte.toString(2).padStart(8, "0"));
  return bits.join("").match(/.{5}/g).map((five) => BASE32[parseInt(five, 2)]).join("");
}

/** The address by which apps take a secret of codes over. */
function addressFor(login, secret) {
  return `otpauth://totp/Signaallijn:${encodeURIComponent(login)}?secret=${secret}&issuer=Signaallijn`;
}

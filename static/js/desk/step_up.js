// Proving oneself anew, for what asks that: a passkey, or where there is none the passphrase and an unused code.

import { wordsFor } from "./login.js";
import { arePossible, NoPasskeyError, sign } from "./passkey.js";
import { get, post, RefusedError } from "./server.js";
import { hideWrong, showWrong } from "./status.js";
import { say, slot, view } from "./words.js";

const NO_PROOFS = ["wrong", "code_used", "too_many", "second_way_lost", "wrong_passkey", "stale_challenge", "code-missing"];

/** Runs a deed that may ask for a proof anew. When it does, asks the coordinator for it over the page, which stays as it
 * is, and runs the deed again. Gives what the deed gives. Throws what the deed throws, and RefusedError("not_proved") when
 * the coordinator would rather not.
 *
 * `deed(proof)` posts the fields of `proof` along with its own. They are empty, but for addresses that take a proof either
 * way (`eitherWay`): there who lost his passkey gives passphrase and code with the deed itself. */
export async function withStepUp(desk, deed, { eitherWay = false } = {}) {
  try {
    return await deed({});
  } catch (error) {
    if (!isRefusal(error, ["step_up"])) throw error;
  }
  const ways = await get("/step-up");
  return new Question(desk, deed, ways, eitherWay).answered;
}

class Question {
  answered;
  #desk;
  #deed;
  #goesAlong; // the second way is sent with the deed, since it is no proof by itself
  #dialog;
  #wrong;
  #settle;
  #isBusy = false;

  constructor(desk, deed, ways, eitherWay) {
    this.#desk = desk;
    this.#deed = deed;
    this.#goesAlong = ways.passkeys.length > 0;
    document.body.append(view("step-up"));
    this.#dialog = document.getElementById("step-up");
    this.#wrong = slot(this.#dialog, "wrong");
    slot(this.#dialog, "passkey").hidden = !this.#goesAlong || !arePossible();
    slot(this.#dialog, "passkey").addEventListener("click", () => this.#try(() => this.#byPasskey()));
    slot(this.#dialog, "second-way").hidden = this.#goesAlong && !eitherWay;
    slot(this.#dialog, "lost").hidden = !this.#goesAlong || !eitherWay;
    slot(this.#dialog, "second-way").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#try(() => this.#bySecondWay());
    });
    slot(this.#dialog, "cancel").addEventListener("click", () => this.#dialog.close());
    this.#dialog.addEventListener("close", () => this.#end((_, reject) => reject(new RefusedError("not_proved"))));
    this.answered = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.#dialog.showModal();
  }

  async #try(proving) {
    if (this.#isBusy) return;
    this.#isBusy = true;
    hideWrong(this.#wrong);
    try {
      const result = await proving();
      this.#end((resolve) => resolve(result));
    } catch (error) {
      if (this.#isOwn(error)) showWrong(this.#wrong, wordsFor(error));
      else this.#end((_, reject) => reject(error));
    } finally {
      this.#isBusy = false;
    }
  }

  async #byPasskey() {
    const salt = document.getElementById("door").dataset.salt;
    const { passkeys, challenge } = await get("/step-up"); // anew: a challenge counts once
    const { credential } = await sign({ challenge, salt, only: passkeys });
    await post("/step-up", { credential });
    return this.#deed({});
  }

  async #bySecondWay() {
    const code = slot(this.#dialog, "code").value;
    if (!code.trim()) throw new RefusedError("code-missing");
    const half = await this.#desk.vault.ask("signInHalf", {
      passphrase: slot(this.#dialog, "passphrase").value,
      login: this.#desk.me.login,
      salt: document.getElementById("door").dataset.salt,
    });
    if (this.#goesAlong) return this.#deed({ half, code });
    await post("/step-up", { half, code });
    return this.#deed({});
  }

  /** Whether this is about the proof: then it is asked for again. */
  #isOwn(error) {
    if (error instanceof NoPasskeyError || error.name === "NotAPassphraseError") return true;
    return isRefusal(error, NO_PROOFS);
  }

  #end(settle) {
    settle(this.#settle.resolve, this.#settle.reject);
    this.#dialog.close(); // gives the focus back to where it was
    this.#dialog.remove();
  }
}

function isRefusal(error, reasons) {
  return error instanceof RefusedError && reasons.includes(error.reason);
}

// The door of the desk: signing in with login, passphrase and code, or only unlocking, when the session still lasts.
//
// The passphrase goes to the vault, which gives back the half that signs in. It is typed once.

import { arePossible, KnownPasskeyError, NoPasskeyError, NoPrfError, sign } from "./passkey.js";
import { get, OfflineError, post, RefusedError, SignedOutError } from "./server.js";
import { announce, errorTitle, hideWrong, showWrong, title } from "./status.js";
import { has, say } from "./words.js";

const VAULT_WORDS = {
  NotAPassphraseError: "not-a-passphrase",
  WrongPassphraseError: "wrong-passphrase",
  AlarmError: "alarm-key",
  KeyRenewedError: "key-renewed",
  NotApprovedError: "alarm-not-approved",
  ForgedProposalError: "alarm-proposal",
  AnotherSheetError: "another-sheet",
  NotASheetError: "not-a-sheet",
  WrongPasskeyError: "wrong_passkey",
};
const PASSKEY_WORDS = [
  [NoPasskeyError, "no-passkey"],
  [NoPrfError, "no-prf"],
  [KnownPasskeyError, "known-passkey"],
];
const KEY_FAULTS = ["NotYourKeyError", "WrongKindError", "WrongNumberError", "WrongCarePointError", "AlteredFileError"];

export class Door {
  #section = document.getElementById("door");
  #form = document.getElementById("door-form");
  #wrong = document.getElementById("errors");
  #login = document.getElementById("login");
  #passphrase = document.getElementById("passphrase");
  #code = document.getElementById("code");
  #reveal = document.getElementById("reveal");
  #byPasskey = document.getElementById("door-passkey");
  #isBusy = false;
  #mode; // sign-in: all fields; unlock: the passphrase only
  #vault;
  #enter;

  /** `enter(login, language)` opens what is behind the door; language is null when the document has the right one. */
  constructor(vault, enter) {
    this.#vault = vault;
    this.#enter = enter;
    this.#mode = this.#section.dataset.login ? "unlock" : "sign-in";
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(() => this.#open());
    });
    this.#byPasskey.hidden = !arePossible();
    this.#byPasskey.addEventListener("click", () => this.#submit(() => this.#openByPasskey()));
    this.#reveal.addEventListener("change", () => {
      this.#passphrase.type = this.#reveal.checked ? "text" : "password";
    });
    for (const button of this.#section.querySelectorAll("[data-use]")) {
      button.addEventListener("click", () => this.#fillIn(button.closest("li")));
    }
  }

  /** Shows the door, to sign in anew; `why` says what closed it. */
  close(why) {
    this.#mode = "sign-in";
    this.#showMode();
    this.#section.hidden = false;
    title(say("title-sign-in"));
    showWrong(this.#wrong, why);
  }

  hide() {
    this.#section.hidden = true;
    this.#form.reset();
    this.#passphrase.type = "password";
    hideWrong(this.#wrong);
  }

  async #submit(opening) {
    if (this.#isBusy) return;
    this.#isBusy = true;
    hideWrong(this.#wrong);
    try {
      await opening();
    } catch (error) {
      this.#refuse(error);
    } finally {
      this.#isBusy = false;
    }
  }

  async #open() {
    const login = this.#mode === "unlock" ? this.#section.dataset.login : this.#login.value;
    if (!login.trim()) throw new RefusedError("login-missing");
    if (this.#mode === "sign-in" && !this.#code.value.trim()) throw new RefusedError("code-missing");
    announce(say("stretching"));
    const half = await this.#vault.ask("stretch", {
      passphrase: this.#passphrase.value,
      login,
      salt: this.#section.dataset.salt,
    });
    let language = null;
    if (this.#mode === "sign-in") {
      announce(say("signing-in"));
      ({ language } = await post("/login", { login, half, code: this.#code.value }));
      this.#mode = "unlock"; // the code is used: what still goes wrong now needs the passphrase only
      this.#section.dataset.login = login;
    }
    announce(say("unlocking"));
    await this.#enter(login, language);
  }

  /** One touch: what the passkey signs is sent, what it evaluates goes to the vault and nowhere else. */
  async #openByPasskey() {
    const salt = this.#section.dataset.salt;
    const { challenge } = await get("/login/challenge");
    announce(say("touch"));
    const { credential, evaluated } = await sign({ challenge, salt });
    if (evaluated) await this.#vault.ask("takePasskey", { evaluated }, [evaluated.buffer]);
    announce(say("signing-in"));
    const { language, login } = await post("/login/passkey", { credential });
    this.#mode = "unlock"; // signed in: what still goes wrong now needs the passphrase only
    this.#section.dataset.login = login;
    if (!evaluated) throw new NoPrfError("evaluates nothing");
    announce(say("unlocking"));
    await this.#enter(login, language);
  }

  #refuse(error) {
    if (error instanceof SignedOutError) {
      this.close(say("session-ended"));
      return;
    }
    this.#showMode();
    errorTitle(say(`title-${this.#mode}`));
    showWrong(this.#wrong, wordsFor(error));
  }

  #showMode() {
    document.getElementById("door-heading").textContent = say(`title-${this.#mode}`);
    document.getElementById("door-button").textContent = say(`button-${this.#mode}`);
    for (const part of this.#section.querySelectorAll("[data-for]")) part.hidden = part.dataset.for !== this.#mode;
  }

  #fillIn(person) {
    for (const value of person.querySelectorAll("[data-fill]")) {
      document.getElementById(value.dataset.fill).value = value.textContent;
    }
    document.getElementById("door-button").focus();
  }
}

/** The words for an error that a person can do something about. */
export function wordsFor(error) {
  if (error instanceof OfflineError) return say("offline");
  for (const [kind, words] of PASSKEY_WORDS) if (error instanceof kind) return say(words);
  if (error instanceof RefusedError && has(error.reason)) return say(error.reason);
  if (Object.hasOwn(VAULT_WORDS, error.name)) return say(VAULT_WORDS[error.name]);
  return say(KEY_FAULTS.includes(error.name) ? "not-your-key" : "fault");
}

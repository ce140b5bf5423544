// The desk: one document from the door to signing out. The address's fragment says which view is shown.

import { caseView, heading } from "./case.js";
import { address, inbox } from "./inbox.js";
import { Door, wordsFor } from "./login.js";
import { get, post, RefusedError, SignedOutError, whenHeard } from "./server.js";
import { announce, title } from "./status.js";
import { Tips } from "./tips.js";
import { VaultLine } from "./vault_line.js";
import { choose, say, slot, view } from "./words.js";

const TIP = /^#tip-([0-9a-f-]{36})$/;
const OF_A_VIEW = /^(#(tip-.*|inbox)?)?$/;

class Desk {
  #vault = new VaultLine();
  #tips = new Tips(this.#vault);
  #door = new Door(this.#vault, (login, language) => this.#enter(login, language));
  #view = document.getElementById("view");
  #bar = document.getElementById("bar");
  #me = null;
  #drafts = new Map(); // tip id -> { text }: what is being typed outlives the end of a session
  #left = null; // the tip that was open last, to which the focus returns in the list
  #idle = 0;

  constructor() {
    window.addEventListener("hashchange", () => this.#show());
    // Back from elsewhere must not find an open desk.
    window.addEventListener("pagehide", () => this.#vault.end());
    window.addEventListener("pageshow", (event) => event.persisted && window.location.reload());
    whenHeard(() => this.#waitAgain());
  }

  async #enter(login, language) {
    if (language && !choose(language)) {
      window.location.replace("/"); // this document has no words for this coordinator
      return;
    }
    const keys = await get("/keys");
    try {
      const { number } = await this.#vault.ask("unlock", {
        carePoint: keys.care_point.id,
        wrapped: keys.wrapped,
        grants: keys.grants,
        published: keys.published,
      });
      await post("/keys/opened", { number });
    } catch (error) {
      if (error.name !== "AlarmError") throw error;
      this.#alarm();
      return;
    }
    if (this.#me && this.#me.login !== keys.login) this.#drafts.clear();
    this.#me = await get("/keys"); // again: this very unlocking is now among the proofs
    this.#door.hide();
    this.#fillBar();
    window.history.replaceState(null, "", `/${OF_A_VIEW.test(window.location.hash) ? window.location.hash : ""}`);
    announce(say("opened"));
    await this.#show();
  }

  async #show() {
    if (!this.#me || !OF_A_VIEW.test(window.location.hash)) return;
    const id = TIP.exec(window.location.hash)?.[1];
    await this.#guarded(() => (id ? this.#showCase(id) : this.#showInbox()));
  }

  async #showInbox(looked = false) {
    const all = await this.#tips.all((done, of) => announce(say("opening", { done, all: of })));
    const { root, unread } = inbox(all, this.#me.holders, () => this.#guarded(() => this.#showInbox(true)));
    this.#put(root, say("title-inbox", { count: unread }));
    announce(looked ? say("looked", { count: unread }) : "");
    const row = this.#left && this.#view.querySelector(`a[href="${address(this.#left)}"]`);
    const target = looked ? slot(this.#view, "refresh") : row;
    this.#left = null;
    (target ?? this.#view.querySelector("h1")).focus();
  }

  async #showCase(id, said = "", selector = "h1") {
    let tip = await this.#tips.one(id);
    if (tip.status === "new" && tip.told) {
      const { status } = await post(`/tips/${id}/status`, { status: "read", seen: "new" });
      tip = { ...tip, status };
    }
    this.#left = id;
    if (!this.#drafts.has(id)) this.#drafts.set(id, { text: "" });
    const deeds = {
      answer: (number, text) => this.#answer(id, number, text),
      setStatus: (status) => this.#guarded(() => this.#setStatus(id, status)),
    };
    this.#put(caseView(tip, this.#me.holders, this.#drafts.get(id), deeds), heading(tip));
    announce(said);
    this.#view.querySelector(selector)?.focus();
  }

  /** Seals and sends an answer. Gives the words for why it was not sent, or null. */
  async #answer(id, number, text) {
    try {
      const { forTipster, forDesk } = await this.#vault.ask("sealAnswer", { tip: id, number, text });
      await post(`/tips/${id}/answers`, { number, for_tipster: forTipster, for_desk: forDesk });
    } catch (error) {
      if (error instanceof SignedOutError) {
        this.#signedOut();
        return null;
      }
      if (!(error instanceof RefusedError && error.reason === "number_taken")) return wordsFor(error);
      await this.#guarded(() => this.#showCase(id, "", ".thread > li:last-child"));
      announce(say("number_taken"));
      return null;
    }
    this.#drafts.delete(id);
    await this.#guarded(() => this.#showCase(id, say("answer-sent"), ".thread > .ours:last-of-type"));
    return null;
  }

  async #setStatus(id, status) {
    await post(`/tips/${id}/status`, { status });
    const words = say("status-saved", { status: say(`status-${status}`) });
    await this.#showCase(id, words, "[data-slot='statuses']");
  }

  #put(root, words) {
    this.#view.replaceChildren(root);
    this.#view.hidden = false;
    title(words);
    slot(this.#bar, "inbox").toggleAttribute("aria-current", false);
    if (!TIP.test(window.location.hash)) slot(this.#bar, "inbox").setAttribute("aria-current", "page");
  }

  #fillBar() {
    this.#emptyBar();
    const bar = view("bar");
    const { name, region } = this.#me.care_point;
    slot(bar, "care-point").textContent = [name, region].filter(Boolean).join(", ");
    slot(bar, "name").textContent = this.#me.name;
    this.#bar.append(bar);
  }

  #emptyBar() {
    while (this.#bar.children.length > 1) this.#bar.lastElementChild.remove();
  }

  #alarm() {
    this.#vault.ask("lock");
    this.#door.hide();
    this.#view.replaceChildren(view("alarm"));
    this.#view.hidden = false;
    title(say("title-alarm"));
    this.#view.querySelector("h1").focus();
  }

  /** Runs a deed; the end of the session leads to the door, anything else is said. */
  async #guarded(deed) {
    try {
      await deed();
    } catch (error) {
      if (error instanceof SignedOutError) this.#signedOut();
      else announce(wordsFor(error));
    }
  }

  /** The session ended: keys and everything that was opened are forgotten, what was being typed is not. */
  #signedOut() {
    clearTimeout(this.#idle);
    this.#vault.ask("lock");
    this.#tips.forget();
    this.#view.replaceChildren();
    this.#view.hidden = true;
    this.#emptyBar();
    this.#door.close(say("session-ended"));
  }

  #waitAgain() {
    clearTimeout(this.#idle);
    const seconds = Number(document.getElementById("door").dataset.idleSeconds);
    this.#idle = setTimeout(() => this.#me && this.#signedOut(), seconds * 1000);
  }
}

new Desk();

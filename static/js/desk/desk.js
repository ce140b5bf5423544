// The desk: one document from the door to signing out. The address's fragment says which page is shown: `#name`, or
// `#name-rest`. Each page is a module of its own with `show(desk, rest)`; this one says who is in, and gives them what they
// share.

import * as accountPage from "./account_page.js";
import * as archivePage from "./archive_page.js";
import * as casePage from "./case_page.js";
import * as ceremonyPage from "./ceremony_page.js";
import { Choice } from "./choosing.js";
import { Colleagues } from "./colleagues.js";
import * as handoverPage from "./handover_page.js";
import { Idle } from "./idle.js";
import * as inboxPage from "./inbox_page.js";
import * as keysPage from "./keys_page.js";
import { Door, wordsFor } from "./login.js";
import { Looking } from "./looking.js";
import { element } from "./parts.js";
import * as peoplePage from "./people_page.js";
import * as pointsPage from "./points_page.js";
import { alarmsOf, look } from "./point.js";
import { get, post, RefusedError, SignedOutError, whenHeard } from "./server.js";
import { Shortcuts } from "./shortcuts.js";
import { announce, title } from "./status.js";
import { Tips } from "./tips.js";
import * as trailPage from "./trail_page.js";
import { VaultLine } from "./vault_line.js";
import { choose, say, slot, view } from "./words.js";

const PAGES = {
  inbox: inboxPage,
  archive: archivePage,
  tip: casePage,
  handover: handoverPage,
  keys: keysPage,
  ceremony: ceremonyPage,
  people: peoplePage,
  points: pointsPage,
  trail: trailPage,
  account: accountPage,
};
const FIRST = "inbox";
const KEYS = { name: "keys", page: keysPage, rest: "" };
const ALARMS = { AlarmError: "alarm", OwnKeyAlarmError: "alarm-own" }; // what the vault refused -> the view that says so
const ADDRESS = /^#([a-z]+)(?:-(.*))?$/;

class Desk {
  vault = new VaultLine();
  tips = new Tips(this.vault);
  lacks = null; // "key" or "grant" while this coordinator can't open tips yet
  number = null; // of the care point's key that is open
  older = 0; // how many keys before the published one are still there
  keys = null; // what this browser knows of the care point's key: see point.js
  me = null; // what the server says of this coordinator, once the keys are open
  colleagues = new Colleagues();
  drafts = new Map(); // tip id -> { text, note, chosen }: what is being typed outlives the end of a session
  choice = new Choice(); // what the lists show
  order = []; // the tips of the list that was seen last, as they stood there
  left = null; // the tip that was open last, to which the focus returns in the list
  wants = null; // the slot of the next page that is to have the focus
  shortcuts = new Shortcuts();
  looking = new Looking(document.getElementById("door").dataset, () => this.signedOut());
  #door = new Door(this.vault, (login, language) => this.#enter(login, language));
  #shown = FIRST; // the name of the page that is shown
  #view = document.getElementById("view");
  #bar = document.getElementById("bar");
  #turns = 0; // how many pages were asked for
  #lastShown = 0; // the turn of the last of them that stands
  #idle = new Idle(
    Number(document.getElementById("door").dataset.idleSeconds),
    () => this.signedOut(),
    (deed) => this.guarded(deed),
  );

  constructor() {
    window.addEventListener("hashchange", () => this.#show());
    // Back from elsewhere must not find an open desk.
    window.addEventListener("pagehide", () => this.vault.end());
    window.addEventListener("pageshow", (event) => event.persisted && window.location.reload());
    whenHeard(() => this.#view.hidden || this.#idle.begin());
  }

  async #enter(login, language) {
    if (language && !choose(language)) {
      window.location.replace("/"); // this document has no words for this coordinator
      return;
    }
    const keys = await get("/keys");
    if (!(await this.#opens("unlock", keys))) return;
    if (this.me && this.me.login !== keys.login) this.#forgetTyped();
    await this.colleagues.load();
    await this.reload();
    await this.look();
    this.#door.hide();
    this.#idle.begin();
    this.#fillBar();
    window.history.replaceState(null, "", `/${this.#page() ? window.location.hash : ""}`);
    announce(say("opened"));
    await this.#show();
  }

  /** Opens the care point's key in the vault, by this deed. False when the vault raised an alarm, which is shown. */
  async #opens(deed, { care_point: { id: carePoint }, recipient, wrapped, grants, published }) {
    try {
      const opened = await this.vault.ask(deed, { carePoint, recipient, wrapped, grants, published });
      this.lacks = opened.lacks ?? null;
      this.number = opened.number ?? null;
      this.older = opened.older ?? 0;
      if (!this.lacks) await post("/keys/opened", { number: opened.number });
      return true;
    } catch (error) {
      if (!Object.hasOwn(ALARMS, error.name)) throw error;
      this.#alarm(ALARMS[error.name]);
      return false;
    }
  }

  /** Tries again to open the care point's key: meanwhile it may have been published, or given. */
  async openPoint() {
    if (!(await this.#opens("reopen", await get("/keys")))) return;
    await this.reload();
    await this.#show();
  }

  /** Whether a newer key was published than the one that is open. */
  get isOutdated() {
    return this.number !== null && this.keys.point.published?.number !== this.number;
  }

  /** Refuses to seal anything to a key that was renewed since it was opened here. */
  async refuseOlderKey() {
    const { published } = await get("/keys");
    if (published?.number !== this.number) throw new RefusedError("key-renewed");
  }

  /** Asks again what the server says of this coordinator: every unlocking is among the proofs from then on. */
  async reload() {
    this.me = await get("/keys");
  }

  /** Looks at the care point's key, and shows every alarm on whatever page is open. */
  async look() {
    this.keys = await look(this.vault);
    const words = alarmsOf(this.keys).map(({ name, values }) => say(`alarm-${name}`, values));
    const box = document.getElementById("alarms");
    box.hidden = words.length === 0;
    if (box.dataset.words === words.join("\n")) return; // said once, not at every page
    box.dataset.words = words.join("\n");
    const alarms = view("alarms");
    slot(alarms, "words").append(...words.map((each) => element("li", each)));
    box.replaceChildren(alarms);
  }

  /** The page that the address names, as {page, rest}; null when there is none such. */
  #page() {
    const [, name, rest = ""] = ADDRESS.exec(window.location.hash || `#${FIRST}`) ?? [];
    return Object.hasOwn(PAGES, name ?? "") ? { name, rest, page: PAGES[name] } : null;
  }

  async #show() {
    const found = this.#page();
    if (!this.me || !found) return;
    // Who has no key yet is led to where keys are made and given.
    const { name, page, rest } = this.lacks && !found.page.withoutKey ? KEYS : found;
    this.#shown = name;
    const turn = (this.#turns += 1);
    await this.guarded(() => page.show(this, rest));
    // A slow page may come after one that was asked for later: then the later one is shown again.
    if (turn < this.#lastShown) await this.#show();
    else this.#lastShown = turn;
  }

  /** Shows a page's view, with these words as the document's title. Gives the place where the view stands. */
  put(root, words) {
    this.shortcuts.use({});
    this.looking.rest();
    this.#view.replaceChildren(root);
    this.#view.hidden = false;
    title(words);
    for (const link of this.#bar.querySelectorAll("nav a")) {
      link.toggleAttribute("aria-current", false);
      if (link.hash === `#${this.#shown}`) link.setAttribute("aria-current", "page");
    }
    return this.#view;
  }

  /** Whether the address still names this page: while one was fetched, its reader may have gone on to another. */
  isAt(name, rest = "") {
    const found = this.#page();
    return found?.name === name && found.rest === rest;
  }

  /** The place where views stand. */
  get view() {
    return this.#view;
  }

  /** Runs a deed; the end of the session leads to the door, anything else is said. */
  async guarded(deed) {
    try {
      await deed();
    } catch (error) {
      if (error instanceof SignedOutError) this.signedOut();
      else announce(wordsFor(error));
    }
  }

  /** The session ended: keys and everything that was opened are forgotten, what was being typed is not. */
  signedOut() {
    this.#idle.stop();
    for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close(); // none may stand over the door
    this.shortcuts.rest();
    this.looking.rest();
    this.vault.ask("lock").catch(() => {}); // a vault that is gone holds nothing
    this.tips.forget();
    this.#view.replaceChildren();
    this.#view.hidden = true;
    this.#emptyBar();
    document.getElementById("alarms").hidden = true;
    this.#door.close(say("session-ended"));
  }

  /** Another coordinator came in: what the one before typed is not his. */
  #forgetTyped() {
    this.drafts.clear();
    this.choice.forget();
    this.left = null;
  }

  #fillBar() {
    this.#emptyBar();
    const bar = view("bar");
    const { name, region } = this.me.care_point;
    slot(bar, "care-point").textContent = [name, region].filter(Boolean).join(", ");
    slot(bar, "name").textContent = this.me.name;
    slot(bar, "trail").hidden = !trailPage.isFor(this.me);
    slot(bar, "people").hidden = !peoplePage.isFor(this.me);
    slot(bar, "points").hidden = !pointsPage.isFor(this.me);
    this.#bar.append(bar);
  }

  #emptyBar() {
    while (this.#bar.children.length > 1) this.#bar.lastElementChild.remove();
  }

  #alarm(name) {
    this.vault.ask("lock").catch(() => {}); // a vault that is gone holds nothing
    this.#door.hide();
    this.#view.replaceChildren(view(name));
    this.#view.hidden = false;
    title(say("title-alarm"));
    this.#view.querySelector("h1").focus();
  }
}

new Desk();

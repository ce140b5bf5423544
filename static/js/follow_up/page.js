// The follow-up in a browser that opens and seals by itself: the code stays here. The page is the plain form all along, and
// what goes wrong before anything was sent ends in the plain way: where the page has said that the code stays here, only
// when somebody presses once more and was told so. After that the code is not sent either.

import { dropDoubleClick } from "../double_click.js";
import { MAX_TEXT, tidy } from "../formats/bodies.js";
import { within } from "../patience.js";
import { WorkerLine } from "../worker_line.js";
import { ask, naming, telling, UnreachableError } from "./server.js";
import { clear, clearWrong, isRefusal, say, showConversation, showWrong } from "./view.js";

const PATIENCE = 10_000; // for this browser to show that it can seal
const WORKS = 60_000; // to stretch a code, to open all answers or to seal, on a slow device
const VISIT = 30 * 60_000; // since something was typed; as long as a visit lasts on the server
const TRIES = 4; // as often as others may write or read at the same moment

class FollowUp {
  #form = document.getElementById("ask");
  #how = document.getElementById("how");
  #plainWords = this.#how.textContent;
  #addresses = { ...this.#form.dataset };
  #opener = new WorkerLine(new URL("./opener.js", import.meta.url));
  #ready = within(PATIENCE, this.#opener.ask("prepare"));
  #isPlain = false;
  #hasPromised = false; // whether the page has said that the code stays here
  #isBusy = false;
  #end = 0; // the timer that ends the visit
  #lookupId = null;
  #found = null; // the conversation as it was shown last
  #shownReaders = ""; // who was said to read it: an addition goes to them or to nobody
  #shownNew = new Set(); // what was new when this visit began stays so as long as it lasts
  #unsent = null; // { text, bytes }: an addition of which nobody knows whether it arrived

  constructor() {
    this.#form.addEventListener("submit", (event) => this.#submitted(event));
    window.addEventListener("pagehide", () => this.#wipe());
    this.#ready.then(
      () => this.#promise(),
      () => (this.#isPlain = true),
    );
  }

  #promise() {
    this.#how.textContent = this.#how.dataset.sealed;
    this.#hasPromised = true;
  }

  #submitted(event) {
    if (this.#isPlain) return;
    event.preventDefault();
    this.#once(() => this.#begin());
  }

  /** One thing at a time. */
  async #once(deed) {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      await deed();
    } finally {
      this.#isBusy = false;
    }
  }

  async #begin() {
    const field = document.getElementById("code");
    this.#how.textContent = this.#how.dataset.busy;
    try {
      await this.#ready;
      this.#lookupId = await this.#works("derive", { typed: field.value, salt: this.#addresses.salt });
    } catch (error) {
      if (isRefusal(error.name)) this.#refuse(error.name);
      else this.#fallBack(field);
      return;
    }
    try {
      const word = await this.#fetch();
      if (word === "found") this.#enter();
      else this.#refuse("unknown");
    } catch (error) {
      this.#how.textContent = this.#how.dataset.sealed;
      showWrong(field, say(error instanceof UnreachableError ? "unreachable" : "not-opened"), say("text-kept"));
    }
  }

  #works(deed, details) {
    return within(WORKS, this.#opener.ask(deed, details));
  }

  #refuse(name) {
    const field = document.getElementById("code");
    field.value = "";
    this.#how.textContent = this.#how.dataset.sealed;
    showWrong(field, say(name), say("code-not-kept"));
  }

  /** Before anything was sent: from now on as if there were no script. */
  #fallBack(field) {
    this.#isPlain = true;
    this.#opener.end();
    this.#how.textContent = this.#plainWords;
    if (!this.#hasPromised) {
      this.#form.submit();
      return;
    }
    this.#form.addEventListener("click", dropDoubleClick);
    showWrong(field, say("not-here"), say("text-kept"));
  }

  /** Asks for the conversation anew and opens it. Gives the server's word for it. */
  async #fetch() {
    const said = await ask(this.#addresses.open, this.#lookupId);
    if (said.is !== "found") return said.is;
    const texts = await this.#works("open", said);
    for (const { id, is_new: isNew } of said.answers) if (isNew) this.#shownNew.add(id);
    const answers = said.answers.map((answer, at) => ({ ...answer, text: texts[at], is_new: this.#shownNew.has(answer.id) }));
    const unseen = said.answers.filter((answer) => answer.is_new).map(({ id }) => id);
    this.#found = { ...said, answers, unseen };
    return said.is;
  }

  #enter() {
    clearWrong();
    this.#show("", "");
    document.addEventListener("input", () => this.#stayOn());
    this.#stayOn();
  }

  /** The server holds no visit of its own here: this one ends where nobody has written for so long. */
  #stayOn() {
    clearTimeout(this.#end);
    this.#end = setTimeout(() => this.#leave(), VISIT);
  }

  #show(said, typed) {
    const deeds = {
      add: (field) => this.#once(() => this.#add(field)),
      remove: (answer) => this.#once(() => this.#remove(answer)),
      done: () => this.#leave(),
    };
    showConversation(this.#found, said, typed, deeds);
    this.#shownReaders = readersOf(this.#found);
    // They were shown, or nothing was. When this does not arrive they are new once more, which does no harm.
    ask(this.#addresses.see, telling(this.#lookupId, this.#found.unseen)).catch(() => {});
  }

  async #add(field) {
    clearWrong();
    const text = tidy(field.value).trim();
    const length = [...text].length;
    if (!text) return showWrong(field, say("missing"), say("text-kept"));
    if (length > MAX_TEXT) return showWrong(field, say("too_long", { length }), say("text-kept"));
    try {
      const word = await this.#sent(text);
      if (word === "added") await this.#again("added");
      else if (word === "readers") this.#showReaders(text);
      else showWrong(field, say(word === "full" ? "full" : "failed"), say("text-kept"));
    } catch (error) {
      const isUnsure = error instanceof UnreachableError && this.#unsent !== null;
      showWrong(field, say(isUnsure ? "unsure" : "failed"), say("text-kept"));
    }
    return undefined;
  }

  /** Sends this text, sealed: the same bytes as long as nobody knows whether they arrived. */
  async #sent(text) {
    let word = "again";
    for (let tries = 0; tries < TRIES && word === "again"; tries += 1) {
      const isRepeat = this.#unsent?.text === text;
      if (tries > 0 && (await this.#fetch()) !== "found") return "unknown";
      if (!isRepeat && readersOf(this.#found) !== this.#shownReaders) return "readers";
      if (!isRepeat) this.#unsent = { text, bytes: await this.#seal(text) };
      ({ is: word } = await ask(this.#addresses.add, this.#unsent.bytes));
      this.#unsent = null; // a word came: it is certain what became of them
    }
    return word;
  }

  /** Others read it than those who were named above what was typed. */
  #showReaders(text) {
    this.#show("", text);
    showWrong(document.getElementById("addition"), say("readers"), say("text-kept"));
  }

  #seal(text) {
    const { tip, additions, care_points: carePoints } = this.#found;
    const language = document.documentElement.lang;
    return this.#works("seal", { tip, number: additions + 1, carePoints, text, language });
  }

  async #remove(answer) {
    const typed = document.getElementById("addition").value;
    clearWrong();
    try {
      await ask(this.#addresses.delete, naming(this.#lookupId, [answer.id]));
      await this.#again("deleted", typed);
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      showWrong(document.getElementById("addition"), say("not-deleted"), say("text-kept"));
    }
  }

  /** The conversation as it is after a deed that was done. */
  async #again(said, typed = "") {
    await this.#fetch().catch(() => {}); // then it is shown as it was
    this.#show(said, typed);
  }

  #leave() {
    this.#wipe();
    window.location.replace(this.#form.getAttribute("action"));
  }

  #wipe() {
    this.#opener.end();
    [this.#lookupId, this.#found, this.#unsent] = [null, null, null];
    this.#form.reset();
    clear();
  }
}

/** The care points that read this conversation, as one text. */
function readersOf({ care_points: carePoints }) {
  return carePoints.map(({ id }) => id).join(" ");
}

// Who comes back by the browser's own memory of the page must find a form, not a blank one.
window.addEventListener("pageshow", (event) => event.persisted && window.location.reload());

if (document.getElementById("ask")) new FollowUp();

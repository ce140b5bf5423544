// The tip form from the story on, as one document: it seals in the browser what was typed, and sends sealed bytes. The page is
// the plain form all along. Whatever goes wrong before sealed bytes were sent, the plain form is posted in its place: where
// the page has said that the text stays here, only when somebody presses once more and was told so. After that the same
// bytes are sent again, and nothing else.

import { dropDoubleClick } from "../double_click.js";
import { within } from "../patience.js";
import { WorkerLine } from "../worker_line.js";
import { fetched, UnreachableError } from "./pages.js";
import { clear, focusOn, Screen, titled } from "./screen.js";
import { Sending, UnsureError } from "./sending.js";
import { StepsPage } from "./steps_page.js";
import * as languages from "./languages.js";
import * as story from "./story.js";

const PATIENCE = 10_000; // for the browser to show that it can seal, and to seal

class TipForm {
  #form = document.getElementById("tell");
  #how = document.getElementById("how");
  #notLocked = document.getElementById("not-locked");
  #title = document.title;
  #plainWords = this.#how.textContent;
  #isPlain = false;
  #hasPromised; // whether the page has said that the text is locked here
  #isBusy = false;
  #page = null; // the steps after the story
  #sealer = null;
  #sealed = null; // { code, post, answers }: what was sealed last
  #sending = null; // of these bytes
  #sendings = new Set(); // all that were begun
  #isUnsure = false; // whether some of it may have arrived without a word
  #ended = new AbortController();
  #screen = new Screen(this.#ended.signal, () => this.#sayHow());
  #ready = this.#prepare().catch(() => false);

  constructor(hasPromised = false) {
    this.#hasPromised = hasPromised;
    const { signal } = this.#ended;
    document.addEventListener("click", followFault, { capture: true, signal });
    this.#form.addEventListener("submit", (event) => this.#submitted(event), { signal });
    document.addEventListener("leaving", () => this.#wipe(), { signal });
    window.addEventListener("pagehide", () => this.#wipe(), { signal });
  }

  async #prepare() {
    this.#page = await StepsPage.at(this.#form.dataset.steps);
    this.#sealer = new WorkerLine(new URL("./sealer.js", import.meta.url));
    await this.#sealer.ask("prepare", { salt: this.#page.told.salt });
    if (!this.#isPlain && !this.#isBusy) this.#sayHow();
    this.#form.dataset.seals = "";
    return true;
  }

  #sayHow() {
    if (this.#isPlain) return;
    this.#how.textContent = this.#page.say("how");
    this.#hasPromised = true;
  }

  // The story

  #submitted(event) {
    if (this.#isPlain) return;
    event.preventDefault();
    if (!this.#isBusy) this.#goOn(event.submitter);
  }

  async #goOn(button) {
    this.#isBusy = true;
    this.#how.textContent = this.#form.dataset.wait;
    try {
      if (!(await within(PATIENCE, this.#ready))) throw new Error("this browser can't seal");
      this.#sayHow();
      await this.#does(button?.value ?? "");
    } catch (error) {
      if (error instanceof UnreachableError) this.#how.textContent = this.#page.say("unreachable");
      else this.#fallBack(button);
    }
    this.#isBusy = false;
  }

  #does(what) {
    if (what === "language") return this.#changeLanguage();
    return what === "back" ? this.#showPlace(this.#page.place) : this.#check();
  }

  /** Nothing is sealed here any more. */
  #fallBack(button) {
    this.#isPlain = true;
    this.#sealer?.end();
    this.#how.textContent = this.#plainWords;
    this.#screen.restore();
    if (this.#hasPromised) this.#askForAnotherPress();
    else this.#postPlainly(button);
  }

  /** The words came with the story: they can't be fetched where the network is the fault. */
  #askForAnotherPress() {
    document.getElementById("errors")?.remove();
    const box = document.importNode(this.#notLocked.content, true).firstElementChild;
    titled(`${this.#notLocked.dataset.error} ${this.#title}`);
    this.#form.parentElement.prepend(box);
    this.#form.addEventListener("click", dropDoubleClick);
    focusOn(box);
  }

  #postPlainly(button) {
    // In a task of its own: a form that is told to go while its own submit event runs does not go.
    setTimeout(() => this.#form.requestSubmit(button));
  }

  async #changeLanguage() {
    await languages.change(this.#form, this.#page.otherStory);
    this.#end();
    new TipForm(this.#hasPromised);
    focusOn(document.querySelector("#content h1"));
  }

  // Checking

  async #check() {
    if (this.#showFaults()) return;
    await this.#seal(story.answersIn(this.#form, this.#page.questions));
    this.#showCheck([]);
  }

  async #seal(answers) {
    const sealed = await within(PATIENCE, this.#sealer.ask("seal", { told: this.#page.told, answers }));
    this.#sealed = { ...sealed, answers };
    this.#sending = new Sending(this.#page.address, sealed.post);
  }

  #showFaults() {
    const faults = Object.entries(story.faultsIn(this.#form, this.#page.questions));
    const words = Object.fromEntries(
      faults.map(([id, name]) => [id, this.#page.fault(id, name, story.measured(this.#form, id))]),
    );
    document.getElementById("errors")?.remove();
    story.mark(this.#form, words, this.#page.say("error"));
    titled(faults.length > 0 ? `${this.#page.say("error")} ${this.#title}` : this.#title);
    if (faults.length === 0) return false;
    const box = this.#page.wrong(faults.map(([id]) => ({ id, words: words[id] })));
    this.#form.parentElement.prepend(box);
    focusOn(box);
    return true;
  }

  /** The check step; `faults` is a list of {id, words}. */
  #showCheck(faults) {
    const { root, title } = this.#page.step("check");
    this.#fillAnswers(root);
    const prefix = faults.length > 0 ? `${this.#page.say("error")} ` : "";
    if (faults.length > 0) root.querySelector('[data-part="wrong"]').append(this.#page.wrong(faults));
    root.addEventListener("click", (event) => this.#followed(event));
    const brought = this.#begunSum(root.querySelector("[data-challenge]")).catch(() => {});
    root.addEventListener("submit", (event) => {
      event.preventDefault();
      if (event.target.querySelector("#send")) this.#send(event.target, brought);
      else this.#guarded(() => this.#changeReceivers(event));
    });
    this.#screen.show({ root, title: prefix + title });
  }

  #fillAnswers(root) {
    for (const row of root.querySelectorAll("[data-question]")) {
      const words = story.wordsOf(this.#form, row.dataset.question);
      row.querySelector(".typed").textContent = words;
      if (!words) row.remove();
    }
    if (this.#sealed.answers.danger !== "now") root.querySelector('[data-part="danger"]')?.remove();
  }

  /** A link of the check step. Those to the story and the place lead there within the document. */
  #followed(event) {
    const link = event.target.closest("a[href]");
    if (!link || event.defaultPrevented) return;
    if (link.pathname === this.#form.getAttribute("action") && link.host === window.location.host) {
      event.preventDefault();
      this.#screen.back(link.hash.slice(1));
    } else if (link.pathname === this.#page.place) {
      event.preventDefault();
      this.#guarded(() => this.#showPlace(this.#page.place));
    }
  }

  /** "Not this organisation": somebody else reads it, so it is sealed anew. */
  async #changeReceivers(event) {
    await fetched(new URL(event.target.action).pathname, fieldsOf(event));
    await this.#sealAnew([]);
    if (!this.#isPlain) focusOn(document.querySelector("#content #care-point"));
  }

  // The place

  /** The page of the place, brought in here: leaving the document for it would lose what was typed. */
  async #showPlace(address, fields = null) {
    const { page, path } = await fetched(address, fields);
    if (path !== this.#page.place) throw new UnreachableError("elsewhere");
    const root = [...page.getElementById("content").children].map((each) => document.importNode(each, true));
    for (const each of root) {
      each.addEventListener("click", (event) => this.#leftPlace(event));
      each.addEventListener("submit", (event) => this.#postPlace(event));
    }
    this.#screen.show({ root, wholeTitle: page.title });
  }

  #postPlace(event) {
    event.preventDefault();
    this.#guarded(() => this.#showPlace(new URL(event.target.action).pathname, fieldsOf(event)));
  }

  #leftPlace(event) {
    const link = event.target.closest("a[href]");
    const leads = link?.pathname === this.#form.getAttribute("action");
    if (!leads && !link?.matches(".form > p:first-child > a.link")) return;
    event.preventDefault();
    this.#guarded(async () => {
      this.#page = await StepsPage.at(this.#form.dataset.steps);
      const receiver = this.#page.step("check").root.querySelector("#care-point");
      this.#form.parentElement.querySelector("#care-point").replaceWith(receiver);
      this.#screen.back();
    });
  }

  // Sending

  async #send(form, brought) {
    if (this.#isBusy) return;
    this.#isBusy = true;
    if (form.elements.ticket) await this.#bring(form, brought);
    const root = await this.#showSending().catch(() => null);
    if (root) await this.#sendNow(root);
    else this.#fallBack();
    this.#isBusy = false;
  }

  /** Where a pool was full the check step offers a sum, or a ticket that ripens in a minute. */
  async #begunSum(field) {
    if (field) await (await import("../sums.js")).fill(field);
  }

  /** Brings both, as far as they are. What goes wrong here keeps nobody from sending. */
  async #bring(form, brought) {
    const status = form.querySelector("#proof-status");
    if (status) status.textContent = status.dataset.busy;
    await within(PATIENCE, brought).catch(() => {});
    await fetched(this.#page.brings, new FormData(form)).catch(() => {});
  }

  /** The step that shows the code. No byte leaves before it is on the screen. */
  async #showSending() {
    const { root, title } = this.#page.step("sending");
    this.#fillCode(root);
    this.#fillAnswers(root);
    root.querySelector("#again").addEventListener("click", () => this.#sendAgain(root));
    this.#screen.show({ root, title }, true);
    await painted();
    return root;
  }

  async #sendAgain(root) {
    if (this.#isBusy) return;
    this.#isBusy = true;
    focusOn(root.querySelector("#progress")); // before the button that has it goes
    root.querySelector('[data-part="again"]').hidden = true;
    say(root, this.#page.say("wait"));
    await this.#sendNow(root);
    this.#isBusy = false;
  }

  async #sendNow(root) {
    this.#sendings.add(this.#sending);
    const unsure = () => {
      this.#isUnsure = true;
      say(root, this.#page.say("unsure"));
    };
    try {
      await this.#answered(await this.#sending.send(unsure), unsure);
    } catch (error) {
      if (this.#ended.signal.aborted) return;
      this.#isUnsure = true;
      say(root, this.#page.say("stopped"));
      for (const part of root.querySelectorAll("[data-part][hidden]")) part.hidden = false;
      if (!(error instanceof UnsureError)) throw error;
    }
  }

  async #answered(word, unsure) {
    if (word === "sent" || (word === "other" && (await this.#wasSentBefore(unsure)))) this.#showSent();
    else if (word === "other") this.#showLast("other");
    else if (word === "gone") this.#showLast(this.#isUnsure ? "gone" : "over");
    else if (word === "receiver") await this.#sealAnew([{ id: "care-point", words: this.#page.say("receiver") }]);
    else if (word === "full") await this.#showFull();
    else this.#showCheck([{ id: "send", words: this.#page.say("failed") }]);
  }

  /** Nothing was kept; the steps, asked for anew, offer what lets it in. */
  async #showFull() {
    this.#page = await StepsPage.at(this.#form.dataset.steps).catch(() => this.#page);
    this.#showCheck([{ id: "send", words: this.#page.say("full") }]);
  }

  /** Whether something else that was sent is what this document sent itself before it was sealed anew: the code is the same. */
  async #wasSentBefore(unsure) {
    for (const sending of this.#sendings) {
      if (sending !== this.#sending && (await sending.send(unsure)) === "sent") return true;
    }
    return false;
  }

  /** Nothing was kept: who receives the tip now is shown, and it is sealed to them. */
  async #sealAnew(faults) {
    this.#page = await StepsPage.at(this.#form.dataset.steps);
    try {
      await this.#seal(this.#sealed.answers);
      this.#showCheck(faults);
    } catch {
      this.#fallBack();
    }
  }

  #showSent() {
    const { root, title } = this.#page.step("sent");
    this.#fillCode(root);
    this.#forget();
    this.#screen.show({ root, title }, true);
  }

  /** A step after which nothing can be sent from here. What was typed stands in it, to be copied. */
  #showLast(name) {
    const { root, title } = this.#page.step(name);
    this.#fillAnswers(root);
    if (root.querySelector("#receipt")) this.#fillCode(root);
    this.#screen.show({ root, title }, true);
  }

  #fillCode(root) {
    const groups = root.querySelectorAll("#receipt > span");
    this.#sealed.code.forEach((digits, index) => {
      const [seen, heard] = groups[index].children;
      seen.textContent = digits;
      heard.prepend([...digits].join(" "));
    });
  }

  /** Says that the site can't be reached, where that is why something does not work. */
  async #guarded(deed) {
    try {
      await deed();
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      document.getElementById("errors")?.remove();
      const box = this.#page.wrong([{ id: "content", words: this.#page.say("unreachable") }]);
      document.querySelector("#content .form").prepend(box);
      focusOn(box);
    }
  }

  // Forgetting

  /** What was typed, and what was made of it, is not here any more. */
  #forget() {
    this.#form.reset();
    this.#form.replaceChildren();
    this.#sealed = null;
    this.#sealer.end();
  }

  #end() {
    this.#ended.abort();
    this.#sending?.stop();
    this.#sealer?.end();
  }

  #wipe() {
    this.#end();
    this.#form.reset();
    this.#form.replaceChildren();
    this.#sealed = null;
    clear();
  }
}

function say(root, words) {
  root.querySelector("#progress").textContent = words;
}

/** A link of the box that says what is wrong leads to its field; an address of its own would make a step of the history. */
function followFault(event) {
  const link = event.target.closest('#errors a[href^="#"]');
  if (!link) return;
  event.preventDefault();
  focusOn(document.getElementById(link.hash.slice(1)));
}

/** The fields that a form posts, with that of the button that was pressed. */
function fieldsOf({ target, submitter }) {
  const fields = new FormData(target);
  if (submitter?.name) fields.append(submitter.name, submitter.value);
  return fields;
}

/** Until the browser has drawn what stands in the document; in a window that nobody sees it draws nothing. */
function painted() {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, 500);
  });
}

// Who comes back by the browser's own memory of the page must find a form, not a blank page.
window.addEventListener("pageshow", (event) => event.persisted && window.location.reload());

new TipForm();

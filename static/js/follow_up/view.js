// What the follow-up shows: the words and views stand in the page as templates. Everything goes in as text.

const SITE = document.title.slice(document.title.lastIndexOf(" – "));
const language = document.documentElement.lang;

const main = () => document.querySelector("#content .form");
const slot = (root, name) => root.querySelector(`[data-slot="${name}"]`);

function view(id) {
  return document.importNode(document.getElementById(id).content, true);
}

/** The words of this name, with `{values}` filled in. */
export function say(name, values = {}) {
  return filled(document.querySelector(`#words [data-word="${name}"]`).textContent, values);
}

/** Whether there are words for a code that is refused by this name. */
export function isRefusal(name) {
  return ["StrayCharacterError", "WrongLengthError", "WrongCheckDigitError", "unknown"].includes(name);
}

function filled(words, values) {
  return words.replace(/\{(\w+)\}/g, (_, key) => values[key]);
}

/** Says at the top, at the field and in the title what is wrong, and takes the focus there. `kept` is said below it. */
export function showWrong(field, words, kept) {
  clearWrong();
  unsay();
  const root = view("wrong-view");
  const box = root.querySelector("#errors");
  slot(root, "kept").textContent = kept;
  slot(root, "why").textContent = words;
  slot(root, "why").href = `#${field.id}`;
  main().prepend(root);
  const why = document.createElement("p");
  why.className = "why";
  why.id = `${field.id}-error`;
  why.textContent = `${say("error")} ${words}`;
  field.before(why);
  field.closest(".field").classList.add("bad");
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", `${field.id}-hint ${why.id}`);
  document.title = `${say("error")} ${document.title}`;
  box.focus({ preventScroll: true }); // it is the first thing below what always stands on top
  window.scrollTo(0, 0);
}

/** Takes back what `showWrong`, or the server, said. */
export function clearWrong() {
  const prefix = `${say("error")} `;
  if (document.title.startsWith(prefix)) document.title = document.title.slice(prefix.length);
  document.getElementById("errors")?.remove();
  for (const field of document.querySelectorAll(".field.bad :is(input, textarea)")) {
    document.getElementById(`${field.id}-error`)?.remove();
    field.closest(".field").classList.remove("bad");
    field.removeAttribute("aria-invalid");
    field.setAttribute("aria-describedby", `${field.id}-hint`);
  }
}

/** Shows a conversation in the place of the form, and what was done, which takes the focus. `deeds` has add(text), remove(answer) and done(). */
export function showConversation(found, said, typed, deeds) {
  const template = document.getElementById("conversation-view");
  const root = document.importNode(template.content, true);
  const [readers, additions] = ["readers", "additions"].map((name) => slot(root, name));
  readers.textContent = filled(readers.dataset.words, { name: found.care_points.map(({ name }) => name).join(", ") });
  additions.textContent = found.additions ? filled(additions.dataset.words, { count: found.additions }) : "";
  root.getElementById("answers").append(...found.answers.map((answer) => item(answer, deeds)));
  root.getElementById(found.answers.length ? "no-answers" : "answers").remove();
  root.getElementById("addition").value = typed;
  root.getElementById("add").addEventListener("submit", (event) => {
    event.preventDefault();
    deeds.add(document.getElementById("addition"));
  });
  root.getElementById("done").addEventListener("click", () => deeds.done());
  const keeps = [...main().querySelectorAll("template, #words")];
  main().replaceChildren(root, ...keeps);
  document.title = `${said ? `${say(said)} ` : ""}${template.dataset.title}${SITE}`;
  // Links to other pages and to the other language would lose what is typed.
  document.querySelectorAll(".top nav, a[hreflang]").forEach((link) => link.remove());
  const note = tell(said);
  (said ? note : main().querySelector("h1")).focus({ preventScroll: true });
  window.scrollTo(0, 0);
}

function tell(said) {
  const note = document.getElementById("said");
  note.hidden = !said;
  note.textContent = said ? say(said) : "";
  return note;
}

/** What was done before does not stand beside what goes wrong now. */
function unsay() {
  const note = document.getElementById("said");
  if (!note || note.hidden) return;
  document.title = document.title.replace(`${note.textContent} `, "");
  tell("");
}

function item(answer, deeds) {
  const root = view("answer-view").querySelector("li");
  slot(root, "who").textContent = answer.names.join(", ");
  slot(root, "day").textContent = new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" }).format(
    new Date(`${answer.written_on}T00:00:00Z`),
  );
  if (!answer.is_new) slot(root, "new").remove();
  slot(root, "text").textContent = answer.text ?? say("unreadable");
  slot(root, "number").textContent = ` ${answer.number}`;
  slot(root, "delete").addEventListener("click", () => deeds.remove(answer));
  return root;
}

/** Nothing of it stands in the document any more. */
export function clear() {
  document.getElementById("content").replaceChildren();
}

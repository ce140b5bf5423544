// Writing in a case: an answer to the tipster, read once more before it is sealed, and a note for the own care point.

import { announce, errorTitle, hideWrong, showWrong, title } from "./status.js";
import { say, slot } from "./words.js";

const MAX_TEXT = 4000;

/** Prepares the answer's form. `draft.text` is what is being typed; `send(text)` seals and sends, and gives the words for
 * why it did not, or null. `words` is the document's title. */
export function prepareAnswer(root, language, words, draft, send) {
  const form = slot(root, "answer");
  const text = slot(form, "answer-text");
  const wrong = slot(form, "wrong");
  slot(form, "language").textContent = say(`writes-${language}`);
  keep(text, draft, "text", slot(form, "left"));
  const refuse = (why) => {
    step(form, false);
    errorTitle(words);
    showWrong(wrong, why, text);
  };
  slot(form, "change").addEventListener("click", () => {
    step(form, false);
    text.focus();
  });
  onSubmit(form, async () => {
    hideWrong(wrong, text);
    title(words);
    if (slot(form, "checking").hidden) {
      const fault = faultOf(text.value, "empty-answer", "too-long");
      if (fault) refuse(fault);
      else check(form, text.value);
      return;
    }
    announce(say("sealing"));
    const why = await send(text.value);
    if (why) refuse(why);
  });
}

/** Prepares the note's form: `draft.note` is what is being typed, `keepNote(text)` as `send` above. */
export function prepareNote(root, words, draft, keepNote) {
  const text = slot(root, "note-text");
  const wrong = slot(root, "note-wrong");
  keep(text, draft, "note");
  onSubmit(slot(root, "note"), async () => {
    hideWrong(wrong, text);
    title(words);
    const fault = faultOf(text.value, "empty-note", "note-too-long");
    if (!fault) announce(say("sealing-note"));
    const why = fault ?? (await keepNote(text.value));
    if (!why) return;
    errorTitle(words);
    showWrong(wrong, why, text);
  });
}

/** Shows the answer as it will be read, with what to look at: nobody can take it back from who finds the code. */
function check(form, text) {
  slot(form, "preview").textContent = text;
  step(form, true);
  announce(say("checking"));
  slot(form, "checking-heading").focus();
}

function step(form, isChecking) {
  slot(form, "writing").hidden = isChecking;
  slot(form, "checking").hidden = !isChecking;
}

/** What is typed goes into the draft, and what stands there into the field; `left` says how much room there is. */
function keep(field, draft, member, left = null) {
  const tell = () => {
    if (left) left.textContent = say("left", { count: Math.max(0, MAX_TEXT - lengthOf(field.value)) });
  };
  field.value = draft[member] ?? "";
  field.addEventListener("input", () => {
    draft[member] = field.value;
    tell();
  });
  tell();
}

function onSubmit(form, deed) {
  let isBusy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isBusy) return;
    isBusy = true;
    try {
      await deed();
    } finally {
      isBusy = false;
    }
  });
}

function faultOf(text, empty, tooLong) {
  const excess = lengthOf(text) - MAX_TEXT;
  if (!text.trim()) return say(empty);
  return excess > 0 ? say(tooLong, { count: excess }) : null;
}

/** Characters as the format counts them: code points of the composed text, line ends as one. */
function lengthOf(text) {
  return [...text.replace(/\r\n?/g, "\n").normalize("NFC")].length;
}

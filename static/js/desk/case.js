// One case: everything the tipster said, the conversation, the answer form and the status.

import { element, fillHolders, mark, placeName, tags } from "./parts.js";
import { announce, errorTitle, hideWrong, showWrong, title } from "./status.js";
import { choiceLabel, day, questionIds, questionLabel, say, slot, view } from "./words.js";

const MAX_TEXT = 4000;
const LONG = { weekday: "short", day: "numeric", month: "long" };

/** The case as a view. `draft` holds the answer being typed; `deeds` has answer(text) and setStatus(status). */
export function caseView(tip, holders, draft, deeds) {
  const root = view("case");
  slot(root, "heading").textContent = heading(tip);
  slot(root, "mark").append(mark(tip.status));
  slot(root, "status").textContent = say(`status-${tip.status}`);
  slot(root, "tags").append(...tags(tip).flatMap((tag) => [tag, " "]));
  slot(root, "thread").append(told(tip), ...conversation(tip));
  fillHolders(root, holders);
  fillStatuses(root, tip, deeds);
  if (tip.told) prepareAnswer(root, tip, draft, deeds);
  else slot(root, "answer").remove();
  return root;
}

export function heading(tip) {
  return say("title-case", { day: day(tip.received_on, LONG) });
}

/** What the tip says: the place first, then every answer, in the order of the form; what the form no longer asks comes last. */
function told(tip) {
  const item = view("told").querySelector("li");
  slot(item, "day").textContent = day(tip.received_on, LONG);
  const list = slot(item, "answers");
  if (!tip.told) {
    list.replaceWith(element("p", say("tip-unreadable")));
    return item;
  }
  const { answers, place } = tip.told;
  const known = questionIds().filter((id) => Object.hasOwn(answers, id));
  const others = Object.keys(answers).filter((id) => !known.includes(id));
  list.append(...fact(say("place"), typedPlace(tip, place)));
  for (const id of [...known, ...others]) list.append(...fact(label(id), answerText(id, answers[id])));
  return item;
}

function fact(name, text) {
  const value = element("dd", text);
  value.className = "written";
  return [element("dt", name), value];
}

function label(id) {
  return id === "lives_elsewhere" ? say(id) : questionLabel(id);
}

function answerText(id, answer) {
  return Array.isArray(answer) ? answer.map((choice) => choiceLabel(id, choice)).join(", ") : choiceLabel(id, answer);
}

function typedPlace(tip, place) {
  const name = placeName(tip);
  return place.text && place.text !== name ? say("typed", { name, text: place.text }) : name;
}

/** Answers and additions by day, with a line for each number that is missing. */
function conversation(tip) {
  const missing = [...gaps(tip, "answer", tip.nextAnswer - 1), ...gaps(tip, "addition", tip.additions)];
  return [...tip.messages.map(message), ...missing.map((words) => line("", "", words, "memo"))];
}

function gaps(tip, kind, last) {
  const there = new Set(tip.messages.filter((each) => each.kind === kind).map((each) => each.number));
  const words = [];
  for (let number = 1; number <= last; number += 1) {
    if (!there.has(number)) words.push(say(`${kind}-gap`, { number }));
  }
  return words;
}

function message({ kind, written_on: writtenOn, text }) {
  const who = { answer: say("us"), addition: say("tipster") }[kind] ?? say("nothing");
  const unreadable = say(`${["answer", "addition"].includes(kind) ? kind : "other"}-unreadable`);
  const look = text === null ? "memo" : { answer: "ours" }[kind];
  return line(who, day(writtenOn, LONG), text ?? unreadable, look);
}

function line(who, when, text, look) {
  const item = view("message").querySelector("li");
  slot(item, "who").textContent = who;
  slot(item, "day").textContent = when;
  slot(item, "text").textContent = text;
  if (look) item.classList.add(look);
  return item;
}

function fillStatuses(root, tip, deeds) {
  const select = slot(root, "statuses");
  for (const status of ["new", "read", "in_progress", "closed"]) {
    const option = element("option", say(`status-${status}`));
    option.value = status;
    option.selected = status === tip.status;
    select.append(option);
  }
  slot(root, "status-form").addEventListener("submit", (event) => {
    event.preventDefault();
    deeds.setStatus(select.value);
  });
}

function prepareAnswer(root, tip, draft, deeds) {
  const form = slot(root, "answer");
  const text = slot(root, "answer-text");
  const left = slot(root, "left");
  const wrong = slot(root, "wrong");
  slot(root, "language").textContent = say(`writes-${tip.told.language}`);
  const count = () => {
    left.textContent = say("left", { count: Math.max(0, MAX_TEXT - lengthOf(text.value)) });
  };
  text.value = draft.text;
  count();
  text.addEventListener("input", () => {
    draft.text = text.value;
    count();
  });
  let isBusy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isBusy) return;
    isBusy = true;
    hideWrong(wrong, text);
    title(heading(tip));
    try {
      const why = await send(text.value, tip, deeds);
      if (why) {
        errorTitle(heading(tip));
        showWrong(wrong, why, text);
      }
    } finally {
      isBusy = false;
    }
  });
}

/** Sends the answer. Gives the words for why it was not sent, or null. */
async function send(text, tip, deeds) {
  const excess = lengthOf(text) - MAX_TEXT;
  if (!text.trim()) return say("empty-answer");
  if (excess > 0) return say("too-long", { count: excess });
  announce(say("sealing"));
  return deeds.answer(text);
}

/** Characters as the format counts them: code points of the composed text, line ends as one. */
function lengthOf(text) {
  return [...text.replace(/\r\n?/g, "\n").normalize("NFC")].length;
}

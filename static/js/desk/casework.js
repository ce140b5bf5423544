// The form beside a case: how far it is and why it was closed, whose it is, and its labels. One button; what was changed goes
// to the server each by itself.

import { element, option } from "./parts.js";
import { hideWrong, showWrong } from "./status.js";
import { labelIds, labelName, reasonIds, reasonName, say, slot } from "./words.js";

const STATUSES = ["new", "read", "in_progress", "closed"];

/** Prepares the form. `draft.chosen` is what was chosen and not saved yet; `save(changes)` saves it and gives the words for
 * why it did not, or null. `changes` may have `status` and `reason`, `to`, and `labels`. */
export function prepareCasework(root, tip, colleagues, draft, save) {
  const fields = {
    status: slot(root, "statuses"),
    reason: slot(root, "reasons"),
    to: slot(root, "people"),
    labels: slot(root, "labels"),
  };
  fields.status.append(...STATUSES.map((each) => option(each, say(`status-${each}`))));
  fields.reason.append(...reasonIds().map((each) => option(each, reasonName(each))));
  fields.to.append(...people(tip, colleagues));
  fields.labels.append(...labelIds().map(labelBox));
  put(fields, draft.chosen ?? standing(tip));
  const why = slot(root, "why");
  const showReason = () => (why.hidden = fields.status.value !== "closed");
  showReason();
  const form = slot(root, "status-form");
  form.addEventListener("input", () => {
    draft.chosen = chosen(fields);
    showReason();
  });
  const wrong = slot(root, "status-wrong");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const field = fields.status.value === "closed" && !fields.reason.value ? fields.reason : null;
    hideWrong(wrong, fields.reason);
    const words = field ? say("choose-reason") : await save(changesIn(standing(tip), chosen(fields)));
    if (words) showWrong(wrong, words, field);
  });
}

/** Who may be chosen, and who has it now though he is no longer here. */
function people(tip, colleagues) {
  const here = colleagues.here.map(({ id, name }) => option(id, name));
  const isHere = colleagues.here.some(({ id }) => id === tip.assigned_to);
  return tip.assigned_to && !isHere ? [...here, option(tip.assigned_to, colleagues.nameOf(tip.assigned_to) ?? "?")] : here;
}

function labelBox(id) {
  const box = document.createElement("input");
  box.type = "checkbox";
  box.value = id;
  const label = element("label", "");
  label.className = "pick";
  label.append(box, ` ${labelName(id)}`);
  return label;
}

function standing({ status, reason, assigned_to: to, labels }) {
  return { status, reason, to, labels };
}

function chosen({ status, reason, to, labels }) {
  const boxes = [...labels.querySelectorAll(":checked")].map((box) => box.value);
  return { status: status.value, reason: reason.value, to: to.value, labels: boxes };
}

function put(fields, { status, reason, to, labels }) {
  fields.status.value = status;
  fields.reason.value = reason;
  fields.to.value = to;
  for (const box of fields.labels.querySelectorAll("input")) box.checked = labels.includes(box.value);
}

/** What was chosen otherwise than it stands. */
function changesIn(before, after) {
  const changes = {};
  const reason = after.status === "closed" ? after.reason : "";
  if (after.status !== before.status || reason !== before.reason) Object.assign(changes, { status: after.status, reason });
  if (after.to !== before.to) changes.to = after.to;
  if ([...after.labels].sort().join() !== [...before.labels].sort().join()) changes.labels = after.labels;
  return changes;
}

/**
 * The signal check in place: htmx puts the next step into the page, and this says so to who can't see it. The address
 * stays that of the first page, so the history tells nothing. Without script, or when the request fails, the form posts.
 */
const check = document.getElementById("check");
const status = document.getElementById("check-status");
let hasAnswered = false;

function plainly(event) {
  event.preventDefault();
  const form = event.target.closest("form");
  const pressed = event.detail.ctx?.request.submitter;
  if (!form) return;
  // A form that script submits leaves out the button that was pressed.
  if (pressed?.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: pressed.name, value: pressed.value }));
  form.submit();
}

if (check) {
  check.addEventListener("htmx:before:swap", (event) => {
    const { status: code, raw } = event.detail.ctx.response;
    if (code !== 200 || raw.redirected) plainly(event);
  });
  check.addEventListener("htmx:error", plainly);
  check.addEventListener("htmx:after:swap", () => {
    hasAnswered = true;
    // As a new page would begin, so that nothing stands half behind the bar.
    window.scrollTo(0, 0);
    check.querySelector("h1").focus();
    status.textContent = check.querySelector("h1").textContent;
  });
  // What was chosen does not wait in the browser's memory of the page for who comes after.
  window.addEventListener("pagehide", () => {
    if (hasAnswered) check.replaceChildren();
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && hasAnswered) window.location.reload();
  });
}

"use strict";
// What pages need beyond htmx: dialogs, toasts, parts that come by server-sent events, one key.

const TOAST_MS = 6000;

function toast(text, tone) {
  const region = document.getElementById("toasts");
  if (!region || !text) return;
  const made = document.createElement("div");
  made.className = `toast ${tone}`;
  made.textContent = text;
  region.append(made);
  fade(made);
}

function fade(made) {
  window.setTimeout(() => made.remove(), TOAST_MS);
}

// A dialog opens with the cursor where something is to be typed or chosen, not on its close button.
function show(dialog) {
  dialog.showModal();
  const first = dialog.querySelector("[autofocus], form input:not([type=hidden]), form select, form textarea");
  if (first) first.focus();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.open);
    if (dialog) show(dialog);
    return;
  }
  const closer = event.target.closest("[data-close]");
  if (closer) closer.closest("dialog").close();
  if (event.target instanceof HTMLDialogElement) event.target.close();
});

// A form is sent once, and only to a console that can take it: an error of the browser's own, or a page of ours that
// says so, would take the place of what was typed.
const cleared = new WeakSet();

async function reachable() {
  try {
    const answer = await fetch("/readyz", { cache: "no-store" });
    return answer.status < 502;
  } catch {
    return false;
  }
}

function keep(form) {
  const text = document.getElementById("toasts").dataset.kept;
  if (!form.querySelector("input:not([type=hidden]), select, textarea")) {
    toast(text, "bad");
    return;
  }
  const told = document.createElement("p");
  told.className = "alert bad kept";
  told.setAttribute("role", "alert");
  told.textContent = text;
  form.prepend(told);
  told.scrollIntoView({ block: "nearest" });
}

document.addEventListener("submit", async (event) => {
  const form = event.target, submitter = event.submitter;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (cleared.delete(form)) {
    form.dataset.sent = "yes";
    return;
  }
  event.preventDefault();
  if (form.dataset.sent) return;
  form.dataset.sent = "yes";
  for (const told of form.querySelectorAll(".kept")) told.remove();
  if (await reachable()) {
    cleared.add(form);
    form.requestSubmit(submitter);
  } else {
    delete form.dataset.sent;
    keep(form);
  }
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea, dialog, [contenteditable]")) return;
  const wanted = document.querySelector(`[data-hotkey="${CSS.escape(event.key)}"]`);
  if (wanted) {
    event.preventDefault();
    wanted.focus();
    wanted.select();
  }
});

document.addEventListener("htmx:responseError", (event) => {
  const region = document.getElementById("toasts");
  const type = event.detail.xhr.getResponseHeader("content-type") || "";
  toast(type.startsWith("text/plain") ? event.detail.xhr.responseText : region.dataset.fault, "bad");
});
document.addEventListener("htmx:sendError", () => toast(document.getElementById("toasts").dataset.away, "bad"));

// What comes by a stream that stays away grows old: that is told, and the stream asked for again.
const LATE_MS = 8000, AGAIN_MS = 10000;
const away = new Set();

function age() {
  const told = document.getElementById("aged");
  if (!away.size) told?.remove();
  else if (!told) {
    const made = document.createElement("p");
    made.id = "aged";
    made.className = "alert bad";
    made.setAttribute("role", "status");
    made.textContent = document.getElementById("toasts").dataset.aged;
    document.getElementById("main").prepend(made);
  }
}

function tend(part, source, again) {
  endsWithSession(source, again);
  let late = 0;
  source.addEventListener("open", () => {
    window.clearTimeout(late);
    late = 0;
    away.delete(part);
    age();
  });
  source.addEventListener("error", () => {
    late ||= window.setTimeout(() => {
      away.add(part);
      age();
    }, LATE_MS);
    // What ended with the session is followed again by who signs in (session.js).
    if (source.readyState === EventSource.CLOSED) window.setTimeout(() => ended.length || again(), AGAIN_MS);
  });
}

// A part with data-events is shown again as its address sends it; "over" means that the page is to be loaded anew.
function follow(part) {
  if (part.dataset.followed) return;
  part.dataset.followed = "yes";
  const source = new EventSource(part.dataset.events);
  source.addEventListener("message", (event) => {
    if (!part.isConnected) {
      source.close();
      return;
    }
    part.innerHTML = event.data;
    if (window.htmx) window.htmx.process(part);
  });
  tend(part, source, () => {
    delete part.dataset.followed;
    if (part.isConnected) follow(part);
  });
  source.addEventListener("over", () => {
    source.close();
    if (!document.querySelector("dialog[open]")) reloadByItself();
  });
  window.addEventListener("pagehide", () => source.close());
}

// What is too wide scrolls within its card: the keyboard must get there, where nothing inside takes it.
function reach() {
  for (const box of document.querySelectorAll(".scroll")) {
    const needed = box.scrollWidth > box.clientWidth && !box.querySelector("a, button, summary, input");
    if (needed) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}
window.addEventListener("resize", reach);

// On a narrow screen the navigation is a strip: where one is stands in its middle.
const here = document.querySelector(".side nav [aria-current]");
if (here) {
  const strip = here.closest("nav");
  strip.scrollLeft = here.offsetLeft - (strip.clientWidth - here.offsetWidth) / 2;
}

function enliven(root) {
  for (const part of root.querySelectorAll("[data-events]")) follow(part);
}

document.addEventListener("htmx:afterSwap", (event) => {
  enliven(event.detail.target.parentElement || document);
  reach();
});
enliven(document);
reach();
for (const shown of document.querySelectorAll(".toast")) fade(shown);
for (const shown of document.querySelectorAll("dialog[data-shown]")) show(shown);

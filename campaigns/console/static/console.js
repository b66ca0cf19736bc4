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

// A form that is on its way is not sent twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
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

// A part with data-events is shown again as its address sends it; "over" means that the page is to be loaded anew.
function follow(part) {
  if (part.dataset.followed) return;
  part.dataset.followed = "yes";
  const source = new EventSource(part.dataset.events);
  endsWithSession(source, () => {
    delete part.dataset.followed;
    if (part.isConnected) follow(part);
  });
  source.addEventListener("message", (event) => {
    if (!part.isConnected) {
      source.close();
      return;
    }
    part.innerHTML = event.data;
    if (window.htmx) window.htmx.process(part);
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

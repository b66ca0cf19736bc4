"use strict";
// A page that outlasts its session leads to sign-in, unless something that was typed here would be lost with it.

const KNOWN_MS = 60000; // how long the server's word holds that somebody is signed in
const touched = new Set();
const ended = []; // what is to be followed again once somebody is back
let known = Date.now();

// What a page asks for by itself keeps no session: htmx knows no event of a poll, and a reload has only cookies.
document.cookie = "xr_itself=; path=/; max-age=0";
document.addEventListener("htmx:configRequest", (event) => {
  if (!event.detail.triggeringEvent) event.detail.headers["X-By-Itself"] = "yes";
});
function reloadByItself() {
  document.cookie = "xr_itself=1; path=/; max-age=10; samesite=strict";
  window.location.reload();
}

document.addEventListener("input", (event) => {
  if (event.target.closest("form") && !event.target.closest("[role=search]")) touched.add(event.target);
});
function typed() {
  return "typed" in document.body.dataset || [...touched].some((field) => field.isConnected);
}

function signedOut() {
  if (!typed()) {
    const here = window.location.pathname + window.location.search;
    window.location.assign(`/sign-in?${new URLSearchParams({ next: here })}`);
    return;
  }
  const told = document.getElementById("signed-out");
  if (!told.open) told.showModal();
}

// Whether the same person is signed in; then the forms here are good for the session that there is now.
async function stillHere() {
  const answer = await fetch("/session", { headers: { "X-By-Itself": "yes" } });
  if (!answer.ok) throw new Error(answer.statusText);
  const told = await answer.json();
  if (told.user !== document.body.dataset.user) return false;
  for (const field of document.querySelectorAll("input[name=csrf]")) field.value = told.csrf;
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRF-Token": told.csrf }));
  known = Date.now();
  return true;
}

function unreachable() {
  toast(document.getElementById("toasts").dataset.away, "bad");
}

// A stream that ends with its session; `again` follows it anew.
function endsWithSession(source, again) {
  const over = () => {
    source.close();
    ended.push(again);
    signedOut();
  };
  source.addEventListener("signed-out", over);
  source.addEventListener("error", () => {
    if (source.readyState !== EventSource.CLOSED) return;
    stillHere().then((here) => here || over(), () => {}); // the browser has told of what cannot be reached
  });
}

document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status !== 401) return;
  event.stopImmediatePropagation();
  signedOut();
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.getAttribute("method") !== "post" || Date.now() - known < KNOWN_MS) return;
  event.preventDefault();
  stillHere().then((here) => (here ? form.requestSubmit(event.submitter) : signedOut()), unreachable);
});

function seenAgain() {
  if (document.visibilityState !== "visible") return;
  const told = document.getElementById("signed-out");
  if (!told.open && Date.now() - known < KNOWN_MS) return;
  stillHere().then((here) => {
    if (!here) return signedOut();
    told.close();
    for (const again of ended.splice(0)) again();
  }, () => {});
}
document.addEventListener("visibilitychange", seenAgain);
window.addEventListener("focus", seenAgain);

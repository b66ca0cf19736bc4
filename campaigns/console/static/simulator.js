"use strict";
// The simulator's desk: the last words in sight, the cursor where one types, two keys to travel.

(() => {
  function settle() {
    const said = document.getElementById("exchanges");
    if (said) said.scrollTop = said.scrollHeight;
    const field = document.getElementById("say");
    const next = field && field.disabled ? document.querySelector("[data-restart]") : field;
    if (next) next.focus({ preventScroll: true });
  }

  // A script is wider than a window: the step that is asked for, or else the first, is looked at first.
  function centre() {
    const box = document.querySelector(".picture");
    if (!box) return;
    const wanted = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const step = wanted || box.querySelector("svg g[id]");
    if (step && box.contains(step)) {
      const seen = box.getBoundingClientRect(), there = step.getBoundingClientRect();
      box.scrollLeft += there.left - seen.left - (seen.width - there.width) / 2;
      if (wanted) box.scrollTop += there.top - seen.top - 60;
    } else box.scrollLeft = (box.scrollWidth - box.clientWidth) / 2;
  }
  const fit = document.querySelector("[data-fit]");
  if (fit) fit.addEventListener("click", () => {
    const on = document.querySelector(".picture").classList.toggle("fits");
    fit.setAttribute("aria-pressed", String(on));
    if (!on) centre();
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "desk") settle();
    if (event.detail.target.id === "picture") centre();
  });
  centre();
  // A file that is downloaded leaves the page as it is: its form may be sent again.
  document.addEventListener("submit", (event) => {
    if (event.target.querySelector("[data-again]")) window.setTimeout(() => delete event.target.dataset.sent, 0);
  });
  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey) return;
    const key = { ArrowLeft: "back", ArrowRight: "forward" }[event.key];
    const button = key && document.querySelector(`[data-key="${key}"]`);
    if (!button || button.disabled) return;
    event.preventDefault();
    button.click();
  });
  settle();
})();

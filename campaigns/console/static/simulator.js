"use strict";
// The simulator's desk: the last words in sight, the cursor where one types, two keys to travel.

(() => {
  function settle() {
    const said = document.getElementById("exchanges");
    if (said) said.scrollTop = said.scrollHeight;
    const field = document.getElementById("say");
    if (field && !field.disabled) field.focus({ preventScroll: true });
  }

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "desk") settle();
  });
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

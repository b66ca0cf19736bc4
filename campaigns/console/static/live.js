"use strict";
// Live parts: what has changed comes as an event and is put in its place. What is under the reader's pointer, or
// has the focus, keeps its place: rows that are over fade and stay until the reader has left the list.

function html(text) {
  const template = document.createElement("template");
  template.innerHTML = text.trim();
  return template.content.firstElementChild;
}

// Only what differs is replaced, so that a link is not gone between a press and its release.
function become(old, made) {
  old.className = made.className;
  if (old.children.length !== made.children.length) {
    old.replaceChildren(...made.childNodes);
    return;
  }
  const parts = [...made.children];
  for (const [place, part] of [...old.children].entries()) {
    if (part.outerHTML !== parts[place].outerHTML) part.replaceWith(parts[place]);
  }
}

function fill(box, text) {
  const focused = box.contains(document.activeElement) ? document.activeElement : null;
  const again = focused && (focused.id ? `#${focused.id}` : focused.href ? `a[href="${focused.getAttribute("href")}"]` : "");
  box.innerHTML = text;
  if (again) box.querySelector(again)?.focus({ preventScroll: true });
}

class List {
  constructor(body) {
    this.body = body;
    this.order = [...body.children].map((row) => row.id);
    body.addEventListener("pointerleave", () => this.settle());
    body.addEventListener("focusout", () => window.setTimeout(() => this.settle(), 0));
  }

  get held() {
    return this.body.matches(":hover") || this.body.contains(document.activeElement);
  }

  put(news) {
    for (const [id, text] of Object.entries(news.rows || {})) {
      const made = html(text);
      const old = document.getElementById(id);
      if (old) become(old, made);
      else this.body.append(made);
    }
    if (news.order) this.order = news.order;
    this.settle();
  }

  settle() {
    const wanted = new Set(this.order);
    const held = this.held;
    for (const row of [...this.body.children]) {
      if (wanted.has(row.id)) row.classList.remove("gone");
      else if (held) row.classList.add("gone");
      else row.remove();
    }
    if (held) return;
    let place = this.body.firstElementChild;
    for (const id of this.order) {
      const row = document.getElementById(id);
      if (!row) continue;
      if (row === place) place = place.nextElementSibling;
      else this.body.insertBefore(row, place);
    }
  }
}

function nearEnd(box) {
  return box.scrollHeight - box.scrollTop - box.clientHeight < 120;
}

function followFeed(part) {
  const lists = new Map();
  const source = new EventSource(part.dataset.feed);
  window.tend(part, source, () => followFeed(part));
  source.addEventListener("message", (event) => {
    const news = JSON.parse(event.data);
    for (const [name, text] of Object.entries(news.boxes)) {
      const box = document.getElementById(`live-${name}`);
      if (box) fill(box, text);
    }
    for (const [name, changed] of Object.entries(news.lists)) {
      const body = document.getElementById(`live-${name}`);
      if (!body) continue;
      if (!lists.has(name)) lists.set(name, new List(body));
      // Who reads further up is left there.
      const follows = "follows" in body.dataset && (nearEnd(body) || !part.dataset.fed);
      lists.get(name).put(changed);
      if (follows) body.scrollTop = body.scrollHeight;
    }
    part.dataset.fed = "yes";
  });
  source.addEventListener("over", () => {
    source.close();
    reloadByItself();
  });
  window.addEventListener("pagehide", () => source.close());
}

for (const part of document.querySelectorAll("[data-feed]")) followFeed(part);

"use strict";
// The form of a mark goes away by Escape, by a click elsewhere, and when another one opens.

(() => {
  function shut(kept) {
    for (const open of document.querySelectorAll("details.marker[open]")) if (open !== kept) open.open = false;
  }
  document.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && document.querySelector("details.marker[open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => shut(event.target.closest("details.marker")));
})();

// The player of a call: its waveform, the line that is being said, and the keys.

(() => {
  const player = document.getElementById("player");
  if (!player) return;
  const sound = player.querySelector("audio");
  const wave = player.querySelector(".wave");
  const canvas = player.querySelector("canvas");
  const now = player.querySelector(".now");
  const lines = [...document.querySelectorAll("#transcript li[data-from]")];
  let peaks = null, highest = 100;

  function clock(seconds) {
    const whole = Math.max(0, Math.floor(seconds));
    return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
  }

  function length() {
    return peaks ? peaks.seconds : Number.isFinite(sound.duration) ? sound.duration : 0;
  }

  function draw() {
    const ratio = window.devicePixelRatio || 1;
    const wide = canvas.clientWidth, high = canvas.clientHeight;
    if (!peaks || !wide) return;
    if (canvas.width !== wide * ratio) { canvas.width = wide * ratio; canvas.height = high * ratio; }
    const pen = canvas.getContext("2d");
    const style = getComputedStyle(document.documentElement);
    const played = style.getPropertyValue("--accent"), ahead = style.getPropertyValue("--line-strong");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, wide, high);
    const bars = Math.floor(wide / 3), many = peaks.bot.length;
    const here = length() ? sound.currentTime / length() : 0;
    const middle = high / 2;
    for (let bar = 0; bar < bars; bar += 1) {
      const from = Math.floor((bar * many) / bars), to = Math.max(from + 1, Math.floor(((bar + 1) * many) / bars));
      pen.fillStyle = bar / bars < here ? played : ahead;
      const up = loudest(peaks.customer, from, to), down = loudest(peaks.bot, from, to);
      pen.fillRect(bar * 3, middle - 1 - up * (middle - 3), 2, Math.max(0.6, up * (middle - 3)));
      pen.fillRect(bar * 3, middle + 1, 2, Math.max(0.6, down * (middle - 3)));
    }
    pen.fillStyle = played;
    pen.fillRect(Math.min(wide - 1, here * wide), 0, 1, high);
  }

  // Quiet speech is to be seen too: the ear hears the logarithm.
  function loudest(side, from, to) {
    let most = 0;
    for (let at = from; at < to; at += 1) most = Math.max(most, side[at] || 0);
    return Math.sqrt(most / highest);
  }

  function told() {
    const at = sound.currentTime;
    now.textContent = clock(at);
    wave.setAttribute("aria-valuenow", String(Math.floor(at)));
    wave.setAttribute("aria-valuetext", clock(at));
    let current = null;
    for (const line of lines) if (!line.classList.contains("line") && Number(line.dataset.from) <= at + 0.05) current = line;
    for (const line of lines) line.classList.toggle("current", line === current && at > 0);
    draw();
  }

  function go(seconds) {
    const most = length();
    sound.currentTime = Math.max(0, most ? Math.min(seconds, most - 0.05) : seconds);
    told();
  }

  function failed() {
    const region = document.getElementById("toasts");
    const made = document.createElement("div");
    made.className = "toast bad";
    made.textContent = player.dataset.failed;
    region.append(made);
  }

  function toggle() {
    if (sound.paused) sound.play().catch(failed);
    else sound.pause();
  }

  function byLines(step) {
    const said = lines.filter((line) => !line.classList.contains("line"));
    const at = sound.currentTime;
    const next = step > 0
      ? said.find((line) => Number(line.dataset.from) > at + 0.1)
      : said.filter((line) => Number(line.dataset.from) < at - 1).pop() || said[0];
    if (next) {
      go(Number(next.dataset.from));
      next.scrollIntoView({ block: "nearest" });
    }
  }

  const KEYS = {
    " ": toggle,
    ArrowLeft: () => go(sound.currentTime - 5),
    ArrowRight: () => go(sound.currentTime + 5),
    ArrowUp: () => byLines(-1),
    ArrowDown: () => byLines(1),
    Home: () => go(0),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.target.closest("input, select, textarea, dialog, summary, a, button") && !event.target.closest(".wave")) {
      if (event.key === " " || event.target.closest("input, select, textarea, dialog")) return;
    }
    const act = KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  player.querySelector(".play").addEventListener("click", toggle);
  player.querySelector(".speed select").addEventListener("change", (event) => { sound.playbackRate = Number(event.target.value); });
  wave.addEventListener("pointerdown", (event) => {
    const box = wave.getBoundingClientRect();
    go(((event.clientX - box.left) / box.width) * length());
  });
  for (const line of lines) {
    line.addEventListener("click", (event) => {
      if (line.classList.contains("line") || event.target.closest("details, form, a, select") || window.getSelection().toString()) return;
      go(Number(line.dataset.from));
      if (event.target.closest("button.at")) sound.play().catch(failed);
    });
  }
  sound.addEventListener("timeupdate", told);
  sound.addEventListener("play", () => player.classList.add("playing"));
  sound.addEventListener("pause", () => player.classList.remove("playing"));
  sound.addEventListener("error", failed);
  window.addEventListener("resize", draw);

  fetch(player.dataset.waveform, { headers: { Accept: "application/json" } })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))))
    .then((told_) => {
      peaks = told_;
      highest = Math.max(1, ...peaks.customer, ...peaks.bot);
      player.querySelector(".all").textContent = clock(peaks.seconds);
      wave.setAttribute("aria-valuemax", String(Math.ceil(peaks.seconds)));
      draw();
    })
    .catch(() => {});
})();

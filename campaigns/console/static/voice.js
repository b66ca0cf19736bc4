"use strict";
// A call by voice with the simulator: microphone and loudspeaker on one side, a socket on the other.

(() => {
  const part = document.getElementById("voice");
  if (!part) return;
  const speak = part.querySelector("[data-speak]"), hangUp = part.querySelector("[data-hang-up]");
  const status = part.querySelector("[data-status]"), said = part.querySelector("[data-said]");
  let ends = null, step = "";

  function tell(text) {
    status.textContent = text;
  }

  function show(entry) {
    if (entry.speaker === "line") return;
    const line = document.createElement("li");
    line.className = entry.speaker;
    const at = document.createElement("span"), who = document.createElement("span"), words = document.createElement("div");
    at.className = "at";
    who.className = "speaker";
    who.textContent = part.dataset[entry.speaker];
    words.className = "words";
    const text = document.createElement("p");
    text.textContent = entry.text;
    words.append(text);
    const aside = [entry.intent, entry.confidence && `${Math.round(entry.confidence * 100)}%`, entry.step !== step && entry.step].filter(Boolean);
    step = entry.step || step;
    if (aside.length) {
      const more = document.createElement("p");
      more.className = "aside";
      more.textContent = aside.join(" · ");
      words.append(more);
    }
    line.append(at, who, words);
    said.append(line);
    said.scrollTop = said.scrollHeight;
  }

  async function begin() {
    speak.disabled = true;
    said.replaceChildren();
    step = "";
    said.hidden = false;
    let context, sound;
    try {
      sound = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: true, noiseSuppression: false } });
      context = new AudioContext();
      await context.audioWorklet.addModule(part.dataset.worklet);
    } catch {
      if (sound) for (const track of sound.getTracks()) track.stop();
      tell(part.dataset.microphone);
      speak.disabled = false;
      return;
    }
    const telephone = new AudioWorkletNode(context, "telephone");
    context.createMediaStreamSource(sound).connect(telephone).connect(context.destination);
    const address = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/simulator/voice`;
    const socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    let ready = false, last = part.dataset.over;
    telephone.port.onmessage = (event) => {
      if (ready && socket.readyState === WebSocket.OPEN) socket.send(event.data);
    };
    socket.addEventListener("message", (event) => {
      if (typeof event.data !== "string") {
        telephone.port.postMessage(event.data, [event.data]);
        return;
      }
      const told = JSON.parse(event.data);
      if (told.type === "preparing") tell(part.dataset.preparing);
      else if (told.type === "ready") {
        ready = true;
        tell(part.dataset.ready);
      } else if (told.type === "entry") show(told);
      else if (told.type === "over") last = `${part.dataset.over} ${told.disposition}`;
      else if (told.type === "error") last = part.dataset[told.code] || part.dataset.fault;
    });
    socket.addEventListener("close", () => {
      tell(last);
      ends = null;
      hangUp.hidden = true;
      speak.hidden = false;
      speak.disabled = false;
      for (const track of sound.getTracks()) track.stop();
      context.close();
    });
    socket.addEventListener("error", () => { last = part.dataset.fault; });
    ends = () => {
      if (socket.readyState === WebSocket.OPEN) socket.send("hang up");
      else socket.close();
    };
    speak.hidden = true;
    hangUp.hidden = false;
  }

  speak.addEventListener("click", begin);
  hangUp.addEventListener("click", () => { if (ends) ends(); });
  window.addEventListener("pagehide", () => { if (ends) ends(); });
})();

"use strict";
// An AudioWorklet: the microphone as 16-bit samples at 8 kHz, and such samples to the loudspeaker.

const RATE = 8000, CHUNK = 320, AHEAD = 960;

class Telephone extends AudioWorkletProcessor {
  constructor() {
    super();
    this.ratio = sampleRate / RATE;
    this.chunk = new Int16Array(CHUNK);
    this.filled = 0;
    this.sum = 0;
    this.summed = 0;
    this.due = this.ratio;
    this.queue = [];
    this.queued = 0;
    this.at = 0;
    this.begun = false;
    this.port.onmessage = (event) => {
      const pcm = new Int16Array(event.data);
      this.queue.push(pcm);
      this.queued += pcm.length;
    };
  }

  // The mean of the samples between two of ours: what is too high for a telephone is mostly gone.
  hear(sample) {
    this.sum += sample;
    this.summed += 1;
    this.due -= 1;
    if (this.due > 0) return;
    this.due += this.ratio;
    const value = Math.max(-1, Math.min(1, this.sum / this.summed));
    this.sum = 0;
    this.summed = 0;
    this.chunk[this.filled] = Math.round(value * 32767);
    this.filled += 1;
    if (this.filled === CHUNK) {
      this.port.postMessage(this.chunk.buffer, [this.chunk.buffer]);
      this.chunk = new Int16Array(CHUNK);
      this.filled = 0;
    }
  }

  sampleAt(place) {
    const first = this.queue[0];
    if (place < first.length) return first[place];
    return this.queue.length > 1 ? this.queue[1][place - first.length] || 0 : first[first.length - 1];
  }

  say() {
    if (!this.begun) {
      if (this.queued < AHEAD) return 0;
      this.begun = true;
    }
    if (!this.queue.length) {
      this.begun = false;
      return 0;
    }
    const whole = Math.floor(this.at), part = this.at - whole;
    const value = this.sampleAt(whole) * (1 - part) + this.sampleAt(whole + 1) * part;
    this.at += 1 / this.ratio;
    while (this.queue.length && this.at >= this.queue[0].length) {
      this.at -= this.queue[0].length;
      this.queued -= this.queue.shift().length;
    }
    return value / 32768;
  }

  process(inputs, outputs) {
    const heard = inputs[0][0], played = outputs[0];
    const count = played[0].length;
    for (let at = 0; at < count; at += 1) {
      this.hear(heard ? heard[at] : 0);
      const value = this.say();
      for (const channel of played) channel[at] = value;
    }
    return true;
  }
}

registerProcessor("telephone", Telephone);

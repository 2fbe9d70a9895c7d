// A light that runs along the wires: out when an alarm leaves, back when its receipt comes.
// Slower than the truth, so that it can be seen; the figures are in the line of stations.

import { setAttr, svg } from "/page/dom.js";

const LEG_MS = 240;
const FRESH_MS = 3000; // what is older was not seen live, as after a reload
const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class Pulse {
  constructor(wires) {
    this.wires = wires;
    this.dot = svg("circle", { class: "pulse", r: 7, visibility: "hidden" });
    wires.svg.append(this.dot);
    this.shown = new Set();
    this.queue = Promise.resolve();
  }

  /** Looks at the newest alarm; each of its two ways is shown once. */
  see(journey, nowMs) {
    if (!journey || calm.matches || nowMs - journey.moved_ms > FRESH_MS + (journey.steps.receipt ?? 0)) return;
    const { loop, lan, wan } = this.wires.paths;
    const out = journey.subject === "counter-button" ? [loop, lan, wan] : [lan, wan];
    if (journey.steps.sent !== undefined) this.once(`${journey.id} out`, out, false);
    if (journey.steps.receipt !== undefined) this.once(`${journey.id} back`, [wan, lan], true);
  }

  once(key, paths, isBack) {
    if (this.shown.has(key)) return;
    this.shown.add(key);
    for (const path of paths) this.queue = this.queue.then(() => this.run(path, isBack));
  }

  run(path, isBack) {
    const length = path.getTotalLength();
    return new Promise((done) => {
      let begun = null;
      const step = (atMs) => {
        begun ??= atMs;
        const share = (atMs - begun) / LEG_MS;
        if (share >= 1 || !path.isConnected) {
          setAttr(this.dot, "visibility", "hidden");
          done();
          return;
        }
        const { x, y } = path.getPointAtLength(length * (isBack ? 1 - share : share));
        setAttr(this.dot, "cx", x.toFixed(1));
        setAttr(this.dot, "cy", y.toFixed(1));
        setAttr(this.dot, "visibility", "visible");
        requestAnimationFrame(step);
      };
      requestAnimationFrame(step);
    });
  }
}

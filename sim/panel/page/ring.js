// The ring around the no-dial phone: how long until a lifted handset is a call.

import { setAttr, svg } from "/page/dom.js";
import { say } from "/page/words.js";

const HOLD_MS = 7000; // `hold_ms` of a hotline, docs/configuration.md
const ROUND = 100; // pathLength

export class HandsetRing {
  constructor(phone) {
    this.since = new Map(); // by store: when this page first saw the handset off the hook
    this.circle = svg("circle", { class: "ring", cx: 75, cy: 64, r: 70, pathLength: ROUND });
    phone.art.append(this.circle);
    setAttr(phone.art, "overflow", "visible");
  }

  heldMs(device, zone, nowMs) {
    if (!zone.held) this.since.delete(device);
    else if (!this.since.has(device)) this.since.set(device, nowMs);
    return zone.held ? nowMs - this.since.get(device) : 0;
  }

  show(zone, nowMs, device) {
    this.ms = this.heldMs(device, zone, nowMs);
    const share = zone.state === "raised" ? 1 : Math.min(1, this.ms / HOLD_MS);
    setAttr(this.circle, "stroke-dasharray", `${(share * ROUND).toFixed(1)} ${ROUND}`);
    setAttr(this.circle, "data-full", String(zone.held && zone.state === "raised"));
    setAttr(this.circle, "visibility", zone.held && zone.state !== null ? "visible" : "hidden");
  }

  /** What to say while the handset is off; null when it lies, or the zone has more to say. */
  words(zone, nowMs) {
    if (!zone.held || zone.state === null) return null;
    if (zone.state === "raised") return say("phone.call");
    return zone.state === "normal" ? say("phone.counting", { n: Math.floor(this.ms / 1000) }) : null;
  }
}

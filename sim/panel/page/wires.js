// Draws the wires between the things on the counter, wherever the layout has put them.

import { h, setAttr, svg } from "/page/dom.js";

const GAP = 30; // half of what a cut takes away, in pixels: wider than the button on it
const EDGE = 11; // how far from the scene's edge a wire runs

export class Wires {
  constructor(scene, parts, onCut) {
    this.scene = scene;
    this.parts = parts;
    this.paths = {};
    this.svg = svg("svg", { class: "wires", "aria-hidden": "true" });
    for (const name of ["power", "lan", "wan", "loop"]) this.svg.append((this.paths[name] = svg("path", { class: `wire ${name}` })));
    this.target = svg("path", { class: "wire-target", onclick: onCut });
    this.svg.append(this.target);
    this.scene.prepend(this.svg);
    new ResizeObserver(() => this.route()).observe(scene);
    document.fonts?.ready.then(() => this.route());
  }

  box(element) {
    const frame = this.scene.getBoundingClientRect();
    const box = element.getBoundingClientRect();
    return {
      left: box.left - frame.left, right: box.right - frame.left, top: box.top - frame.top, bottom: box.bottom - frame.top,
      x: (box.left + box.right) / 2 - frame.left, y: (box.top + box.bottom) / 2 - frame.top, width: box.width,
    };
  }

  route() {
    const { button, device, router, plug, slab, cutter } = this.parts;
    const [b, d, r, p, s, c] = [button, device, router, plug, slab, cutter].map((part) => this.box(part));
    const width = this.scene.clientWidth;
    setAttr(this.svg, "viewBox", `0 0 ${width} ${this.scene.clientHeight}`);
    const narrow = width < 560;
    const entry = narrow ? `M${EDGE} ${s.top}V${d.y}H${d.left}` : `M${d.x - 20} ${s.top}V${d.bottom - 4}`;
    const start = b.right - b.width * 0.11; // the edge of the housing within its drawing
    this.loop = { from: `M${start} ${c.y}H${c.x - GAP}`, to: `M${c.x + GAP} ${c.y}H${this.bend(c.x + 34, c.y, s.bottom)}${entry}`, whole: `M${start} ${c.y}H${this.bend(c.x + 34, c.y, s.bottom)}${entry}` };
    setAttr(this.target, "d", this.loop.whole);
    setAttr(this.paths.lan, "d", `M${d.right - 6} ${d.y}H${r.left + r.width * 0.06}`);
    setAttr(this.paths.wan, "d", `M${r.x} ${r.top + r.width * 0.52}V${Math.min(r.top, p.top) - 6}q0-8 8-8H${width}`);
    setAttr(this.paths.power, "d", narrow ? "" : `M${p.x} ${p.bottom - 2}V${s.top}M${d.x + 20} ${s.top}V${d.bottom - 4}`);
    this.show();
  }

  /** A rounded corner from rightwards to upwards. */
  bend(x, y, top) {
    return `${x - 10}q10 0 10-10V${Math.min(top, y - 10)}`;
  }

  show(cut = this.cut, power = this.power, lan = this.lan) {
    Object.assign(this, { cut, power, lan });
    if (!this.loop) return;
    setAttr(this.paths.loop, "d", cut ? this.loop.from + this.loop.to : this.loop.whole);
    setAttr(this.paths.loop, "class", `wire loop${cut ? " broken" : ""}`);
    setAttr(this.paths.power, "class", `wire power${power ? "" : " dead"}`);
    setAttr(this.paths.lan, "class", `wire lan${lan ? "" : " dead"}`);
    setAttr(this.paths.wan, "class", `wire wan${lan ? "" : " dead"}`);
  }
}

export const slab = () => h("div", { class: "slab" });

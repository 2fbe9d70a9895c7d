// How fast: two dots per alarm on a logarithmic scale, with the median and the 99th percentile of the receipts.

import { h, setAttr, setText, svg } from "/page/dom.js";
import { percentile } from "/page/percentile.js";
import { milliseconds, say, spoken } from "/page/words.js";

const HEIGHT = 220;
const PAD = { left: 52, right: 16, top: 14, bottom: 22 };
const TICKS_MS = [1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 60_000, 600_000, 3_600_000];
const SPREAD = 14; // pixels between two dots while there are few

export function mountChart(root) {
  const plot = svg("svg", { class: "plot", role: "img", "aria-label": say("chart"), height: HEIGHT });
  const text = h("figcaption", {});
  const none = h("p", { class: "empty" }, say("chart.none"));
  const legend = h("p", { class: "legend", "aria-hidden": "true" }, h("span", { class: "key verified" }), say("chart.verified"), h("span", { class: "key receipt" }), say("chart.receipt"));
  const figure = h("figure", { class: "chart" }, plot, legend, text);
  root.append(h("div", { class: "heading" }, h("h2", {}, say("chart"))), none, figure);
  let drawn = "";
  let latest = null;
  new ResizeObserver(() => { drawn = ""; if (latest) update(latest); }).observe(root);

  function update(world) {
    latest = world;
    // An alarm whose receipt is still out has no place on the scale yet.
    const dots = world.latency.filter((dot) => dot.receipt_ms !== null && dot.verified_ms !== null);
    setAttr(none, "hidden", dots.length > 0);
    setAttr(figure, "hidden", dots.length === 0);
    const width = figure.clientWidth;
    const key = `${width}/${dots.length}/${dots.at(-1)?.id}`;
    if (dots.length === 0 || width === 0 || key === drawn) return;
    drawn = key;
    const receipts = dots.map((dot) => dot.receipt_ms);
    const marks = { p50: percentile(receipts, 0.5), p99: percentile(receipts, 0.99) };
    const words = say(dots.length === 1 ? "chart.one" : "chart.text", { n: dots.length, p50: spoken(marks.p50), p99: spoken(marks.p99), worst: spoken(Math.max(...receipts)) });
    setText(text, words);
    setAttr(plot, "aria-label", words);
    draw(plot, width, dots, marks);
  }
  return update;
}

function draw(plot, width, dots, marks) {
  const values = dots.flatMap((dot) => [dot.verified_ms, dot.receipt_ms]);
  const ticks = ticksFor(Math.min(...values), Math.max(...values));
  const [low, high] = [ticks[0], ticks.at(-1)].map(Math.log10);
  const y = (ms) => HEIGHT - PAD.bottom - ((Math.log10(Math.max(ms, ticks[0])) - low) / (high - low)) * (HEIGHT - PAD.top - PAD.bottom);
  const room = width - PAD.left - PAD.right;
  const step = Math.min(SPREAD, room / Math.max(1, dots.length));
  const x = (at) => PAD.left + step * (at + 0.5);
  setAttr(plot, "viewBox", `0 0 ${width} ${HEIGHT}`);
  setAttr(plot, "width", width);
  plot.replaceChildren(
    ...ticks.flatMap((ms) => [svg("line", { class: "grid", x1: PAD.left, x2: width - PAD.right, y1: y(ms), y2: y(ms) }), svg("text", { class: "tick", x: PAD.left - 8, y: y(ms) + 4 }, tickText(ms))]),
    ...Object.entries(marks).map(([name, ms]) => svg("line", { class: `mark ${name}`, x1: PAD.left, x2: width - PAD.right, y1: y(ms), y2: y(ms) })),
    ...dots.flatMap((dot, at) => [
      svg("line", { class: "stem", x1: x(at), x2: x(at), y1: y(dot.verified_ms), y2: y(dot.receipt_ms) }),
      svg("circle", { class: "verified", cx: x(at), cy: y(dot.verified_ms), r: 3 }),
      svg("circle", { class: "receipt", cx: x(at), cy: y(dot.receipt_ms), r: 3.5 }, svg("title", {}, `${milliseconds(dot.verified_ms)} · ${milliseconds(dot.receipt_ms)}`)),
    ]),
    ...markLabels(marks, y, width),
  );
}

function markLabels({ p50, p99 }, y, width) {
  const apart = Math.abs(y(p50) - y(p99)) > 16;
  const label = (text, ms, dy) => svg("text", { class: "mark-label", x: width - PAD.right, y: y(ms) + dy }, text);
  const words = (name, ms) => `${name} ${milliseconds(ms)}`;
  return apart ? [label(words("p50", p50), p50, 14), label(words("p99", p99), p99, -6)] : [label(`${words("p50", p50)} · ${words("p99", p99)}`, p99, -6)];
}

/** Decades around the values, with at least two lines. */
function ticksFor(least, most) {
  const from = Math.max(0, TICKS_MS.findLastIndex((tick) => tick <= least));
  let to = TICKS_MS.findIndex((tick) => tick >= most);
  if (to < 0) to = TICKS_MS.length - 1;
  return TICKS_MS.slice(from, Math.max(to, from + 2) + 1);
}

const tickText = (ms) => (ms >= 60_000 ? `${ms / 60_000} min` : ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`);

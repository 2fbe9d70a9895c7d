// The way of the newest alarm as a line of stations, and the earlier ones as a table.

import { h, keyed, setAttr, setText } from "/page/dom.js";
import { inspect } from "/page/envelope.js";
import { knows, milliseconds, say, subjectName, typeName } from "/page/words.js";

export const STEPS = ["edge", "believed", "signed", "stored", "sent", "broker", "verified", "receipt"];
const EARLIER = 8;

const figures = (ms) => (ms === undefined ? "" : milliseconds(ms));
/** The newest alarm of a person; at a bank, of a door too. */
export const newestOf = (store) => store.journeys.find((journey) => journey.phase === "raised" && (journey.by_person || (store.bank && journey.type.startsWith("ansim.alarm")))) ?? null;

export function mountJourney(root) {
  const title = h("p", { class: "journey-what" });
  const open = h("button", { type: "button", class: "quiet", "data-act": "inspect" }, say("journey.inspect"));
  const stations = STEPS.map((step) => h("li", { "data-step": step }, h("span", { class: "dot" }), h("span", { class: "step" }, say(`step.${step}`)), h("span", { class: "ms" })));
  const line = h("ol", { class: "line" }, ...stations);
  const none = h("p", { class: "empty" }, say("journey.none"));
  const body = h("tbody");
  const head = h("tr", {}, h("th", { scope: "col" }, say("column.event")), ...STEPS.slice(1).map((step) => h("th", { scope: "col", class: "figure" }, say(`step.${step}`))), h("th", { scope: "col" }, say("column.answer")));
  const table = h("table", { class: "earlier" }, h("caption", {}, `${say("journey.older")} · ${say("journey.after")}`), h("thead", {}, head), body);
  const scroller = h("div", { class: "scroller", role: "region", tabindex: 0, "aria-label": say("journey.older") }, table);
  root.append(h("div", { class: "heading" }, h("h2", {}, say("journey")), title, open), none, line, scroller);
  let shown = null;
  open.addEventListener("click", () => shown && inspect(shown.store, shown.id));

  return (store) => {
    const journey = newestOf(store);
    shown = journey && { store: store.device, id: journey.id };
    setAttr(line, "hidden", !journey);
    setAttr(none, "hidden", Boolean(journey));
    setAttr(open, "hidden", !journey);
    setText(title, journey ? describe(journey) : "");
    if (journey) stations.forEach((station, at) => showStation(station, STEPS[at], journey.steps[STEPS[at]]));
    const earlier = store.journeys.filter((each) => each !== journey).slice(0, EARLIER);
    setAttr(scroller, "hidden", earlier.length === 0);
    keyed(body, earlier, (each) => each.id, (each) => row(store.device, each), (element, each) => showRow(element, each, store.bank?.commands.find(({ jti }) => jti === each.subject)));
  };
}

function describe(journey) {
  const again = journey.sent_times > 1 ? ` · ${say("journey.sent", { n: journey.sent_times })}` : "";
  const where = journey.by_person ? "" : subjectName(journey.subject, journey.type);
  return `${typeName(journey.type)}${where && ` · ${where}`} · ${clock(journey.moved_ms)}${again}`;
}

function showStation(station, step, ms) {
  const reached = ms !== undefined;
  setAttr(station, "data-reached", String(reached));
  setText(station.lastChild, reached ? milliseconds(ms) : "–");
  setAttr(station, "aria-label", say(reached ? "journey.reached" : "journey.waiting", { step: say(`step.${step}`), time: figures(ms) }));
}

function row(device, journey) {
  const open = h("button", { type: "button", class: "cell", "data-act": "inspect", "data-event": journey.id, onclick: () => inspect(device, journey.id) });
  return h("tr", {}, h("th", { scope: "row" }, open), ...STEPS.slice(1).map((step) => h("td", { class: "figure", "data-step": step })), h("td", { class: "answer" }));
}

function showRow(element, journey, asked) {
  const where = journey.type.startsWith("ansim.alarm") && knows(`zone.${journey.subject}`) ? "" : subjectName(journey.subject, journey.type, asked);
  const subject = where && where !== journey.subject ? ` · ${where}` : "";
  const phase = journey.phase === "restored" ? ` · ${say("phase.restored")}` : "";
  setText(element.querySelector("button"), typeName(journey.type) + subject + phase);
  for (const cell of element.querySelectorAll("td[data-step]")) setText(cell, cellFigure(journey.steps[cell.dataset.step]));
  setText(element.lastChild, say(`answered.${journey.answer ?? "none"}`));
}

const cellFigure = (ms) => (ms === undefined ? "–" : ms >= 1000 ? Math.round(ms).toLocaleString("en") : ms.toFixed(1));

export const clock = (ms) => new Date(ms).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });

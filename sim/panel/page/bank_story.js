// What has just happened at a bank, in one sentence and a half. Pure.

import { outcomeOf, reasonName } from "/page/bank_commands.js";
import { isLatchOnly, mistakeAbout } from "/page/bank_truth.js";
import { knows, say, spoken } from "/page/words.js";

const tell = (key, places) => ({ headline: say(`bank.story.${key}`, places), more: say(`bank.story.${key}.more`, places), key: `bank.${key}` });
// What came of these is an event of the door itself, with more to say.
const TOLD_BY_DOOR = new Set(["opened", "jammed", "wrong-door"]);
// Nothing was pulsed, and these reasons say so themselves.
const SAY_NOTHING_SENT = new Set(["not-sent", "refused"]);
// After these the agent takes the door for open.
const MISREAD = /^(door\.opened|alarm\.(forced|found_open|wrong_door|left_open))$/;
const DOOR_MOVED = /^door\.(opened|closed)$/;

/** {headline, more, key, turn}; null where a store has the same to say: nothing in it is a bank's. */
export function bankStory(world, store, newest, nowMs) {
  const { doors, commands: [command] } = store.bank;
  const doorOf = (name) => doors.find((door) => door.name === name);
  if (command && isWorthMore(command, newest)) {
    const told = ofCommand(command, doorOf(command.door), store, nowMs);
    const more = command.state === "unsigned" && newest?.moved_ms >= command.at_ms ? `${told.more} ${reached(newest, store)}` : told.more;
    return { ...told, more, turn: `${told.key} ${command.jti} ${command.outcome}` };
  }
  if (!newest) return { ...tell("quiet"), turn: "quiet" };
  const type = newest.type.replace(/^ansim\./, "") + (newest.phase === "restored" ? ".restored" : "");
  if (!knows(`bank.story.${type}`)) return null;
  const { detail } = world.room.alarms.find((alarm) => alarm.store === store.device && alarm.id === newest.id) ?? { detail: {} };
  const door = doorOf(newest.subject);
  const mistake = door ? mistakeAbout(door, nowMs) : "";
  return { ...ofEvent(newest, type, detail, door, mistake, store), turn: `${newest.id} ${newest.steps.receipt !== undefined} ${mistake}` };
}

/** The newest command is told, until something happens that did not come of it. */
function isWorthMore(command, newest) {
  if (!newest) return true;
  const { command: name, door, state, outcome, result, at_ms, told_ms } = command;
  if (state === "unsigned" && newest.type === "ansim.trouble.message") return true;
  const isOpeningAll = name === "door.open_all" && outcome === null && newest.type.startsWith("ansim.door");
  const isOwn = state === "good" && door !== null && TOLD_BY_DOOR.has(result);
  return isOpeningAll || newest.moved_ms <= (isOwn ? at_ms : told_ms ?? at_ms);
}

export const reached = ({ steps }, store) => (steps.receipt !== undefined ? say("story.trouble.told", { time: spoken(steps.receipt) }) : say(store.connected ? "story.trouble.untold" : "story.nolink.more"));

function ofEvent(event, type, detail, door, mistake, store) {
  const [, board] = event.subject.split("/");
  const told = tell(variant(type, detail, door), { door: event.subject, n: board ?? "" });
  if (mistake === "unseen" && type === "door.closed") return { ...told, more: say("mistake.unseen.story") };
  if (mistake && mistake !== "unseen" && MISREAD.test(type)) Object.assign(told, { headline: say("bank.story.misread", { door: door.name, state: say(`door.state.${door.state}`) }), more: `${say("mistake.shut")} ${say(`mistake.${mistake}`)}` });
  if (DOOR_MOVED.test(type)) return told;
  return { ...told, more: `${told.more} ${reached(event, store)}`, key: event.steps.receipt !== undefined ? told.key : "untold" };
}

/** What the detail of an event, or what a door has to see with, makes of its words. */
function variant(type, detail, door) {
  const more = {
    "door.closed": () => (isLatchOnly(door) ? "latch" : door.state === "secured" ? "" : "reed"),
    "alarm.person_inside": () => (detail.released_again === undefined ? "" : detail.released_again ? "again" : "kept"),
    "trouble.unlatched": () => (detail.let_go ? "let_go" : ""),
    "trouble.board": () => (knows(`bank.story.trouble.board.${detail.why}`) ? detail.why : ""),
  }[type]?.();
  return more ? `${type}.${more}` : type;
}

function ofCommand(command, door, store, nowMs) {
  const places = { door: command.door ?? "", asked: say(`command.${command.command}`, { door: command.door ?? "" }) };
  const wrong = command.state === "good" ? null : `asked.${command.state}`;
  const { text, kind } = outcomeOf(command, nowMs);
  const lesson = wrong ? say(`bank.story.${wrong}.more`) : null;
  if (kind === "refused") {
    const said = say("bank.story.refused.more", { reason: reasonName(command) });
    return { ...tell("refused", places), more: [said, lesson ?? (SAY_NOTHING_SENT.has(command.reason) ? "" : say("bank.story.refused.unsent"))].filter(Boolean).join(" ") };
  }
  if (command.outcome === "unknown") return tell("unknown", places);
  if (command.outcome === "done") return { ...tell("done", places), headline: text, more: lesson ?? say("bank.story.done.more") };
  if (wrong) return tell(wrong, places);
  if (kind === "silent") return { ...tell("silent", places), headline: text };
  if (command.command === "door.open_all") return openingAll(store, places);
  if (door?.state === "releasing" && !door.open) return tell("releasing", places);
  return tell("asked", places);
}

/** How far it is, and which doors wait for somebody to pull. */
function openingAll({ bank }, places) {
  const releasing = bank.doors.filter((door) => door.state === "releasing" && !door.open);
  if (!releasing.length) return tell("asked", places);
  const open = bank.doors.filter((door) => door.open);
  const waiting = releasing.filter(({ hook }) => hook === "free");
  const told = tell("opening-all", { n: open.length, all: bank.doors.length });
  return waiting.length ? { ...told, more: say("bank.story.opening-all.pull", { doors: waiting.map(({ name }) => name).join(", ") }) } : told;
}

// What the control room has asked of the bank, and what came of it, in words. Pure.

import { knows, milliseconds, say } from "/page/words.js";

// An answer takes a few hundred ms, a door that must be pulled ten seconds; bytes that are not believed are never answered.
const SILENCE_MS = 3_000;
const GIVEN_UP_MS = 45_000;
// All doors, one after the other: it takes longer than one command lives.
const ALL_GIVEN_UP_MS = 300_000;
const CAN_OPEN = new Set(["good", "replayed"]);
const BAD = new Set(["jammed", "wrong-door", "some-open"]);

export const commandName = ({ command, door }) => say(`command.${command}`, { door: door ?? "" });

/** {text, kind}: kind is done, refused, unknown, waiting or silent. */
export function outcomeOf(command, nowMs) {
  const asked = commandName(command);
  const wrong = command.state && command.state !== "good" ? ` (${say(`wrong.${command.state}`)})` : "";
  const told = (key, places = {}) => `${asked}${wrong}: ${say(key, places)}`;
  if (command.outcome === "done") return { text: told(command.state === "replayed" ? "outcome.once" : "outcome.done", { result: resultName(command) }) + took(command), kind: BAD.has(command.result) ? "unknown" : "done" };
  if (command.outcome === "refused") return { text: told("outcome.refused", { reason: reasonName(command) }), kind: "refused" };
  if (command.outcome === "unknown") return { text: told("outcome.unknown"), kind: "unknown" };
  if (command.state === "unsigned" && nowMs - command.at_ms > SILENCE_MS) return { text: told("silent.unsigned"), kind: "silent" };
  if (nowMs - command.at_ms > (command.command === "door.open_all" ? ALL_GIVEN_UP_MS : GIVEN_UP_MS)) return { text: told("silent"), kind: "silent" };
  return { text: told("outcome.waiting"), kind: "waiting" };
}

const took = ({ after_ms }) => (after_ms === null || after_ms === undefined ? "" : ` · ${milliseconds(after_ms)}`);

/** Whether a door is being unlocked: to ask again would cost one more opening. */
export const isUnlocking = (commands, door, nowMs) => commands.some((each) => each.command === "door.unlock" && each.door === door && CAN_OPEN.has(each.state) && outcomeOf(each, nowMs).kind === "waiting");

function resultName({ result, not_opened }) {
  if (result === null) return say("result.seen");
  if (knows(`result.${result}`)) return say(`result.${result}`, { doors: not_opened.join(", ") });
  return knows(`door.state.${result}`) ? say("result.state", { state: say(`door.state.${result}`) }) : result;
}

/** One that expired after it was taken was good when it came. */
export function reasonName({ reason, after_ms }) {
  const key = reason === "expired" && after_ms !== null ? "reason.expired.unsent" : `reason.${reason}`;
  return reason && knows(key) ? say(key) : reason ?? "";
}

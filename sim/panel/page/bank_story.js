// What has just happened at a bank, in one sentence and a half. Pure.

import { outcomeOf, reasonName } from "/page/bank_commands.js";
import { knows, say, spoken } from "/page/words.js";

const tell = (key, places) => ({ headline: say(`bank.story.${key}`, places), more: say(`bank.story.${key}.more`, places), key: `bank.${key}` });

/** {headline, more, key, turn}; null where a store has the same to say: nothing in it is a bank's. */
export function bankStory(store, newest) {
  const command = store.bank.commands[0];
  if (command && (!newest || command.at_ms >= newest.moved_ms)) {
    const told = ofCommand(command, store.bank.doors.find((door) => door.name === command.door));
    return { ...told, turn: `${told.key} ${command.jti} ${command.outcome}` };
  }
  if (!newest) return { ...tell("quiet"), turn: "quiet" };
  const type = newest.type.replace(/^ansim\./, "");
  if (newest.phase === "restored" || !knows(`bank.story.${type}`)) return null;
  return { ...ofEvent(newest, type), turn: `${newest.id} ${newest.steps.receipt !== undefined}` };
}

function ofEvent(event, key) {
  const told = tell(key, { door: event.subject });
  if (key.startsWith("door.")) return told;
  const known = event.steps.receipt !== undefined;
  return { ...told, more: `${told.more} ${known ? say("story.trouble.told", { time: spoken(event.steps.receipt) }) : say("story.trouble.untold")}`, key: known ? told.key : "untold" };
}

function ofCommand(command, door) {
  const places = { door: command.door ?? "", asked: say(`command.${command.command}`, { door: command.door ?? "" }) };
  if (command.outcome === "refused") return tell("refused", { ...places, reason: reasonName(command.reason) });
  if (command.outcome === "unknown") return tell("unknown", places);
  if (command.outcome === "done") return { ...tell("done", places), headline: outcomeOf(command, command.at_ms).text };
  if (door?.state === "releasing" && !door.open) return tell("releasing", places);
  const wrong = command.state !== undefined && command.state !== "good";
  return tell(wrong ? `asked.${command.state}` : "asked", places);
}

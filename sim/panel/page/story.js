// What has just happened, in one sentence and a half. Pure.

import { bankStory, reached } from "/page/bank_story.js";
import { duration, say, spoken, subjectName, typeName } from "/page/words.js";

const PATIENCE_MS = 1500; // after that a missing receipt is worth a sentence of its own

// What a command came to is said with the command.
const UNSAID = /^ansim\.(system|command)\./;

const tell = (key, places) => ({ headline: say(`story.${key}`, places), more: say(`story.${key}.more`, places), key, turn: key });

/** {headline, more, key, turn} for one store; another `turn` is worth saying aloud. */
export function story(world, store, nowMs) {
  if (store.power === "off") return { ...tell("off"), more: say(store.presence === "offline" ? "story.off.more" : "story.off.unknown") };
  const hotline = store.zones.find((zone) => zone.name === "hotline");
  if (hotline?.held && hotline.state === "normal") return tell("phone");
  const button = store.zones.find((zone) => zone.name === "counter-button");
  if (button?.held && button.state?.startsWith("line")) return tell("deaf");
  const newest = store.journeys.find((journey) => !UNSAID.test(journey.type) && (journey.by_person ? journey.phase === "raised" : !isRest(journey)));
  const ofBank = store.bank === null ? null : bankStory(world, store, newest, nowMs);
  if (ofBank) return ofBank;
  if (!newest) return tell("quiet");
  const told = newest.by_person ? alarm(newest, store, nowMs) : trouble(newest, store);
  return { ...told, turn: `${told.key} ${newest.id}` };
}

/** A contact that comes to rest is no news: its alarm is. */
const isRest = (journey) => journey.type.startsWith("ansim.alarm") && journey.phase !== "raised";

function alarm({ steps, answer, moved_ms }, store, nowMs) {
  if (answer && answer !== "received") return tell(answer);
  if (steps.receipt !== undefined) return tell("received", { time: spoken(steps.receipt) });
  const waitedMs = nowMs - moved_ms;
  if (waitedMs > PATIENCE_MS) return store.connected ? tell("waiting", { time: duration(waitedMs) }) : tell("nolink");
  if (steps.stored !== undefined) return tell("sending");
  return steps.believed !== undefined ? tell("believed") : tell("held");
}

function trouble(journey, store) {
  const { type, phase, subject, steps } = journey;
  const what = typeName(type);
  const where = subjectName(subject, type);
  const headline = say(`story.trouble.${phase === "restored" ? "restored" : "raised"}${where ? ".where" : ""}`, { what, where });
  return { headline, more: reached(journey, store), key: steps.receipt !== undefined ? "told" : "untold" };
}

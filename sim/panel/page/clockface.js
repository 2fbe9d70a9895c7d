// What the device believes the time to be. Pure but for the browser's time zone.

import { duration, say } from "/page/words.js";

// Below that it is the network's delay, not the clock (the device tells jumps from 2 s on).
const RIGHT_MS = 2000;
const LONG_AGO_MS = 20 * 365 * 86_400_000;

/** {digits, words, wrong}: `nowMs` is the true time. */
export function clockFace(clock, nowMs) {
  const shown = new Date(nowMs + clock.off_ms);
  const digits = [shown.getHours(), shown.getMinutes(), shown.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
  if (clock.off_ms < -LONG_AGO_MS) return { digits: String(shown.getFullYear()), words: say("clock.unset"), wrong: true };
  if (clock.off_ms > RIGHT_MS) return { digits, words: say("clock.fast", { time: duration(clock.off_ms) }), wrong: true };
  if (clock.off_ms < -RIGHT_MS) return { digits, words: say("clock.slow", { time: duration(clock.off_ms) }), wrong: true };
  return clock.synced ? { digits, words: say("clock.right"), wrong: false } : { digits, words: say("clock.unsynced"), wrong: true };
}

// Words by key, with {places} to fill in.

import { currentLanguage } from "/page/settings.js";
import { BANK_EN, BANK_KO } from "/page/words_bank.js";
import { EN } from "/page/words_en.js";
import { FAULTS_EN, FAULTS_KO } from "/page/words_faults.js";
import { KO } from "/page/words_ko.js";

const BOOKS = { en: { ...EN, ...FAULTS_EN, ...BANK_EN }, ko: { ...KO, ...FAULTS_KO, ...BANK_KO } };

/** A word that has no text is shown as it is: a type of tomorrow must not break a page of today. */
export function say(key, places = {}) {
  const text = BOOKS[currentLanguage()][key] ?? BOOKS.en[key] ?? key.slice(key.indexOf(".") + 1);
  return text.replace(/\{(\w+)\}/g, (_, name) => places[name] ?? "");
}

export const knows = (key) => key in BOOKS.en;

export const storeName = (store) => (currentLanguage() === "ko" ? store.name_ko : store.name) || store.name || store.device;

/** "ansim.alarm.holdup" → "Hold-up alarm". */
export const typeName = (type) => say(`type.${type.replace(/^ansim\./, "")}`);

export const zoneName = (name) => say(`zone.${name}`);

// What these are about is said with what they are.
const SAID = /^ansim\.(system\..*|alarm\.tamper|door\.key|trouble\.(mains|battery|link|storage|clock|certificate|message))$/;

/** A zone, a door of a bank, a lock board, its line or a command: what an event is about. `asked`: {command, door}. */
export function subjectName(subject, type, asked) {
  if (SAID.test(type)) return "";
  if (type.startsWith("ansim.command.")) return asked?.command ? say(`command.${asked.command}`, { door: asked.door ?? "" }) : "";
  if (knows(`zone.${subject}`)) return zoneName(subject);
  if (/^[0-9]{2,3}$/.test(subject)) return say("door.name", { door: subject });
  const [, bus, board] = /^([a-z0-9-]+)\/([0-9]+)$/.exec(subject) ?? [];
  if (board) return say("board.name", { bus, n: board });
  return type === "ansim.trouble.bus" ? say("bus.name", { bus: subject }) : subject;
}

export function milliseconds(ms) {
  if (ms >= 60_000) return duration(ms);
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`;
  return ms >= 100 ? `${Math.round(ms).toLocaleString("en")} ms` : `${ms.toFixed(ms >= 10 || ms === 0 ? 0 : 1)} ms`;
}

/** As people say it, in a sentence. */
export const spoken = (ms) => (ms >= 1000 ? say("unit.s", { n: (ms / 1000).toFixed(1) }) : say("unit.ms", { n: Math.round(ms) }));

/** The largest unit that says enough. */
export function duration(ms) {
  const seconds = Math.round(Math.abs(ms) / 1000);
  for (const [unit, length] of [["d", 86_400], ["h", 3_600], ["m", 60]]) {
    if (seconds >= length) return say(`unit.${unit}`, { n: Math.floor(seconds / length) });
  }
  return say("unit.s", { n: seconds });
}

export const ago = (ms) => (ms < 1500 ? say("ago.now") : say("ago", { time: duration(ms) }));

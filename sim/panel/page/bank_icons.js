// One small picture for each word that the agent has for a door, so that no word depends on its colour.

const icon = (paths) => `<svg viewBox="0 0 24 24"><g class="icon">${paths}</g></svg>`;
const DOOR = '<path d="M5 21V4h14v17"/>';

const ICONS = {
  "secured": icon('<rect x="5" y="11" width="14" height="10" rx="2"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>'),
  "closed": icon(`${DOOR}<path d="M3 21h18M15 12v2"/>`),
  "unlatched": icon('<rect x="5" y="11" width="14" height="10" rx="2"/><path d="M8 11V7a4 4 0 0 1 7.500-2"/>'),
  "open": icon(`${DOOR}<path d="M5 4l8 3v17l-8-3M10 14v2M3 21h2M19 21h2"/>`),
  "open-long": icon('<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3.500 2"/>'),
  "left-open": icon('<path d="M6 3h12M6 21h12M7 3c0 6 10 12 10 18M17 3c0 6-10 12-10 18"/>'),
  "latched-open": icon('<path d="M9 3v9a4 4 0 0 0 8 0v-2M17 10l-3 2M17 10l2.500 2.500M6 21h7"/>'),
  "releasing": icon('<path d="M13 3 6 13.500h5L10.500 21 18 10.500h-5.500z"/>'),
  "jammed": icon('<circle cx="12" cy="12" r="9"/><path d="M6 6l12 12"/>'),
  "forced": icon('<path d="M4 20 15 9M13 5c3-3 6-2 7-1l-3.500 2 1 2.500 3-1c0 2-1.500 4-4.500 4M4 20l2 1"/>'),
  "found-open": icon('<path d="M2 12c5-8 15-8 20 0-5 8-15 8-20 0z"/><circle cx="12" cy="12" r="3"/>'),
  "wrong-door": icon('<path d="M3 7h4c5 0 5 10 10 10h4M3 17h4c5 0 5-10 10-10h4M18 4l3 3-3 3M18 14l3 3-3 3"/>'),
  "person-inside": icon('<circle cx="12" cy="5" r="2.500"/><path d="M12 8v7M7 11h10M12 15l-4 6M12 15l4 6"/>'),
  "sensor-fault": icon('<path d="M2 12h5l2-6 3 12 3-9 1.500 3H22"/>'),
  "unknown": icon('<path d="M8.500 8.500a3.500 3.500 0 1 1 5 3.200c-1 .5-1.500 1.200-1.500 2.800M12 19v.1"/>'),
  "dead": icon('<path d="M12 3v8M6.500 6.500a8 8 0 1 0 11 0"/>'),
};
export const LOCKERS = icon('<rect x="4" y="3" width="16" height="18" rx="1.500"/><path d="M12 3v18M4 9h16M4 15h16M9 6v.1M17 6v.1M9 12v.1M17 12v.1M9 18v.1M17 18v.1"/>');
export const PERSON = ICONS["person-inside"];
export const SPANNER = icon('<path d="M14.500 6.500a4 4 0 0 1 5-3.500l-2.500 2.500 1.500 1.500L21 4.500a4 4 0 0 1-5.500 5L6.500 18.500a2 2 0 0 1-2.800-2.800l9-9z"/>');

/** A word of tomorrow gets the question mark. */
export const iconOf = (state) => ICONS[state ?? "dead"] ?? ICONS.unknown;

const MOODS = {
  "secured": "calm", "closed": "calm", "releasing": "busy", "open": "busy", "open-long": "trouble", "left-open": "trouble", "unlatched": "trouble",
  "latched-open": "trouble", "jammed": "trouble", "sensor-fault": "trouble", "forced": "alarm", "found-open": "alarm", "wrong-door": "alarm", "person-inside": "alarm",
};
export const STATES = [...Object.keys(MOODS), "unknown"];
export const moodOf = (state) => (state === null ? "dead" : MOODS[state] ?? "unknown");

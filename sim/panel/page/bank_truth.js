// Where the agent is wrong about a door. Pure.

// It believes a door that moved within a second; sooner it is late, and not wrong.
const BELIEVED_MS = 1500;
const SHUT = new Set(["secured", "closed", "unlatched", "jammed", "person-inside"]);
const OPEN = new Set(["open", "open-long", "left-open", "latched-open", "forced", "found-open", "wrong-door"]);

/** "" where it is right; else why it is not: unseen (it stands open), cut, hook or misread (it stands shut). */
export function mistakeAbout(door, nowMs) {
  if (nowMs - Math.max(door.moved_ms ?? 0, door.since_ms ?? 0) < BELIEVED_MS) return "";
  if (door.open) return SHUT.has(door.state) ? "unseen" : "";
  if (!OPEN.has(door.state)) return "";
  if (door.cables.latch === "cut" || door.cables.reed === "cut") return "cut";
  return isLatchOnly(door) && door.hook === "free" ? "hook" : "misread";
}

/** Most doors have the switch in their lock alone: it tells of the hook, and not of the door. */
export const isLatchOnly = (door) => door.cables.reed === null;

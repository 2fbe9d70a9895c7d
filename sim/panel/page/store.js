// The one state of the page: the newest world, which store is looked at, and what is open.

const listeners = new Set();

export const state = {
  world: null,
  /** This machine's clock beside the simulator's. */
  skewMs: 0,
  online: true,
  selected: decodeURIComponent(location.hash.slice(1)),
  error: null,
};

export function subscribe(listener) {
  listeners.add(listener);
}

export function changed() {
  for (const listener of listeners) listener();
}

export function setWorld(world) {
  state.world = world;
  state.skewMs = world.now_ms - Date.now();
  state.online = true;
  if (!world.stores.some((store) => store.device === state.selected)) state.selected = world.stores[0]?.device ?? "";
  changed();
}

export function setOnline(online) {
  if (state.online === online) return;
  state.online = online;
  changed();
}

export function select(device) {
  state.selected = device;
  history.replaceState(null, "", `#${device}`);
  changed();
}

export function setError(error) {
  state.error = error;
  changed();
}

export const selectedStore = () => state.world?.stores.find((store) => store.device === state.selected) ?? null;
export const nowMs = () => Date.now() + state.skewMs;

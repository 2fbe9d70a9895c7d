// What this browser remembers: language and theme. Nothing else is stored.

const LANGUAGES = ["ko", "en"];
const THEMES = ["light", "dark"];
const dark = matchMedia("(prefers-color-scheme: dark)");

function recall(key, allowed) {
  try {
    const value = localStorage.getItem(key);
    return allowed.includes(value) ? value : null;
  } catch {
    return null; // storage may be forbidden
  }
}

function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // It holds for this page then.
  }
}

let language = recall("ansim.language", LANGUAGES) ?? (navigator.language.startsWith("ko") ? "ko" : "en");
let theme = recall("ansim.theme", THEMES);

export const currentLanguage = () => language;

export function setLanguage(next) {
  language = next;
  remember("ansim.language", next);
}

export const currentTheme = () => theme ?? (dark.matches ? "dark" : "light");

export function setTheme(next) {
  theme = next;
  remember("ansim.theme", next);
  document.documentElement.dataset.theme = next;
}

export function onSystemTheme(tell) {
  dark.addEventListener("change", tell);
}

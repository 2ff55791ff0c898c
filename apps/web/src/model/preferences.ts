import { Observable } from "./observable.ts";

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];
export const textSizes = ["normal", "large", "larger", "largest"] as const;
export type TextSize = (typeof textSizes)[number];

/** How this browser shows Cloister; says nothing about a person. */
export interface Preferences {
  readonly theme: Theme;
  readonly textSize: TextSize;
  /** The reminder to make a backup rests until then. */
  readonly remindAtMs: number;
}

const storageKey = "cloister.preferences";

export const preferences = new Observable<Preferences>(read());

export function changePreferences(change: Partial<Preferences>): void {
  preferences.set({ ...preferences.get(), ...change });
  localStorage.setItem(storageKey, JSON.stringify(preferences.get()));
  applyPreferences();
}

/** Writes them to the root element, where the styles read them. */
export function applyPreferences(): void {
  const { theme, textSize } = preferences.get();
  document.documentElement.dataset["theme"] = theme;
  document.documentElement.dataset["textSize"] = textSize;
}

/** Whatever is stored was written by anybody with this origin: take only what is known. */
function read(): Preferences {
  let stored: { readonly [K in keyof Preferences]?: unknown } = {};
  try {
    const parsed: unknown = JSON.parse(localStorage.getItem(storageKey) ?? "{}");
    if (typeof parsed === "object" && parsed !== null) stored = parsed;
  } catch {
    // Unreadable or no storage: the defaults are fine.
  }
  return {
    theme: themes.find((theme) => theme === stored.theme) ?? "system",
    textSize: textSizes.find((size) => size === stored.textSize) ?? "normal",
    remindAtMs: typeof stored.remindAtMs === "number" ? stored.remindAtMs : 0,
  };
}

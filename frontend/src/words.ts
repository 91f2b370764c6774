/**
 * The words on screens made by TypeScript. Each screen has its own section in words/<screen>.ts with a Vietnamese and an
 * English text for the same keys: the types refuse a key that one of the two lacks.
 */

export type Language = "vi" | "en";

export const language: Language =
  typeof document !== "undefined" && document.documentElement.lang.startsWith("en") ? "en" : "vi";

/** BCP 47 tag for Intl: dates and numbers as Vietnam writes them, also on the English screens. */
export const locale = language === "vi" ? "vi-VN" : "en-GB";

export type Say<Key extends string> = (key: Key, values?: Record<string, string | number>) => string;

/** Fills `{name}` in a text; a name without a value stays as it is, so that a slip is seen and not hidden. */
export function fill(text: string, values: Record<string, string | number> = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** A section of words: answers a function that says a key in the page's language. */
export function section<Key extends string>(
  vi: Record<Key, string>,
  en: Record<NoInfer<Key>, string>,
  spoken: Language = language,
): Say<Key> {
  const words = spoken === "vi" ? vi : en;
  return (key, values) => fill(words[key], values);
}

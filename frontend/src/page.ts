/** What the server says about the page (opscenter/context.py), and what every page does: theme and safe requests. */

export interface Basemap {
  kind: "raster" | "pmtiles" | "style";
  url: string;
  attribution: string;
}

export interface PageSettings {
  signin: string;
  /** Who is signed in; empty for a citizen. */
  person: string;
  basemap: Basemap | null;
  /** Name of the cookie that keeps the theme; the room has its own, so that it stays dark there. */
  themeCookie: string;
}

/** Reads the JSON of `<script type="application/json" id="…">`; answers `fallback` when the page has none. */
export function pageData<T>(id: string, fallback: T): T {
  const text = document.getElementById(id)?.textContent;
  return text ? (JSON.parse(text) as T) : fallback;
}

export const settings: PageSettings = pageData<PageSettings>("page", {
  signin: "/accounts/login/",
  person: "",
  basemap: null,
  themeCookie: "theme",
});

export function cookie(name: string): string {
  const found = document.cookie.split("; ").find((part) => part.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

/** The cookie first: it is renewed by signing in, while the page keeps the value it was made with. */
export function csrfToken(): string {
  return cookie("csrftoken") || document.querySelector<HTMLMetaElement>("meta[name=csrf-token]")?.content || "";
}

export type Theme = "dark" | "light";

export function theme(): Theme {
  return document.documentElement.dataset.bsTheme === "dark" ? "dark" : "light";
}

/** Sets the theme for this page and, by a cookie that the server reads, for the next: so no page flashes. */
export function setTheme(next: Theme): void {
  document.documentElement.dataset.bsTheme = next;
  document.cookie = `${settings.themeCookie}=${next}; path=/; max-age=31536000; samesite=lax`;
  document.dispatchEvent(new CustomEvent("themechange", { detail: next }));
}

/** JSON for fields that are sent in the body: what a citizen says stands in no address and in no log. Raises Error. */
export async function askJson<T>(url: string, fields: Record<string, string>, signal?: AbortSignal): Promise<T> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { Accept: "application/json", "X-CSRFToken": csrfToken() },
    credentials: "same-origin",
    body: new URLSearchParams(fields),
    ...(signal ? { signal } : {}),
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()) as T;
}

/** GET of JSON from this host. Raises Error with the status as text when the answer is not 2xx. */
export async function getJson<T>(url: string, signal?: AbortSignal): Promise<T> {
  const answer = await fetch(url, {
    headers: { Accept: "application/json" },
    credentials: "same-origin",
    ...(signal ? { signal } : {}),
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()) as T;
}

/** The filter that list and map share. It stands in the address, so that a reload or a second monitor shows the same. */
import { folded, groupOf, type Incident, isOverdue, timesOf } from "./incident";
import type { Names } from "./reference";

export interface Filter {
  groups: string[]; // "0".."3"; empty: all
  state: string; // a state, "overdue" or ""
  age: string; // "1h", "8h", "24h" (younger than), "old" (24 hours and more) or ""
  area: string; // "set/code" of a ward or district, or ""
  agency: string; // id or ""
  text: string;
}

export const NO_FILTER: Filter = { groups: [], state: "", age: "", area: "", agency: "", text: "" };

const HOURS: Record<string, number> = { "1h": 1, "8h": 8, "24h": 24 };

export function fromAddress(query: URLSearchParams): Filter {
  return {
    groups: (query.get("groups") ?? "").split(",").filter((group) => /^[0-3]$/.test(group)),
    state: query.get("state") ?? "",
    age: query.get("age") ?? "",
    area: query.get("area") ?? "",
    agency: query.get("agency") ?? "",
    text: query.get("text") ?? "",
  };
}

export function toAddress(filter: Filter): string {
  const query = new URLSearchParams();
  if (filter.groups.length) query.set("groups", filter.groups.join(","));
  for (const name of ["state", "age", "area", "agency", "text"] as const) if (filter[name]) query.set(name, filter[name]);
  const text = query.toString();
  return text ? `?${text}` : "";
}

export const countActive = (filter: Filter): number =>
  (["state", "age", "area", "agency", "text"] as const).filter((name) => filter[name]).length + (filter.groups.length ? 1 : 0);

/** What an incident is searched in; kept as long as its body and the names it was made from. */
let hays = new WeakMap<Incident, string>();
let haysFrom: unknown = null;

function hayOf(incident: Incident, names: Names): string {
  if (haysFrom !== names.reference) {
    haysFrom = names.reference;
    hays = new WeakMap();
  }
  let hay = hays.get(incident);
  if (hay === undefined) {
    hay = ` ${folded([incident.code, incident.summary, names.place(incident.area), names.category(incident.category)].join(" "))}`.replace(/[^a-z0-9-]+/g, " ");
    hays.set(incident, hay);
  }
  return hay;
}

/** How well an incident fits a text: 0 not at all, 1 every word begins a word of it, 2 the whole text stands in it. */
export function fits(incident: Incident, text: string, names: Names): 0 | 1 | 2 {
  const hay = hayOf(incident, names);
  const words = folded(text).split(/[^a-z0-9-]+/).filter(Boolean);
  if (!words.every((word) => hay.includes(` ${word}`))) return 0;
  return words.length > 1 && hay.includes(` ${words.join(" ")}`) ? 2 : 1;
}

export function matches(incident: Incident, filter: Filter, names: Names, now: number): boolean {
  if (filter.groups.length && !filter.groups.includes(String(groupOf(incident)))) return false;
  if (filter.state === "overdue" ? !isOverdue(incident, now) : filter.state && incident.state !== filter.state) return false;
  if (filter.age) {
    const hours = (now - timesOf(incident).received) / 3_600_000;
    if (filter.age === "old" ? hours < 24 : hours > (HOURS[filter.age] ?? Infinity)) return false;
  }
  if (filter.area) {
    const [set, code] = filter.area.split("/");
    if (incident.area?.set !== set || (incident.area?.ward !== code && incident.area?.district !== code)) return false;
  }
  if (filter.agency && !incident.assignments.some((one) => String(one.agency) === filter.agency)) return false;
  return !filter.text.trim() || fits(incident, filter.text, names) > 0;
}

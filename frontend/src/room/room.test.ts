import { beforeEach, describe, expect, it, vi } from "vitest";
import { Clusters, type PointFeature } from "./clusters";
import { fits, fromAddress, matches, NO_FILTER, toAddress } from "./filters";
import { ICONS, iconOf } from "./icons";
import { byHurt, folded, type Incident, sectionOf } from "./incident";
import { incidentRows } from "./incident-shapes";
import { mayAct, nameOf } from "./keys";
import { rowsAt } from "./point-shapes";
import { Queue } from "./queue";
import { Names } from "./reference";
import { unitRows } from "./unit-shapes";
import { UNIT_IMAGES, type UnitsOnMap } from "./units";

const NOW = Date.parse("2026-11-24T05:00:00Z");
const names = new Names();
names.reference = {
  categories: { "road-local": { name: "Đường hư hỏng", group: 3 } },
  agencies: {},
  areas: { "2019": { "25756": { name: "Phường Phú Lợi", parent: "718", level: "ward" }, "718": { name: "Thủ Dầu Một", level: "district" } } },
};

function incident(id: number, more: Partial<Incident> = {}): Incident {
  return {
    id,
    code: `1022-${String(id).padStart(6, "0")}`,
    version: 1,
    exercise: 0,
    state: "received",
    group: 3,
    category: "road-local",
    priority: 3,
    lat: 10.98,
    lon: 106.67,
    radius_m: 30,
    approximate: false,
    area: { set: "2019", ward: "25756", district: "718" },
    summary: "Ổ gà to trước chợ",
    source: "phone",
    received_at: new Date(NOW - id * 60_000).toISOString(),
    due_at: new Date(NOW + 3_600_000).toISOString(),
    needs: [],
    waiting_since: null,
    assignments: [],
    reports: 1,
    photos: 0,
    emergency: null,
    ...more,
  };
}

describe("an icon on the map", () => {
  it("says group, work, overdue and exercise, and each has its image", () => {
    const late = new Date(NOW - 1).toISOString();
    const names = [incident(1), incident(2, { exercise: 7 }), incident(3, { exercise: 7, due_at: late })].map((one) => iconOf(one, NOW));
    expect(names).toEqual(["g3-open", "g3-open-exercise", "g3-open-over-exercise"]);
    expect(names.every((name) => ICONS.includes(name))).toBe(true);
  });
});

describe("the sections", () => {
  it.each([
    [{ needs: ["place_unknown"], state: "assigned" }, "needs"],
    [{ state: "resolved", due_at: new Date(NOW - 1).toISOString() }, "answer"],
    [{ due_at: new Date(NOW - 1).toISOString() }, "overdue"],
    [{}, "new"],
    [{ state: "in_progress" }, "working"],
    [{ state: "received", due_at: null }, "new"],
  ] as [Partial<Incident>, string][])("%j stands in %s", (more, section) => {
    expect(sectionOf(incident(1, more), NOW)).toBe(section);
  });

  it("puts emergencies first, then urgency, then what is due", () => {
    const later = incident(1, { due_at: new Date(NOW + 9_000_000).toISOString() });
    const sooner = incident(2);
    const urgent = incident(3, { priority: 1 });
    const emergency = incident(4, { group: 2, priority: 5 });
    const undated = incident(5, { due_at: null });
    expect([later, undated, sooner, emergency, urgent].sort(byHurt).map((one) => one.id)).toEqual([4, 3, 2, 1, 5]);
  });
});

describe("the filter", () => {
  it("reads what it wrote into the address", () => {
    const filter = { groups: ["0", "2"], state: "overdue", age: "8h", area: "2019/718", agency: "12", text: "ổ gà" };
    expect(fromAddress(new URLSearchParams(toAddress(filter)))).toEqual(filter);
    expect(fromAddress(new URLSearchParams("?groups=7,x&unknown=1"))).toEqual(NO_FILTER);
  });

  it("finds words without diacritics, at their beginnings only", () => {
    expect(folded("Ổ gà ĐƯỜNG")).toBe("o ga duong");
    expect(fits(incident(1), "o ga", names)).toBe(2);
    expect(fits(incident(1), "cho phu loi", names)).toBe(1);
    expect(fits(incident(1), "ng", names)).toBe(0);
    expect(fits(incident(1), "1022-000001", names)).toBe(1);
  });

  it.each([
    [{ groups: ["2"] }, false],
    [{ groups: ["3", "2"] }, true],
    [{ state: "assigned" }, false],
    [{ state: "overdue" }, false],
    [{ age: "1h" }, true],
    [{ age: "old" }, false],
    [{ area: "2019/718" }, true],
    [{ area: "2025/25756" }, false],
    [{ agency: "9" }, false],
  ])("%j: %s", (more, expected) => {
    expect(matches(incident(5), { ...NO_FILTER, ...more }, names, NOW)).toBe(expected);
  });
});

describe("the clusters", () => {
  const point = (id: number, lon: number, emergency: 0 | 1 = 0): PointFeature => ({
    type: "Feature",
    geometry: { type: "Point", coordinates: [lon, 11] },
    properties: { id, icon: "g3-open", emergency, overdue: 0 },
  });

  it("count what they hold, carry emergencies, and say what is in them", () => {
    const clusters = new Clusters();
    clusters.load([point(1, 106.6), point(2, 106.6), point(3, 106.6, 1), point(4, 107.4)]);
    const { features } = clusters.shown([106, 10, 108, 12], 9);
    const cluster = features.map((one) => one.properties).find((one) => "cluster" in one);
    expect(cluster).toMatchObject({ point_count: 3, emergency: 1, label: "3" });
    expect(features).toHaveLength(2);
    const opened = clusters.open((cluster as { cluster_id: number }).cluster_id, 10);
    expect(opened.ids.sort()).toEqual([1, 2, 3]);
    // The same spot never falls apart by zooming: the map opens a list then.
    expect(opened.zoom).toBeGreaterThan(16);
  });
});

describe("the keys", () => {
  const press = (key: string, more: KeyboardEventInit = {}, target: EventTarget = document.body): KeyboardEvent => {
    const event = new KeyboardEvent("keydown", { key, bubbles: true, ...more });
    target.dispatchEvent(event);
    return event;
  };

  it("act outside fields, not while composing, not when switched off", () => {
    const field = document.body.appendChild(document.createElement("textarea"));
    expect(mayAct(press("e"), true)).toBe(true);
    expect(mayAct(press("e"), false)).toBe(false);
    expect(mayAct(press("e", {}, field), true)).toBe(false);
    expect(mayAct(press("e", { isComposing: true }), true)).toBe(false);
    expect(mayAct(press("Enter", { ctrlKey: true }, field), false)).toBe(true);
    expect(nameOf(press("K", { metaKey: true }))).toBe("Ctrl+k");
  });
});

describe("the queue", () => {
  let root: HTMLElement;
  const open = vi.fn();
  let queue: Queue;

  beforeEach(() => {
    document.body.innerHTML = "";
    root = document.body.appendChild(document.createElement("div"));
    queue = new Queue(root, names, { open, light: vi.fn(), clearFilter: vi.fn(), announce: vi.fn() });
  });

  const rows = (): string[] => [...root.querySelectorAll<HTMLElement>("[data-id]")].map((row) => row.dataset.id ?? "");
  const fresh = (): HTMLElement => document.querySelector<HTMLElement>(".queue-fresh")!;

  it("holds still under the hand, counts what is new, and lets it in on request", () => {
    queue.update([incident(1), incident(2)], false);
    const before = rows();
    root.dispatchEvent(new Event("pointerenter"));
    queue.update([incident(2, { summary: "đổi" }), incident(3, { group: 2 })], false);
    expect(rows()).toEqual(before);
    expect(fresh().hidden).toBe(false);
    expect(fresh().textContent).toContain("1");
    expect(root.querySelector('[data-id="1"]')?.classList.contains("gone")).toBe(true);
    expect(root.querySelector('[data-id="2"]')?.textContent).toContain("đổi");
    fresh().click();
    expect(rows()).toEqual(["3", "2"]);
    expect(fresh().hidden).toBe(true);
  });

  it("opens and closes no section under the hand", () => {
    queue.update([incident(1)], false);
    const shut = (): string[] => [...root.querySelectorAll<HTMLElement>("section[data-section]")].filter((section) => section.hidden).map((section) => section.dataset.section!);
    const before = shut();
    root.dispatchEvent(new Event("pointerenter"));
    queue.update([incident(1), incident(2, { group: 2 }), incident(3, { needs: ["place_unknown"] })], false);
    expect(shut()).toEqual(before);
    queue.update([], false);
    expect(shut()).toEqual(before);
    expect(root.querySelector<HTMLElement>(".queue-empty")?.hidden ?? true).toBe(true);
    queue.update([incident(1), incident(3, { needs: ["place_unknown"] })], false);
    fresh().click();
    expect(shut()).not.toEqual(before);
  });

  it("takes everything in at once while no hand is on it", () => {
    queue.update([incident(1)], false);
    queue.update([incident(2, { group: 2 }), incident(1)], false);
    expect(rows()).toEqual(["2", "1"]);
  });

  it("has one row in the tab order and moves by arrows", () => {
    queue.update([incident(1), incident(2), incident(3)], false);
    const inOrder = (): NodeListOf<HTMLElement> => root.querySelectorAll<HTMLElement>("a[tabindex='0']");
    expect(inOrder()).toHaveLength(1);
    const first = inOrder()[0]!;
    first.focus();
    first.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
    expect(inOrder()).toHaveLength(1);
    expect(inOrder()[0]).not.toBe(first);
  });

  it("writes words of citizens as text", () => {
    queue.update([incident(1, { summary: "<img src=x onerror=alert(1)>" })], false);
    expect(root.querySelector("img")).toBeNull();
    expect(root.textContent).toContain("<img");
  });

  it("does not draw a day of thousands at once", () => {
    queue.update(
      Array.from({ length: 500 }, (_, id) => incident(id + 1)),
      false,
    );
    expect(rows()).toHaveLength(60);
    expect(root.querySelector(".section-count")?.textContent).toBe("0");
    expect([...root.querySelectorAll(".section-count")].map((count) => count.textContent)).toContain("500");
  });
});

describe("units as shapes", () => {
  it("draws arrows below all shapes, each at its place, old ones faint", () => {
    const unit = (lon: number, icon: string, stale: boolean, heading?: number): UnitsOnMap["units"]["features"][number] => ({
      type: "Feature",
      geometry: { type: "Point", coordinates: [lon, 0] },
      properties: { icon, label: "", stale, ...(heading === undefined ? {} : { heading }) },
    });
    const rows = [...unitRows([unit(0, "unit-shield-available", true), unit(1.8, "unit-cross-on_sortie", false, 90)], { x: 0.5, y: 0.5 }).all];
    const expected = [
      [0.005, 0, UNIT_IMAGES.indexOf("unit-heading"), 14, Math.PI / 2, 1, 14],
      [0, 0, UNIT_IMAGES.indexOf("unit-shield-available"), 22, 0, 0.45, 0],
      [0.005, 0, UNIT_IMAGES.indexOf("unit-cross-on_sortie"), 22, 0, 1, 0],
    ].flat();
    expect(rows).toHaveLength(expected.length);
    rows.forEach((value, at) => expect(value).toBeCloseTo(expected[at]!, 5));
  });
});

describe("incidents as shapes", () => {
  const point = (id: number, lon: number, icon: string, emergency: 0 | 1, overdue: 0 | 1): PointFeature => ({
    type: "Feature",
    geometry: { type: "Point", coordinates: [lon, 0] },
    properties: { id, icon, emergency, overdue },
  });
  const origin = { x: 0.5, y: 0.5 };
  const points = [point(1, 0, "g2-open", 1, 0), point(2, 0, "g3-open", 0, 0), point(3, 0, "g3-open-over", 0, 1), point(4, 1.8, "g3-work", 0, 0)];
  const { rows, ids } = incidentRows(points, origin);

  it("draws emergencies above what is overdue above the rest", () => {
    expect(ids).toEqual([2, 4, 3, 1]);
  });

  it("finds what lies under a pixel, the uppermost first", () => {
    // The world is 2,000 pixels wide and the origin is drawn at (100, 100): 1.8 degrees are ten pixels.
    const under = (x: number, y: number, slack = 0): number[] => rowsAt(rows.all, { x, y }, slack, { x: 100, y: 100 }, 2_000).map((row) => ids[row]!);
    expect(under(92, 100)).toEqual([1, 3, 2]);
    // The ring of what is overdue reaches further.
    expect(under(88, 100)).toEqual([3]);
    expect(under(117, 100)).toEqual([4]);
    expect(under(120, 100)).toEqual([]);
    expect(under(120, 100, 3)).toEqual([4]);
    expect(under(100, 130)).toEqual([]);
  });
});

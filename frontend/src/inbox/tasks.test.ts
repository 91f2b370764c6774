import { describe, expect, it } from "vitest";
import type { AssignmentBody, Incident } from "../room/incident";
import { byDeadline, byDistance, farWords, isLate, matches, metresTo, type Owner, type Task, taskOf } from "./tasks";

const incident = (assignments: Partial<AssignmentBody>[], more: Partial<Incident> = {}): Incident =>
  ({
    id: 1,
    group: 3,
    lat: 11,
    lon: 106.6,
    assignments: assignments.map((row, n) => ({ id: n + 1, agency: 7, unit: null, units: row.unit ? [row.unit] : [], people: [], role: "lead", state: "sent", due_at: null, ...row })),
    ...more,
  }) as Incident;

const task = (more: Partial<Task> & { lat?: number | null; group?: 1 | 2 | 3 } = {}): Task => {
  const { lat = 11, group = 3, ...rest } = more;
  return { id: 1, state: "sent", role: "lead", agency: 7, units: [], people: [], due: null, clock: null, paused: null, told: "", below: false, incident: incident([], { lat, group }), ...rest };
};

const agency: Owner = { agency: 7, unit: null, below: [8] };
const unit: Owner = { agency: 7, unit: 3, below: [] };

describe("taskOf", () => {
  it("finds the agency's own assignment among others", () => {
    expect(taskOf(incident([{ agency: 9 }, { agency: 7, state: "accepted" }]), agency)).toMatchObject({ id: 2, state: "accepted" });
  });
  it("shows a unit only what was handed on to it", () => {
    expect(taskOf(incident([{ unit: null }]), unit)).toBeNull();
    expect(taskOf(incident([{ unit: 4 }]), unit)).toBeNull();
    expect(taskOf(incident([{ unit: 3 }]), unit)?.id).toBe(1);
  });
  it("shows what an agency below has, and one's own first", () => {
    expect(taskOf(incident([{ agency: 8 }]), agency)).toMatchObject({ id: 1, below: true });
    expect(taskOf(incident([{ agency: 8 }, { agency: 7 }]), agency)).toMatchObject({ id: 2, below: false });
    expect(taskOf(incident([{ agency: 9 }]), agency)).toBeNull();
  });
  it.each(["planned", "returned", "transferred", "cancelled"])("leaves out what was %s", (state) => {
    expect(taskOf(incident([{ state }]), agency)).toBeNull();
    expect(taskOf(incident([{ state }, { state: "sent" }]), agency)?.id).toBe(2);
  });
});

describe("what is due", () => {
  const now = 1_000_000;
  it("is late only while it is still to be done", () => {
    expect(isLate(task({ due: now - 1 }), now)).toBe(true);
    expect(isLate(task({ due: now + 1 }), now)).toBe(false);
    expect(isLate(task({ due: now - 1, state: "result_given" }), now)).toBe(false);
    expect(isLate(task(), now)).toBe(false);
  });
  it("goes by filter", () => {
    const rows = [
      task({ id: 1 }),
      task({ id: 2, state: "accepted", due: now - 1, people: [5] }),
      task({ id: 3, state: "result_given" }),
      task({ id: 4, state: "asked", due: now - 1 }),
      task({ id: 5, below: true }),
    ];
    const of = (filter: Parameters<typeof matches>[1]): number[] => rows.filter((row) => matches(row, filter, now, 5)).map((row) => row.id);
    expect(of("open")).toEqual([1, 2, 4]);
    expect(of("mine")).toEqual([2]);
    expect(of("paused")).toEqual([4]);
    expect(of("below")).toEqual([5]);
    expect(of("new")).toEqual([1]);
    expect(of("overdue")).toEqual([2]);
    expect(of("waiting")).toEqual([3]);
  });
  it("is late when the clock that runs is over", () => {
    expect(isLate(task({ due: now + 10, clock: now - 1 }), now)).toBe(true);
    expect(isLate(task({ due: now + 10, clock: now - 1, state: "accepted" }), now)).toBe(false);
  });
  it("stands on top, emergencies before everything, no deadline last", () => {
    const rows = [task({ id: 1 }), task({ id: 2, due: 50 }), task({ id: 3, due: 10 }), task({ id: 4, due: 90, group: 2 })];
    expect(rows.sort(byDeadline).map((row) => row.id)).toEqual([4, 3, 2, 1]);
  });
});

describe("distance", () => {
  const here = { lat: 11, lon: 106.6 };
  it("is known only when both places are", () => {
    expect(metresTo(task(), here)).toBeCloseTo(0);
    expect(metresTo(task(), null)).toBeNull();
    expect(metresTo(task({ lat: null }), here)).toBeNull();
    expect(metresTo(task({ lat: 11.01 }), here)).toBeGreaterThan(1_100);
  });
  it("sorts the nearest first and what has no place last", () => {
    const rows = [task({ id: 1, lat: null }), task({ id: 2, lat: 11.5 }), task({ id: 3, lat: 11.01 })];
    expect(rows.sort(byDistance(here)).map((row) => row.id)).toEqual([3, 2, 1]);
  });
  it("is said as people say it", () => {
    expect(farWords(3)).toBe("cách 10 m");
    expect(farWords(347)).toBe("cách 350 m");
    expect(farWords(2_440)).toBe("cách 2,4 km");
    expect(farWords(12_600)).toBe("cách 13 km");
  });
});

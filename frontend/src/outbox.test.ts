// @vitest-environment node
import "fake-indexeddb/auto";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Outbox, openStore, type OutboxOptions } from "./outbox";

const opened: Outbox[] = [];
let name = 0;

function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });
}

function make(answers: (() => Response | Promise<Response>)[], more: Partial<OutboxOptions> = {}, database = `t${++name}`) {
  const requests: { url: string; headers: Record<string, string>; body: unknown }[] = [];
  const outbox = new Outbox({
    store: openStore(database),
    csrf: () => "token",
    person: "7",
    firstDelay: 10,
    longestDelay: 30,
    fetch: (async (url: string, init: RequestInit) => {
      requests.push({ url, headers: init.headers as Record<string, string>, body: init.body });
      const answer = answers.shift();
      if (!answer) throw new TypeError("no network");
      return answer();
    }) as unknown as typeof fetch,
    ...more,
  });
  opened.push(outbox);
  return { outbox, requests, database };
}

const entry = { url: "/api/incidents/1022-000001/answer", fields: [["text", "Đã sửa"]] as [string, string][], label: "answer" };

afterEach(() => {
  for (const outbox of opened.splice(0)) outbox.close();
});

describe("the outbox", () => {
  it("sends with the action id and the token, then forgets what was accepted", async () => {
    const { outbox, requests } = make([() => json(200, { version: 4 })]);
    const { id } = await outbox.put({ ...entry, baseVersion: 3 });
    expect((await outbox.settled(id))?.status).toBe("accepted");
    expect(requests[0]?.headers).toMatchObject({ "X-Action-Id": id, "X-CSRFToken": "token" });
    expect(JSON.parse(requests[0]?.body as string)).toEqual({ text: "Đã sửa", base_version: 3 });
    expect(await outbox.kept()).toEqual([]);
  });

  it("keeps what could not be sent, sends it again under the same id, also after the page was closed", async () => {
    const first = make([() => Promise.reject(new TypeError("offline"))], { firstDelay: 60_000, longestDelay: 60_000 });
    const { id } = await first.outbox.put(entry);
    await vi.waitFor(async () => expect((await first.outbox.kept())[0]?.attempts).toBe(1));
    first.outbox.close();

    const second = make([() => json(201, {})], {}, first.database);
    await second.outbox.wake();
    expect(second.requests[0]?.headers["X-Action-Id"]).toBe(id);
    expect(await second.outbox.kept()).toEqual([]);
  });

  it("tries again by itself after 503 and after a lost connection", async () => {
    const { outbox, requests } = make([
      () => json(503, {}),
      () => Promise.reject(new TypeError("offline")),
      () => json(200, {}),
    ]);
    const { id } = await outbox.put(entry);
    const done = await outbox.settled(id);
    expect(done?.status).toBe("accepted");
    expect(new Set(requests.map((request) => request.headers["X-Action-Id"]))).toEqual(new Set([id]));
    expect(requests).toHaveLength(3);
  });

  it("waits as long as the server asks", async () => {
    let now = 1_000_000;
    const { outbox, requests } = make([() => json(429, {}, { "retry-after": "30" }), () => json(200, {})], { now: () => now });
    await outbox.put(entry);
    await vi.waitFor(async () => expect((await outbox.kept())[0]?.attempts).toBe(1));
    expect((await outbox.kept())[0]?.nextAt).toBeGreaterThanOrEqual(now + 30_000);
    now += 29_000;
    await outbox.pass();
    expect(requests).toHaveLength(1);
    now += 2_000;
    await outbox.pass();
    expect(requests).toHaveLength(2);
  });

  it.each([401, 403])("keeps the work at %i and sends it after signing in", async (status) => {
    const { outbox } = make([() => json(status, {}), () => json(200, {})]);
    await outbox.put(entry);
    await vi.waitFor(async () => expect((await outbox.kept())[0]?.status).toBe("signin"));
    await outbox.wake();
    expect(await outbox.kept()).toEqual([]);
  });

  it("does not take the page of something in between for an acceptance", async () => {
    const page = (): Response => new Response("<html>Wi-Fi</html>", { status: 200, headers: { "content-type": "text/html" } });
    const { outbox } = make([page], { firstDelay: 60_000, longestDelay: 60_000 });
    await outbox.put(entry);
    await vi.waitFor(async () => expect((await outbox.kept())[0]?.attempts).toBe(1));
    expect((await outbox.kept())[0]?.status).toBe("waiting");
  });

  it("keeps a conflict with both texts until the person insists, which is a new action", async () => {
    const body = { code: "changed", detail: "…", current: { answer: "A" }, yours: { answer: "B" } };
    const { outbox, requests } = make([() => json(409, body), () => json(200, {})]);
    const { id } = await outbox.put({ ...entry, baseVersion: 3 });
    const conflict = await outbox.settled(id);
    expect(conflict).toMatchObject({ status: "conflict", answer: { status: 409, body } });
    await outbox.pass();
    expect(requests).toHaveLength(1);
    await outbox.retry(id, 5);
    await vi.waitFor(() => expect(requests).toHaveLength(2));
    expect(requests[1]?.headers["X-Action-Id"]).not.toBe(id);
    expect(JSON.parse(requests[1]?.body as string)).toMatchObject({ base_version: 5 });
    await vi.waitFor(async () => expect(await outbox.kept()).toEqual([]));
  });

  it("hands field errors back and keeps the words until they are dropped", async () => {
    const { outbox } = make([() => json(422, { code: "invalid", fields: { text: ["Hãy viết câu trả lời."] } })]);
    const { id } = await outbox.put(entry);
    expect(await outbox.settled(id)).toMatchObject({ status: "invalid", answer: { body: { fields: { text: [expect.any(String)] } } } });
    expect(await outbox.kept()).toHaveLength(1);
    await outbox.discard(id);
    expect(await outbox.kept()).toEqual([]);
  });

  it("does not send another person's work", async () => {
    const lan = make([], { person: "7", firstDelay: 60_000, longestDelay: 60_000 });
    await lan.outbox.put(entry);
    await vi.waitFor(async () => expect((await lan.outbox.kept())[0]?.attempts).toBe(1));
    lan.outbox.close();
    const minh = make([() => json(200, {})], { person: "8" }, lan.database);
    await minh.outbox.wake();
    expect(minh.requests).toEqual([]);
    expect(await minh.outbox.kept()).toEqual([]);
  });

  it("sends one lane in order and lets other lanes pass a stuck one", async () => {
    const { outbox, requests } = make([() => json(500, {}), () => json(200, {})], { firstDelay: 60_000, longestDelay: 60_000 });
    await outbox.put(entry);
    await outbox.put({ ...entry, url: "/api/incidents/1022-000001/close" });
    await outbox.put({ ...entry, url: "/api/incidents/1022-000002/answer" });
    await vi.waitFor(() => expect(requests).toHaveLength(2));
    await outbox.pass();
    expect(requests.map((request) => request.url)).toEqual([entry.url, "/api/incidents/1022-000002/answer"]);
  });

  it("puts later work of the same person on the version its earlier work led to", async () => {
    let online = false;
    const answers = [() => json(200, { version: 4 }), () => json(200, { version: 5 })];
    const { outbox, requests } = make([], {
      firstDelay: 60_000,
      longestDelay: 60_000,
      fetch: (async (url: string, init: RequestInit) => {
        if (!online) throw new TypeError("offline");
        requests.push({ url, headers: {}, body: init.body });
        return answers.shift()!();
      }) as unknown as typeof fetch,
    });
    await outbox.put({ ...entry, baseVersion: 3 });
    await outbox.put({ ...entry, url: "/api/incidents/1022-000001/close", baseVersion: 3 });
    online = true;
    await outbox.wake();
    expect(requests.map((request) => JSON.parse(request.body as string).base_version)).toEqual([3, 4]);
  });

  it("sends photos as files and keeps them over a reload", async () => {
    const first = make([], { firstDelay: 60_000, longestDelay: 60_000 });
    const photo = new Blob([new Uint8Array([255, 216, 255])], { type: "image/jpeg" });
    await first.outbox.put({ ...entry, photos: [{ field: "photos", name: "a.jpg", blob: photo }] });
    await vi.waitFor(async () => expect((await first.outbox.kept())[0]?.attempts).toBe(1));
    first.outbox.close();
    const second = make([() => json(200, {})], {}, first.database);
    await second.outbox.wake();
    const sent = (second.requests[0]?.body as FormData).get("photos") as File;
    expect([sent.name, sent.size]).toEqual(["a.jpg", 3]);
  });
});

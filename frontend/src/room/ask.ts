/** An act at the telephone: it counts now or not at all, so it never waits in the outbox. */
import { csrfToken } from "../page";

export interface Answer<Body> {
  ok: boolean;
  /** Why not, in the reader's language; empty without a connection. */
  detail: string;
  body: Body;
}

export async function ask<Body = Record<string, unknown>>(url: string, fields: Record<string, unknown> = {}, keepalive = false): Promise<Answer<Body>> {
  try {
    const answer = await fetch(url, {
      method: "POST",
      credentials: "same-origin",
      keepalive,
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        "X-CSRFToken": csrfToken(),
        "X-Action-Id": crypto.randomUUID(),
      },
      body: JSON.stringify(fields),
    });
    const body = (await answer.json()) as Body & { detail?: string };
    return { ok: answer.ok, detail: body.detail ?? "", body };
  } catch {
    return { ok: false, detail: "", body: {} as Body };
  }
}

/** Time as people read it: age and clock, what is left of a deadline and then how much over. Vietnam has one time zone. */
import { locale } from "./words";
import { say } from "./words/base";

const zone = "Asia/Ho_Chi_Minh";
const clockFormat = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: zone });
const secondsFormat = new Intl.DateTimeFormat(locale, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hour12: false,
  timeZone: zone,
});
const fullFormat = new Intl.DateTimeFormat(locale, {
  weekday: "long",
  day: "2-digit",
  month: "2-digit",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hour12: false,
  timeZone: zone,
});

export const clock = (at: Date | number): string => clockFormat.format(at);
export const clockSeconds = (at: Date | number): string => secondsFormat.format(at);
// Vietnamese too writes 28/11 and 11/2026; what browsers know of it says 28-11 and "tháng 11, 2026".
const dayFormat = new Intl.DateTimeFormat("en-GB", { day: "2-digit", month: "2-digit", timeZone: zone });
const monthFormat = new Intl.DateTimeFormat("en-GB", { month: "2-digit", year: "numeric", timeZone: zone });

export const day = (at: Date | number): string => dayFormat.format(at);
export const month = (at: Date | number): string => monthFormat.format(at);
export const fullDate = (at: Date | number): string => fullFormat.format(at);

/** A length of time in words; milliseconds in, whole minutes, hours or days out. */
export function span(ms: number): string {
  const minutes = Math.floor(Math.abs(ms) / 60_000);
  if (minutes < 60) return say("time.minutes", { n: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 3 && minutes % 60) return say("time.hours-minutes", { h: hours, m: minutes % 60 });
  if (hours < 48) return say("time.hours", { n: hours });
  return say("time.days", { n: Math.floor(hours / 24) });
}

/** How long ago: "vừa xong", "12 phút", "3 giờ 5 phút", "2 ngày". */
export function age(at: number, now: number): string {
  return now - at < 60_000 ? say("time.now") : span(now - at);
}

/** "còn 2 giờ" before the deadline, "quá hạn 10 phút" after it. */
export function left(due: number, now: number): string {
  return say(due >= now ? "time.left" : "time.over", { time: span(due - now) });
}

/**
 * Keeps `<time data-age>` and `<time data-due>` right; a page calls it once. The server writes the absolute time, which
 * stays readable without JavaScript and on hover.
 */
export function keepTimes(root: ParentNode = document, now: () => number = Date.now): () => void {
  const draw = (): void => {
    const at = now();
    for (const item of root.querySelectorAll<HTMLTimeElement>("time[data-age], time[data-due]")) {
      const moment = Date.parse(item.dateTime);
      if (Number.isNaN(moment)) continue;
      const due = item.dataset.due !== undefined;
      const text = due ? left(moment, at) : `${age(moment, at)} · ${clock(moment)}`;
      if (item.textContent !== text) item.textContent = text;
      item.title = fullDate(moment);
      if (due) item.classList.toggle("overdue", moment < at);
    }
  };
  draw();
  const timer = setInterval(draw, 10_000);
  return () => clearInterval(timer);
}

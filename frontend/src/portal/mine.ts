/** What was reported from this device: tracking codes in this browser, nothing else and nowhere else. */
const PLACE = "opscenter-mine";
const MOST = 50;

export interface Mine {
  code: string;
  at: number;
}

export function mine(): Mine[] {
  try {
    return JSON.parse(localStorage.getItem(PLACE) ?? "[]") as Mine[];
  } catch {
    return [];
  }
}

function write(list: Mine[]): void {
  try {
    localStorage.setItem(PLACE, JSON.stringify(list.slice(0, MOST)));
  } catch {
    // A full or forbidden store: the code on the page is all there is, as ever.
  }
}

export function remember(code: string): void {
  write([{ code, at: Date.now() }, ...mine().filter((one) => one.code !== code)]);
}

export function forget(code: string): void {
  write(mine().filter((one) => one.code !== code));
}

/** The button of the chat: a few hundred bytes. What is behind it comes when it is pressed, or when a chat is going on. */
export const KEPT = "opscenter-chat";

export interface Kept {
  key: string;
  code: string;
  /** The newest message that was on screen. */
  seen: number;
}

export function kept(): Kept | null {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "null") as Kept | null;
  } catch {
    return null;
  }
}

export function chat(): void {
  const box = document.querySelector<HTMLElement>("[data-chat]");
  const button = box?.querySelector<HTMLButtonElement>(".chat-open");
  if (!box || !button) return;
  box.hidden = false;
  const load = async (open: boolean): Promise<void> => {
    const { ChatBox } = await import("./chat-box");
    ChatBox.of(box, button).start(open);
  };
  button.addEventListener("click", () => void load(true), { once: true });
  if (kept()) void load(false);
}

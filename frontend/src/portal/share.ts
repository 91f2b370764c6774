/** Buttons beside the tracking code: copy it, or hand the link on by the phone's own sharing. */
import { say } from "../words/portal";

export function shareButtons(): void {
  const copy = document.querySelector<HTMLButtonElement>("[data-copy]");
  const share = document.querySelector<HTMLButtonElement>("[data-share]");
  const code = copy?.dataset.copy ?? "";
  if (!copy || !share || !code) return;
  const link = new URL(`/tra-cuu/${code}/`, location.href).href;
  if (navigator.clipboard) {
    copy.parentElement!.hidden = false;
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(code);
      copy.textContent = say("copied");
    });
  } else copy.hidden = true;
  if (typeof navigator.share === "function") {
    share.parentElement!.hidden = false;
    share.hidden = false;
    share.addEventListener("click", () => {
      // Closing the phone's sharing sheet is not an error.
      navigator.share({ title: say("share.title", { code }), url: link }).catch(() => undefined);
    });
  }
}

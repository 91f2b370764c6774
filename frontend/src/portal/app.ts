/** The citizens' pages as an app: the worker that keeps them without a network, and the browser's offer to install them. */

interface InstallOffer extends Event {
  prompt(): Promise<unknown>;
}

let offer: InstallOffer | null = null;
const offered: ((there: boolean) => void)[] = [];

/** Registers the worker; nothing happens where the browser has none, or on plain http of another host. */
export function register(): void {
  if (!("serviceWorker" in navigator)) return;
  const go = (): void => void navigator.serviceWorker.register("/sw.js", { scope: "/" }).catch(() => undefined);
  // What the page itself needs comes first.
  if (document.readyState === "complete") go();
  else addEventListener("load", go);
}

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offer = event as InstallOffer;
  for (const tell of offered) tell(true);
});
addEventListener("appinstalled", () => {
  offer = null;
  for (const tell of offered) tell(false);
});

/** Shows the button while the browser offers to install. */
export function installable(button: HTMLButtonElement | null): void {
  if (!button) return;
  offered.push((there) => (button.hidden = !there));
  button.hidden = offer === null;
  button.addEventListener("click", () => void offer?.prompt());
}

/** Whether the page was opened as an installed app. */
export const isApp = (): boolean => matchMedia("(display-mode: standalone)").matches || (navigator as { standalone?: boolean }).standalone === true;

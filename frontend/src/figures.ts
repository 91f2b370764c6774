/** The figures: charts and the map by ward, drawn from what the server counted; every number also stands in a table. */
import "./staff";
import "../styles/figures.css";
import { drawCharts } from "./figures/charts";
import { type DistrictFigures, drawMap, type WardFigures } from "./figures/map";
import { pageData } from "./page";

export interface Drawn {
  course: ({ at: string } & Record<"0" | "1" | "2" | "3", number>)[];
  monthly: boolean;
  hours: number[];
  call_hours: [answered: number, unanswered: number][];
  sources: [name: string, received: number][];
  wards: Record<string, WardFigures>;
  /** By the ward's code; empty where the set has no districts. */
  districts: Record<string, DistrictFigures>;
  borders: { url: string; approximate: boolean } | null;
}

/** While a file is being written the list is asked for again; milliseconds. */
const LOOK_EVERY = 2_000;

const question = document.querySelector<HTMLFormElement>(".figures-question");
if (question) {
  const period = question.elements.namedItem("period") as HTMLSelectElement;
  const ownDays = (): void => {
    question.toggleAttribute("data-own", period.value === "own");
  };
  period.addEventListener("change", ownDays);
  ownDays();
}

const drawn = pageData<Drawn | null>("drawn", null);
if (drawn) {
  drawCharts(drawn);
  document.addEventListener("themechange", () => drawCharts(drawn));
  void drawMap(drawn);
}

const files = document.querySelector<HTMLElement>("[data-files]");
async function look(box: HTMLElement): Promise<void> {
  if (!box.querySelector("[data-waits]")) return;
  await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
  try {
    const answer = await fetch("?part", { headers: { Accept: "text/html" } });
    // The server's own table: what it holds was escaped there.
    if (answer.ok) box.replaceChildren(document.createRange().createContextualFragment(await answer.text()));
  } catch {
    // No connection: asked again in a moment.
  }
  await look(box);
}
if (files) void look(files);

/** Who is here now, on the page of the shifts; milliseconds. */
const HERE_EVERY = 30_000;
const here = document.querySelector<HTMLElement>("[data-here]");
async function lookHere(box: HTMLElement): Promise<void> {
  if (document.hidden) return;
  try {
    const answer = await fetch("?part", { headers: { Accept: "text/html" } });
    // Signed out meanwhile: the server answers with the page to sign in, which has no place here.
    if (answer.ok && !answer.redirected) box.replaceChildren(document.createRange().createContextualFragment(await answer.text()));
  } catch {
    // No connection: asked again in a moment.
  }
}
if (here) setInterval(() => void lookHere(here), HERE_EVERY);

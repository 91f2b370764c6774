/** The figures: charts and the map by ward, drawn from what the server counted; every number also stands in a table. */
import "./staff";
import "../styles/figures.css";
import { drawCharts } from "./figures/charts";
import { drawMap, type WardFigures } from "./figures/map";
import { pageData } from "./page";

export interface Drawn {
  course: ({ at: string } & Record<"0" | "1" | "2" | "3", number>)[];
  monthly: boolean;
  hours: number[];
  sources: [name: string, received: number][];
  wards: Record<string, WardFigures>;
  borders: { url: string; approximate: boolean } | null;
}

const question = document.querySelector<HTMLFormElement>(".figures-question")!;
const period = question.elements.namedItem("period") as HTMLSelectElement;
const ownDays = (): void => {
  question.toggleAttribute("data-own", period.value === "own");
};
period.addEventListener("change", ownDays);
ownDays();

const drawn = pageData<Drawn | null>("drawn", null);
if (drawn) {
  drawCharts(drawn);
  document.addEventListener("themechange", () => drawCharts(drawn));
  void drawMap(drawn);
}

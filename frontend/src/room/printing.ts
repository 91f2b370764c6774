/** The map on paper, to scale: a picture of its own size, the scale in words and as a bar, the legend, the date. */
import { credits } from "../borders";
import { element } from "../element";
import { fullDate } from "../time";
import { locale } from "../words";
import { say } from "../words/room";
import type { RoomMap } from "./map";

/** A4 across, less margins, the title and the legend; millimetres. */
export const SHEET = { width: 277, height: 160 };
const MM_PER_INCH = 25.4;
const PIXELS_PER_INCH = 96;
const EARTH_M = 40_075_016.686;

/** CSS pixels of a length on paper. */
export const pixelsOf = (mm: number): number => (mm / MM_PER_INCH) * PIXELS_PER_INCH;

/** The map's zoom at which a metre of paper is `scale` metres of ground at a latitude. */
export function zoomOf(scale: number, lat: number): number {
  const metresPerPixel = (scale * MM_PER_INCH) / 1000 / PIXELS_PER_INCH;
  return Math.log2((EARTH_M * Math.cos((lat * Math.PI) / 180)) / (512 * metresPerPixel));
}

/** A round length on the ground for the bar, 30 to 75 mm on paper: [metres, mm]. */
export function barOf(scale: number): [metres: number, mm: number] {
  const most = (scale * 75) / 1000;
  const power = 10 ** Math.floor(Math.log10(most));
  const metres = [5, 2, 1].map((step) => step * power).find((length) => length <= most)!;
  return [metres, (metres * 1000) / scale];
}

/** Makes the sheet and opens the browser's print window; the screen is as before afterwards. */
export async function printMap(map: RoomMap, scale: number, legends: HTMLElement[], title: string): Promise<void> {
  const page = document.documentElement;
  const onScreen = page.dataset.bsTheme ?? "light";
  const wear = (theme: string): void => {
    page.dataset.bsTheme = theme;
    document.dispatchEvent(new CustomEvent("themechange", { detail: theme }));
  };
  // Paper is white, whatever the screen is at night.
  wear("light");
  const picture = await map.picture(scale).catch((error: unknown) => {
    wear(onScreen);
    throw error;
  });
  const sources = await credits();
  const address = URL.createObjectURL(picture);
  const image = element("img", { src: address, alt: title });
  const [metres, mm] = barOf(scale);
  const bar = element("span", { class: "print-bar", "aria-hidden": "true" });
  bar.style.inlineSize = `${mm}mm`;
  const sheet = element(
    "div",
    { class: "print-sheet" },
    element("h1", { text: title }),
    image,
    element(
      "div",
      { class: "print-foot" },
      element("span", {}, bar, ` ${metres < 1000 ? `${metres} m` : `${metres / 1000} km`} · ${say("print.scale", { n: scale.toLocaleString(locale) })}`),
      element("span", { text: fullDate(Date.now()) }),
    ),
    ...legends.map((legend) => {
      const copy = legend.cloneNode(true) as HTMLElement;
      copy.removeAttribute("id");
      copy.className = "print-legend";
      return copy;
    }),
    // The corner of the map that says so is no part of its picture.
    ...(sources.length ? [element("p", { class: "print-credit", text: sources.join(" · ") })] : []),
  );
  document.body.append(sheet);
  await image.decode();
  const away = (): void => {
    sheet.remove();
    URL.revokeObjectURL(address);
    wear(onScreen);
  };
  addEventListener("afterprint", away, { once: true });
  print();
}

/** The charts, in the theme's colours; they are made anew when the theme changes. */
import { BarController, BarElement, CategoryScale, Chart, type ChartConfiguration, Legend, LinearScale, Tooltip } from "chart.js";
import type { Drawn } from "../figures";
import { day, month } from "../time";
import { locale } from "../words";
import { say } from "../words/figures";

Chart.register(BarController, BarElement, CategoryScale, LinearScale, Legend, Tooltip);

const GROUPS = ["3", "1", "2", "0"] as const;
const made: Chart[] = [];

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function draw(name: "course" | "hours" | "calls" | "sources", config: ChartConfiguration<"bar">): void {
  const box = document.querySelector<HTMLElement>(`[data-chart="${name}"]`);
  if (!box) return;
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", say(`chart.${name}`));
  box.replaceChildren(canvas);
  made.push(new Chart(canvas, config));
}

export function drawCharts(drawn: Drawn): void {
  for (const chart of made.splice(0)) chart.destroy();
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.font.size = 12;
  Chart.defaults.color = colour("--muted");
  Chart.defaults.borderColor = colour("--line");
  Chart.defaults.animation = false;
  Chart.defaults.maintainAspectRatio = false;
  Chart.defaults.locale = locale;
  const whole = { beginAtZero: true, ticks: { precision: 0 } };
  const written = drawn.monthly ? month : day;
  draw("course", {
    type: "bar",
    data: {
      labels: drawn.course.map((one) => written(new Date(`${one.at}T12:00:00+07:00`))),
      datasets: GROUPS.filter((group) => drawn.course.some((one) => one[group] > 0)).map((group) => ({
        label: say(`group.${group}`),
        data: drawn.course.map((one) => one[group]),
        backgroundColor: colour(`--group-${group}`),
        maxBarThickness: 48,
      })),
    },
    options: {
      scales: { x: { stacked: true, grid: { display: false } }, y: { stacked: true, ...whole } },
      plugins: { legend: { position: "bottom", labels: { boxWidth: 12, boxHeight: 12 } } },
      interaction: { mode: "index", intersect: false },
    },
  });
  const bar = { backgroundColor: colour("--accent"), label: say("received"), maxBarThickness: 28 };
  draw("hours", {
    type: "bar",
    data: { labels: drawn.hours.map((_, hour) => say("hour", { n: hour })), datasets: [{ ...bar, data: drawn.hours }] },
    options: { scales: { x: { grid: { display: false } }, y: whole }, plugins: { legend: { display: false } } },
  });
  const stacked = { ...bar, stack: "calls" };
  draw("calls", {
    type: "bar",
    data: {
      labels: drawn.call_hours.map((_, hour) => say("hour", { n: hour })),
      datasets: [
        { ...stacked, label: say("calls.answered"), data: drawn.call_hours.map(([answered]) => answered) },
        { ...stacked, label: say("calls.unanswered"), data: drawn.call_hours.map(([, unanswered]) => unanswered), backgroundColor: colour("--overdue") },
      ],
    },
    options: {
      scales: { x: { stacked: true, grid: { display: false } }, y: { stacked: true, ...whole } },
      plugins: { legend: { position: "bottom", labels: { boxWidth: 12, boxHeight: 12 } } },
      interaction: { mode: "index", intersect: false },
    },
  });
  draw("sources", {
    type: "bar",
    data: { labels: drawn.sources.map(([name]) => name), datasets: [{ ...bar, data: drawn.sources.map(([, received]) => received) }] },
    options: { indexAxis: "y", scales: { x: whole, y: { grid: { display: false } } }, plugins: { legend: { display: false } } },
  });
}

/** The timeline, or a report of the situation, on paper. */
import "./staff";
import "../styles/emergencies.css";

document.querySelector("[data-print]")?.addEventListener("click", () => window.print());

// Paper is white, however it is printed: by the button or by the browser's own key.
const page = document.documentElement;
let screen = page.dataset.bsTheme;
window.addEventListener("beforeprint", () => {
  screen = page.dataset.bsTheme;
  page.dataset.bsTheme = "light";
});
window.addEventListener("afterprint", () => {
  page.dataset.bsTheme = screen;
});

/** The timeline on paper. */
import "./staff";
import "../styles/emergencies.css";

document.querySelector("[data-print]")?.addEventListener("click", () => window.print());

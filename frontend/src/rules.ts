/** The pages of the rules of competence: plain forms, and the map of coverage on the borders. */
import "./staff";
import "../styles/rules.css";
import { pageData } from "./page";
import type { Coverage } from "./rules/coverage";

const box = document.getElementById("cover-map");
// Leaflet is fetched only where a map is shown.
if (box) void import("./rules/coverage").then(({ drawCoverage }) => drawCoverage(box, pageData<Coverage>("coverage", { borders: "", wards: {} })));

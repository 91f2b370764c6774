import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// One entry a screen. Templates name it: {% vite_asset 'src/room.ts' %}; django-vite reads build/frontend/manifest.json.
const screens = [
  "base",
  "staff",
  "room",
  "photo",
  "inbox",
  "portal",
  "track",
  "mine",
  "publicmap",
  "wall",
  "replay",
  "course",
  "account",
  "rules",
  "territory",
  "figures",
  "board",
  "crew",
  "major",
  "facilities",
  "report",
  "opendata",
];

const workers = ["offline", "inbox", "notify"].map((name) => here(`src/workers/${name}.ts`));

// What a map in one file carries inside it (incidents/figures/maps.py), so that it opens without a network.
const carried = [
  "leaflet/dist/leaflet.js", "leaflet/dist/leaflet.css", "leaflet.heat/dist/leaflet-heat.js", "d3/build/d3.min.js",
  "jquery/dist/jquery.min.js", "moment/min/moment.min.js",
];
const carryLibraries = {
  name: "carry-libraries",
  generateBundle(this: { emitFile(file: { type: "asset"; fileName: string; source: string }): string }): void {
    for (const path of carried) {
      const source = readFileSync(here(`node_modules/${path}`), "utf8");
      this.emitFile({ type: "asset", fileName: `carried/${path.split("/").at(-1)}`, source });
    }
  },
};

export default defineConfig({
  plugins: [carryLibraries],
  root: here("."),
  base: "/static/",
  publicDir: here("public"),
  build: {
    outDir: here("../build/frontend"),
    emptyOutDir: true,
    manifest: "manifest.json",
    assetsDir: "assets",
    // Everything is a file of this host: data: addresses would need holes in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ["chrome107", "firefox104", "safari16"],
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      input: [...screens.map((screen) => here(`src/${screen}.ts`)), ...workers],
      // A service worker has one address for ever; opscenter/offline.py serves it.
      output: {
        entryFileNames: ({ facadeModuleId }) => (workers.includes(facadeModuleId ?? "") ? "workers/[name].js" : "assets/[name]-[hash].js"),
      },
    },
  },
  worker: { format: "es" },
  test: { environment: "happy-dom", include: ["src/**/*.test.ts", "../tests/frontend/**/*.test.ts"] },
});

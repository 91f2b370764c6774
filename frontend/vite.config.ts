import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// One entry a screen. Templates name it: {% vite_asset 'src/room.ts' %}; django-vite reads build/frontend/manifest.json.
const screens = [
  "base",
  "staff",
  "room",
  "inbox",
  "portal",
  "track",
  "wall",
  "account",
  "rules",
  "figures",
];

export default defineConfig({
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
    rolldownOptions: { input: screens.map((screen) => here(`src/${screen}.ts`)) },
  },
  worker: { format: "es" },
  test: { environment: "happy-dom", include: ["src/**/*.test.ts", "../tests/frontend/**/*.test.ts"] },
});

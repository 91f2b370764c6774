import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// The bench's page alone, for `python -m tests.bench map`: `vite build --config vite.bench.ts --outDir FOLDER`.
export default defineConfig({
  root: here("bench"),
  base: "./",
  publicDir: false,
  build: { emptyOutDir: true, target: "esnext", assetsInlineLimit: 0, rolldownOptions: { input: here("bench/map.html") } },
  worker: { format: "es" },
});

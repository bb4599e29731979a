import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

const OUT = resolve(import.meta.dirname, "../millstream/site/static/build");
const COMPRESSIBLE = /\.(css|js|json|svg|wasm)$/;
const SMALLEST_BYTES = 512;
const KEPT_MS = 24 * 3600 * 1000;

/** Write a .gz and a .br beside every built text file, so that the web server never compresses at request time. */
function precompress(): Plugin {
  return {
    name: "millstream-precompress",
    apply: "build",
    closeBundle() {
      for (const entry of readdirSync(OUT, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !COMPRESSIBLE.test(entry.name) || entry.name === "manifest.json") continue;
        const path = join(entry.parentPath, entry.name);
        const bytes = readFileSync(path);
        if (bytes.length < SMALLEST_BYTES) continue;
        writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
        writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
      }
    },
  };
}

/** Keep the files of earlier builds for a day: a web process that started before goes on serving them. */
function forgetOldBuilds(): Plugin {
  return {
    name: "millstream-forget-old-builds",
    apply: "build",
    closeBundle() {
      const assets = join(OUT, "assets");
      for (const name of readdirSync(assets)) {
        const path = join(assets, name);
        if (Date.now() - statSync(path).mtimeMs > KEPT_MS) rmSync(path);
      }
    },
  };
}

export default defineConfig({
  base: "./",
  publicDir: "public",
  plugins: [precompress(), forgetOldBuilds()],
  build: {
    outDir: OUT,
    emptyOutDir: false,
    manifest: "manifest.json",
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: {
        main: resolve(import.meta.dirname, "src/main.ts"),
        room: resolve(import.meta.dirname, "src/room.ts"),
        planned: resolve(import.meta.dirname, "src/planned.ts"),
        desk: resolve(import.meta.dirname, "src/desk.ts"),
        styleguide: resolve(import.meta.dirname, "src/styleguide.ts"),
        station: resolve(import.meta.dirname, "src/station.ts"),
        studio: resolve(import.meta.dirname, "src/studio.ts"),
      },
    },
  },
});

/** Weigh what a page loads, compressed, against its budget; a page too heavy for a 3G phone fails the build. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";

const OUT = resolve(import.meta.dirname, "../millstream/site/static/build");
const KILO = 1000;

/** What each kind of page may weigh in kB of CSS and JavaScript; `later` names what it loads after the first picture. */
const BUDGETS = [
  { page: "storefront", entry: "main", most: 50, later: [] },
  { page: "desk", entry: "desk", most: 60, later: [] },
  { page: "show before it starts", entry: "planned", most: 60, later: [] },
  { page: "station", entry: "station", most: 60, later: [] },
  { page: "studio before video", entry: "studio", most: 190, later: ["node_modules/hls.js/dist/hls.light.mjs"] },
  { page: "room before video", entry: "room", most: 190, later: ["node_modules/hls.js/dist/hls.light.mjs"] },
];

const manifest = JSON.parse(readFileSync(join(OUT, "manifest.json"), "utf8"));

function filesOf(key, seen = new Set(), files = new Set()) {
  if (seen.has(key)) return files;
  seen.add(key);
  const chunk = manifest[key];
  if (!chunk) throw new Error(`The manifest has no ${key}: was the front end built?`);
  files.add(chunk.file);
  for (const sheet of chunk.css ?? []) files.add(sheet);
  for (const imported of chunk.imports ?? []) filesOf(imported, seen, files);
  return files;
}

let heavy = 0;
for (const { page, entry, most, later } of BUDGETS) {
  const files = filesOf(`src/${entry}.ts`);
  for (const key of later) for (const file of filesOf(key)) files.add(file);
  const bytes = [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(OUT, file)), { level: 9 }).length, 0);
  const kilobytes = bytes / KILO;
  const over = kilobytes > most;
  heavy += over ? 1 : 0;
  console.log(
    `${over ? "TOO HEAVY" : "ok       "} ${page}: ${kilobytes.toFixed(1)} kB of ${most} kB, ${files.size} files`,
  );
}
process.exit(heavy > 0 ? 1 : 0);

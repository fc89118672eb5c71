// Bundles what browsers load into ../src/tocsin/web/static: style sheet, scripts, icons, each under a name that holds
// its hash, with a gzip and a brotli copy, and manifest.json, which tells the name of each.
//
// src/app.css and src/app.js belong to every page; each src/pages/*.js is a script (and perhaps a style sheet) of its
// own, for the pages that ask for it; icons.txt lists the icons; public/ is taken as it is.

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { tabler } from "./tabler.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const target = process.argv[2] ?? join(here, "../src/tocsin/web/static");
const modules = join(here, "node_modules");
const PACKED = [".css", ".js", ".svg"];

const manifest = {};

function put(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 10);
  const stored = `${basename(name, extname(name))}-${hash}${extname(name)}`;
  manifest[name] = stored;
  writeFileSync(join(target, stored), content);
  if (!PACKED.includes(extname(name))) return;
  writeFileSync(join(target, `${stored}.gz`), gzipSync(content, { level: 9 }));
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  writeFileSync(join(target, `${stored}.br`), brotliCompressSync(content, quality));
}

// @import "@tabler/core" means its style sheet without what no page uses, and with a night that needs no script.
const lean = {
  name: "tabler",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@tabler\/core$/ }, () => ({ path: "tabler.css", namespace: "tabler" }));
    onLoad({ filter: /.*/, namespace: "tabler" }, () => ({
      contents: tabler(readFileSync(join(modules, "@tabler/core/dist/css/tabler.css"), "utf8")),
      loader: "css",
    }));
  },
};

async function bundle(entry) {
  const result = await build({
    entryPoints: [entry],
    outdir: target,
    write: false,
    bundle: true,
    minify: true,
    legalComments: "none",
    format: "iife",
    target: ["chrome123", "firefox128", "safari17.5"],
    plugins: [lean],
  });
  for (const file of result.outputFiles) put(basename(file.path), Buffer.from(file.contents));
}

function icon(name) {
  const text = readFileSync(join(modules, "@tabler/icons/icons/outline", `${name}.svg`), "utf8");
  const body = text.replace(/<!--[\s\S]*?-->/, "").match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1];
  return `<symbol id="${name}" viewBox="0 0 24 24">${body.replace(/\s+/g, " ").trim()}</symbol>`;
}

function icons() {
  const names = readFileSync(join(here, "icons.txt"), "utf8").split("\n").filter((line) => line && !line.startsWith("#"));
  const unique = [...new Set(names)].sort();
  return `<svg xmlns="http://www.w3.org/2000/svg">${unique.map(icon).join("")}</svg>`;
}

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
for (const entry of ["src/app.css", "src/app.js", "src/worker.js"]) await bundle(join(here, entry));
for (const name of readdirSync(join(here, "src/pages"))) {
  if (name.endsWith(".js")) await bundle(join(here, "src/pages", name));
}
put("icons.svg", icons());
for (const name of readdirSync(join(here, "public"))) put(name, readFileSync(join(here, "public", name)));
writeFileSync(join(target, "manifest.json"), JSON.stringify(manifest, null, 1));

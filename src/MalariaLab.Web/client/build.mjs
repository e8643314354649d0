// Copies what pages load, with its licence, from node_modules to the top-level wwwroot/lib (uncommitted).
import { cpSync, mkdirSync } from "node:fs";

const target = new URL("../../../wwwroot/lib/apexcharts/", import.meta.url);
mkdirSync(target, { recursive: true });
for (const file of ["dist/apexcharts.esm.js", "LICENSE"])
  cpSync(new URL(`node_modules/apexcharts/${file}`, import.meta.url), new URL(file.split("/").pop(), target));

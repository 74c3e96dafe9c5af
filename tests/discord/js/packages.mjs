// The packages of this folder, which are installed elsewhere: the environment variable BARNRAISER_TEST_NODE_DISCORD names the
// folder that holds node_modules. Some of them answer only to an import from beside them, so a module is put there that asks.

import fs from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const folder = process.env.BARNRAISER_TEST_NODE_DISCORD;

const beside = path.join(folder, `beside-${process.pid}.mjs`);
const asks = "export const load = (name) => import(name); export const where = (name) => import.meta.resolve(name);";
fs.writeFileSync(beside, asks);
const { load, where } = await import(pathToFileURL(beside));
fs.unlinkSync(beside);

export { load };
export const fileOf = (name) => fileURLToPath(where(name));

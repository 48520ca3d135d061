// Reads AsyncAPI documents with the official parser and prints, for each, the errors that it finds, as JSON.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Parser } from "@asyncapi/parser";

const ERROR = 0;
const found = {};
for (const path of process.argv.slice(2)) {
  const { document, diagnostics } = await new Parser().parse(await readFile(path, "utf8"), { source: resolve(path) });
  const errors = diagnostics
    .filter((one) => one.severity === ERROR)
    .map((one) => `${one.path.join(".") || "document"}: ${one.message}`);
  found[path] = errors.length > 0 || document ? errors : ["document: it is no AsyncAPI document"];
}
console.log(JSON.stringify(found));

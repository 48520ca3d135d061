// Reads AsyncAPI documents with the official parser and prints, for each, the errors that it finds, as JSON.
// With --named, also the schemas that a generator would have to make up a name for.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Parser } from "@asyncapi/parser";

const ERROR = 0;
const found = {};
const needsNames = process.argv[2] === "--named";
for (const path of process.argv.slice(needsNames ? 3 : 2)) {
  const { document, diagnostics } = await new Parser().parse(await readFile(path, "utf8"), { source: resolve(path) });
  const errors = diagnostics
    .filter((one) => one.severity === ERROR)
    .map((one) => `${one.path.join(".") || "document"}: ${one.message}`);
  // What has fields or is one of several words becomes a class, and a schema without a name becomes AnonymousSchema_1.
  const isNamed = (schema) => !schema.id().includes("anonymous");
  const nameless = (needsNames && document ? document.allSchemas().all() : []).filter((one) => (one.properties() || one.enum()) && !isNamed(one));
  errors.push(...nameless.map((one) => `${one.id()}: it needs a name among the components: ${JSON.stringify(one.json()).slice(0, 200)}`));
  found[path] = errors.length > 0 || document ? errors : ["document: it is no AsyncAPI document"];
}
console.log(JSON.stringify(found));

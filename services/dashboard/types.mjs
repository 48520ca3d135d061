// Writes the types of the API from its OpenAPI documents. The check makes them anew each time, so they are never stale: where the
// dashboard no longer fits the documents, the type checker says so.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const folder = new URL("src/api/generated/", import.meta.url);
await mkdir(folder, { recursive: true });
for (const service of ["analytics", "candidates", "connectors", "engagement", "gateway"]) {
  const document = new URL(`../../docs/openapi/${service}.json`, import.meta.url);
  const types = astToString(await openapiTS(document));
  const file = new URL(`${service}.d.ts`, folder);
  if ((await readFile(file, "utf8").catch(() => "")) !== types) await writeFile(file, types);
}

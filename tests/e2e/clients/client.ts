// A program on the types that openapi-typescript makes of our document: the story of one person, from outside.
import createClient from "openapi-fetch";
import type { components, paths } from "./api";

type Schemas = components["schemas"];
declare const process: { env: { REKINDLE_URL: string; REKINDLE_TOKEN: string } };

const api = createClient<paths, "application/json" | "application/problem+json">({
  baseUrl: process.env.REKINDLE_URL,
  headers: { Authorization: `Bearer ${process.env.REKINDLE_TOKEN}` },
});

function must<T>(answer: { data?: T; error?: unknown }): T {
  if (answer.data === undefined) throw new Error(JSON.stringify(answer.error));
  return answer.data;
}

function equal(found: unknown, expected: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new Error(`${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
  }
}

const position = "typescript:position";
const person = "typescript:person";

// What has a default is left out: such a field is optional.
const claim: Schemas["QueueClaim"] = { recruiter: "maria", position };
const patch: Schemas["CandidatePatch"] = { name: "Ada Byron", level: "senior", skills: ["python"] };
const events: Schemas["Event"][] = [
  {
    source: "typescript", id: "1", type: "rekindle.pursuit.contacted", subject: person, time: "2025-03-02T09:15:00Z",
    data: { position, channel: "email", recruiter: "maria" },
  },
  {
    source: "typescript", id: "2", type: "rekindle.pursuit.declined", subject: person, time: "2025-03-09T00:00:00Z",
    data: { position, reason: "timing" },
  },
];

must(await api.PATCH("/v1/positions/{position}", { params: { path: { position } }, body: { title: "Engineer", status: "open" } }));
must(await api.PATCH("/v1/candidates/{candidate}", { params: { path: { candidate: person } }, body: patch }));
const read = must(await api.GET("/v1/candidates/{candidate}", { params: { path: { candidate: person } } }));
equal([read.name, read.level, read.skills], ["Ada Byron", "senior", ["python"]]);

const posted = must(await api.POST("/v1/events", { body: events })) as Schemas["EventBatchResult"];
const after = posted.items[1]?.after ?? "";

const funnel = must(
  await api.GET("/v1/analytics/positions/{position}/funnel", { params: { path: { position }, query: { after, wait: 30 } } }),
);
equal(funnel.stages.find((one) => one.stage === "contacted")?.reached, 1);
equal(funnel.declines, { timing: 1 });

const queue = must(await api.GET("/v1/queue", { params: { query: { position, after, wait: 30 } } }));
equal(queue.items.map((item) => item.references), [[person]]);
// A person whose item is derived anew at that moment is passed over: ask again.
let lease: string | undefined;
for (const until = Date.now() + 30_000; lease === undefined && Date.now() < until; ) {
  lease = must(await api.POST("/v1/queue/claims", { body: claim })).items[0]?.lease;
}
equal(typeof lease, "string");

const nobody = await api.GET("/v1/candidates/{candidate}", { params: { path: { candidate: "typescript:nobody" } } });
equal([nobody.response.status, nobody.error?.code], [404, "candidate_unknown"]);
console.log("done");

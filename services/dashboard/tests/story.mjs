// What a story in the browser needs: its facts (JSON in the variable STORY), the API, links, and steps that name what failed.
import { launch, open } from "./browser.mjs";

export const story = JSON.parse(process.env.STORY);
const headers = { Authorization: `Bearer ${story.token}`, "Content-Type": "application/json" };
export const browser = await launch();
const opened = [];

/** What the API answers to whoever may everything. */
export const api = async (path, content) =>
  (
    await fetch(story.url + path, { headers, ...(content && { method: "POST", body: JSON.stringify(content) }) })
  ).json();

/** A link that logs a recruiter in, at the stack's address or another one that leads there. */
export async function link(recruiter, base = story.url) {
  const made = new URL((await api("/v1/login-links", { role: "recruiter", recruiter })).url);
  return base + made.pathname + made.hash;
}

/** Wait until all that was posted of somebody is counted. */
export async function counted(reference) {
  const { items } = await api(`/v1/timelines/${reference}?limit=200`);
  await api(`/v1/analytics/funnel?after=${items.at(-1).after}&wait=30`);
}

/** A page of a browser of its own, or a further tab of the same one. */
export async function tab(context) {
  const page = await open(context ?? (await browser.newContext({ locale: "en-GB" })));
  page.setDefaultTimeout(60_000);
  opened.push(page);
  return page;
}

/** A page in which a recruiter is logged in. */
export async function at(recruiter, base) {
  const page = await tab();
  await page.goto(await link(recruiter, base));
  await page.getByRole("heading", { name: "Today" }).waitFor();
  return page;
}

/** Say what is being tried, so that a failure names it, and what the pages show then. */
export async function step(what, doing) {
  console.log(what);
  try {
    await doing();
  } catch (error) {
    for (const page of opened.filter((one) => !one.isClosed()))
      console.log(page.url(), page.errors, await page.locator("body").innerText());
    throw error;
  }
}

/** Somebody was contacted and said no, long enough ago to be due, the earlier the higher in the queue; returns their reference. */
export async function declined(name, day = "2025-01-07") {
  const subject = `dash:${name}`;
  const data = { position: story.position };
  const event = (id, type, hour, more) => ({
    source: "dash",
    id: `${subject}-${id}`,
    type: `rekindle.pursuit.${type}`,
    subject,
    time: `${day}T${hour}:00Z`,
    data: { ...data, ...more },
  });
  await api("/v1/events", [
    event("1", "contacted", "09:00", { channel: "email", recruiter: "maria" }),
    event("2", "declined", "15:00", { reason: "salary", facts: { asked: 99_000, currency: "EUR" } }),
  ]);
  return subject;
}

// Somebody who has read nothing, with the printed link alone and what is visible: node tests/newcomer.mjs, see story.mjs.
import assert from "node:assert/strict";
import { api, browser, step, story, tab } from "./story.mjs";

const page = await tab();
const place = (name) => page.getByRole("navigation", { name: "Main" }).getByRole("link", { name });
let clicks = 0;
const click = async (locator) => {
  await locator.click();
  clicks += 1;
};

await step("the link shows what waits today", async () => {
  await page.goto(story.link);
  await page.getByRole("heading", { name: "Today" }).waitFor();
  await page.getByRole("heading", { name: "Due now" }).waitFor();
});

await step("a person is worked: why now, may I, what to say, sent", async () => {
  await click(page.getByRole("link", { name: "Open the queue" }));
  await click(page.getByRole("button", { name: "Claim next" }));
  const person = page.getByRole("region", { name: "Choose a person" });
  await person.getByRole("heading", { name: "Why now" }).waitFor();
  await person.getByRole("heading", { name: "May I contact them?" }).waitFor();
  const name = await person.getByRole("heading", { level: 2 }).textContent();
  await person
    .getByRole("textbox", { name: "Your message" })
    .fill(
      "Your talk on query planners stayed with me, and the team that you asked about has an opening. May I write more?",
    );
  await click(person.getByRole("button", { name: "I sent it" }));
  await page.getByText("Noted: they were contacted.").waitFor();
  await page.getByRole("region", { name: "People in the queue" }).getByText(name).waitFor({ state: "detached" });
});

const { items } = await api("/v1/positions?ids=demo:data-engineer");
const [position] = items;
await step("a funnel is read: who passed on, of how many, beside what is usual", async () => {
  await click(place("Positions"));
  await click(page.getByRole("link", { name: position.title, exact: true }));
  await page.getByRole("heading", { name: "Funnel" }).waitFor();
  const { stages } = await api(`/v1/analytics/positions/${position.id}/funnel`);
  for (const [name, stage] of [
    ["Contacted", "contacted"],
    ["Hired", "hired"],
  ]) {
    const { reached } = stages.find((one) => one.stage === stage);
    const line = page.getByRole("button", { name: new RegExp(`^${name}`) });
    await line.getByText(String(reached), { exact: true }).first().waitFor();
  }
  await page.getByText("Passed on from the stage before").waitFor();
});

await step("what a salary of 5,000 more would bring is found", async () => {
  await click(page.getByRole("link", { name: "Coming back" }));
  const slider = page.getByRole("slider", { name: "Pays up to" });
  await slider.focus();
  for (let pressed = 0; pressed < 5; pressed++) await page.keyboard.press("ArrowRight");
  await page.getByText("+5,000").waitFor();
  const { max, currency } = position.salary;
  const changes = { salary: { max: max + 5_000, currency } };
  const { changed } = await api("/v1/returns/preview", { position: position.id, changes });
  const fit = await api(`/v1/analytics/positions/${position.id}/fit`, {
    changes: { salary_max: max + 5_000, salary_currency: currency },
  });
  await page.locator("[data-preview=people]", { hasText: new RegExp(`^${changed.people}$`) }).waitFor();
  await page.locator("[data-preview=fit]", { hasText: String(fit.fit.met) }).waitFor();
  await page.getByText("would come back", { exact: true }).waitFor();
});

assert.ok(clicks <= 8, `it took ${clicks} clicks`);
assert.deepEqual(page.errors, []);
await browser.close();

// Two recruiters at work at once, and what happens elsewhere meanwhile: node tests/together.mjs, see story.mjs.
import assert from "node:assert/strict";
import { api, at, browser, counted, declined, step, story } from "./story.mjs";

const { url, position, person, name } = story;
const queue = `${url}/queue?position=${position}`;
const list = (page) => page.getByRole("region", { name: "People in the queue" });
const box = (page) => page.getByRole("textbox", { name: "Your message" });
const desks = { maria: await at("maria"), tom: await at("tom") };

let holder, other;
await step("of two who claim one person at once, one has them and the other is told who", async () => {
  for (const page of Object.values(desks)) {
    await page.goto(queue);
    await list(page).getByText(person.name).click();
    await page.getByText("May I contact them?").waitFor();
    await page.getByRole("button", { name: "Claim", exact: true }).waitFor();
  }
  await Promise.all(Object.values(desks).map((page) => page.keyboard.press("c")));
  const item = new URL(desks.maria.url()).searchParams.get("item");
  await Promise.any(Object.values(desks).map((page) => box(page).waitFor()));
  const { recruiter } = await api(`/v1/queue/${item}`);
  [holder, other] = recruiter === "maria" ? ["maria", "tom"] : ["tom", "maria"];
  await desks[other].getByText("Somebody else has them now.").waitFor();
  await desks[other].getByText(`held by ${holder}`).waitFor();
  await box(desks[holder]).waitFor();
  assert.equal(await box(desks[other]).count(), 0, "who does not hold them cannot write to them");
  await list(desks[other]).getByText(person.name).waitFor({ state: "detached" });
});

await step("what the one sends is noted once, as theirs", async () => {
  await box(desks[holder]).fill("Dear Lin, your talk on query planners stayed with me. May I write more?");
  await desks[holder].getByRole("button", { name: /^I sent it/ }).click();
  await desks[holder].getByText("Noted: they were contacted.").waitFor();
  const { items } = await api(`/v1/timelines/${person.reference}`);
  const sent = items.filter(({ source }) => source === "dashboard");
  assert.deepEqual(
    sent.map(({ type, data }) => [type, data.recruiter]),
    [["rekindle.pursuit.contacted", holder]],
  );
});

await step("a no that is posted appears in the open queue and the open funnel by itself", async () => {
  const [reading, working] = [desks[holder], desks[other]];
  await counted(person.reference);
  await reading.goto(`${url}/positions/${position}`);
  const shown = (stage) => reading.locator(`[data-stage=${stage}]`);
  await shown("contacted").waitFor();
  const before = Number(await shown("contacted").textContent());
  await working.goto(queue);
  await list(working).or(working.getByText("Nobody is here")).waitFor();
  const addresses = [reading.url(), working.url()];
  const reference = await declined(`ned-${name}`);
  await list(working).getByText(reference).waitFor();
  await reading.locator("[data-stage=contacted]", { hasText: String(before + 1) }).waitFor();
  assert.deepEqual([reading.url(), working.url()], addresses, "nothing that is read has moved");
  const { stages } = await api(`/v1/analytics/positions/${position}/funnel`);
  for (const { stage, reached } of stages)
    if ((await shown(stage).count()) > 0) assert.equal(Number(await shown(stage).textContent()), reached, stage);
  const declines = await api(`/v1/analytics/metrics/declines?position=${position}`);
  const [{ value }] = declines.rows.filter(({ key }) => key.reason === "salary");
  await reading.getByRole("button", { name: new RegExp(`^salary\\s*${value}`, "i") }).waitFor();
});

await step("while somebody reads, who comes moves nothing, and is shown on demand", async () => {
  const working = desks[other];
  await list(working).locator(".row").first().click();
  await working.getByText("May I contact them?").waitFor();
  const rows = () => list(working).locator(".row strong").allTextContents();
  const before = await rows();
  const reference = await declined(`eve-${name}`, "2025-01-06");
  await working.getByRole("button", { name: "Show 1 new" }).click();
  await list(working).getByText(reference).waitFor();
  const after = await rows();
  assert.deepEqual(
    after.filter((one) => one !== reference),
    before,
  );
});

await browser.close();

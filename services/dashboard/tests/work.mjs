// A morning at the dashboard, in a real browser: node tests/work.mjs, see story.mjs.
import assert from "node:assert/strict";
import { api, browser, counted, step, story, tab } from "./story.mjs";

const { url, maria, tom, lead, position, person, waiting } = story;
const page = await tab();
const context = page.context();

await step("a link logs in, and no second time", async () => {
  await page.goto(maria);
  await page.getByRole("heading", { name: "Today" }).waitFor();
  assert.ok(!page.url().includes("#"), "the code leaves the address");
  const second = await tab();
  await second.goto(maria);
  await second.getByText("You are not logged in").waitFor();
  await second.close();
});

await step("the help is one key away, and Escape gives the page back", async () => {
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
});

let lease;
await step("a claimed person is worked to completed by keyboard alone", async () => {
  await page.goto(`${url}/queue?position=${position}`);
  await page.getByRole("region", { name: "People in the queue" }).getByText(person.name).waitFor();
  await page.keyboard.press("j");
  await page.getByRole("heading", { name: person.name }).waitFor();
  await page.getByText("May I contact them?").waitFor();
  await page.keyboard.press("c");
  await page.getByRole("textbox", { name: "Your message" }).waitFor();
  const item = new URL(page.url()).searchParams.get("item");
  lease = (await (await context.request.get(`${url}/v1/queue/${item}`)).json()).lease;
  assert.ok(lease, "the session's recruiter sees the lease");

  const stands = async () => (await api(`/v1/queue/${item}`)).status;
  await page.keyboard.press("s");
  await page.getByRole("button", { name: "In a week" }).press("Enter");
  await page.getByText("Snoozed.").waitFor();
  assert.equal(await stands(), "snoozed");
  await page.keyboard.press("z");
  await page.getByRole("heading", { name: person.name }).waitFor();
  await page.getByRole("textbox", { name: "Your message" }).waitFor();
  assert.equal(await stands(), "claimed");
  await page.getByRole("button", { name: "No fit" }).press("Enter");
  await page.getByRole("button", { name: "Undo" }).press("Enter");
  await page.getByRole("textbox", { name: "Your message" }).waitFor();
  assert.equal(await stands(), "claimed", "what was undone can be done with the same lease");

  const other = await tab();
  await other.goto(tom);
  await other.getByRole("heading", { name: "Today" }).waitFor();
  await other.goto(`${url}/queue?status=claimed&item=${item}`);
  await other.getByText("held by maria").waitFor();
  assert.equal(
    await other.getByRole("button", { name: "I sent it" }).count(),
    0,
    "who does not hold it cannot work it",
  );
  await other.close();

  await page.keyboard.press("d");
  await page.keyboard.type("Dear {{first_name}}, last chance!");
  await page.getByText("Do not send this").waitFor();
  assert.ok((await page.locator("mark.stop").count()) > 0, "what stops is marked in the text");
  await page.keyboard.press("Control+a");
  await page.keyboard.type(
    "Dear Lin, your talk on query planners stayed with me. The role pays what you asked for. May I write more?",
  );
  await page.getByText("Do not send this").waitFor({ state: "detached" });
  await page.keyboard.press("Control+Enter");
  await page.getByText("Noted: they were contacted.").waitFor();
  await page.getByRole("region", { name: "People in the queue" }).getByText(person.name).waitFor({ state: "detached" });

  const sent = async () => {
    const { items } = await api(`/v1/timelines/${person.reference}`);
    return items.filter(({ source }) => source === "dashboard");
  };
  const [first] = await sent();
  assert.equal(first.id, lease);
  assert.equal(first.data.recruiter, "maria", "all that a session does is its recruiter's");
  await page.keyboard.press("z");
  await page.getByRole("textbox", { name: "Your message" }).waitFor();
  assert.match(await page.getByRole("textbox", { name: "Your message" }).inputValue(), /query planners/);
  assert.equal(await stands(), "claimed");
  await page.getByRole("button", { name: /^I sent it/ }).click();
  await page.getByRole("region", { name: "People in the queue" }).getByText(person.name).waitFor({ state: "detached" });
  await page.getByText("Noted: they were contacted.").last().waitFor();
  assert.deepEqual(
    (await sent()).map(({ type, id, data }) => [type.split(".").at(-1), id, data.id]),
    [
      ["contacted", lease, undefined],
      ["retracted", `${lease}-retracted`, lease],
      ["contacted", `${lease}-2`, undefined],
    ],
    "what was not sent after all never happened, and is noted anew under a name of its own",
  );
});

await step("what a recruiter learnt is recorded under their code, replaced by later news, and kept", async () => {
  await page.goto(`${url}/people/${encodeURIComponent(person.reference)}`);
  for (const [open, text] of [
    ["Add", "Wants to lead"],
    ["Replace: Wants to lead", "Would rather build"],
  ]) {
    await page.getByRole("button", { name: open, exact: true }).click();
    await page.getByLabel("In a sentence or two").fill(text);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: `Replace: ${text}` }).waitFor();
  }
  const { items } = await api(`/v1/candidates/${person.reference}/insights?superseded=true`);
  assert.deepEqual(
    items.map(({ text, author }) => [text, author]),
    [
      ["Would rather build", "maria"],
      ["Wants to lead", "maria"],
    ],
  );
  assert.equal(items[1].superseded_by, items[0].id);
});

await step("another recruiter than the session's is refused", async () => {
  const { csrf } = await (await context.request.get(`${url}/session`)).json();
  const answer = await context.request.post(`${url}/v1/queue/claims`, {
    data: { recruiter: "tom" },
    headers: { "X-CSRF-Token": csrf },
  });
  assert.equal(answer.status(), 403);
});

await step("the funnel on the page equals the API's, and what is posted appears by itself", async () => {
  await counted(person.reference); // what was sent a moment ago
  await page.goto(`${url}/positions/${position}`);
  await page.locator("[data-stage=contacted]").waitFor();
  const shown = async () =>
    Object.fromEntries(
      await page
        .locator("[data-stage]")
        .evaluateAll((all) => all.map((one) => [one.dataset.stage, Number(one.textContent)])),
    );
  const asked = async () => {
    const { stages } = await api(`/v1/analytics/positions/${position}/funnel`);
    return Object.fromEntries(stages.map(({ stage, reached }) => [stage, reached]));
  };
  const before = await shown();
  assert.deepEqual(before, await asked());
  const data = { position, channel: "email", recruiter: "maria" };
  const subject = `${person.reference}-newcomer`;
  await api("/v1/events", { source: "dash", id: `${subject}-1`, type: "rekindle.pursuit.contacted", subject, data });
  await page.waitForFunction(
    (count) => Number(document.querySelector("[data-stage=contacted]").textContent) === count,
    before.contacted + 1,
  );
  assert.deepEqual(await shown(), await asked());
});

await step("each bar opens the people behind it", async () => {
  await page.getByRole("button", { name: /^Contacted/ }).click();
  const beside = page.getByRole("dialog", { name: "Contacted" });
  await beside.getByRole("link", { name: waiting }).waitFor();
  const { items } = await api(`/v1/analytics/metrics/reached/members?position=${position}&key=contacted`);
  assert.equal(await beside.getByRole("link").count(), items.length);
  await page.keyboard.press("Escape");
  await beside.waitFor({ state: "detached" });
});

await step("a card that is moved by keyboard stands where the pursuit says", async () => {
  await page.getByRole("link", { name: "Board" }).click();
  const lane = (name) => page.getByRole("region", { name, exact: true });
  await lane("Contacted")
    .getByRole("link", { name: new RegExp(person.name) })
    .focus();
  await page.keyboard.press(" ");
  await page.keyboard.press("m");
  await page.getByRole("combobox", { name: "Move to" }).selectOption("Screening");
  await lane("Screening")
    .getByRole("link", { name: new RegExp(person.name) })
    .waitFor();
  const where = `/v1/pursuits?position=${position}&candidate=${person.reference}`;
  assert.equal((await api(where)).items[0].stage, "screening");
  await page.getByRole("button", { name: "Undo" }).click();
  await lane("Screening")
    .getByRole("link", { name: new RegExp(person.name) })
    .waitFor({ state: "detached" });
  assert.notEqual((await api(where)).items[0].stage, "screening");
});

await step("the preview says what a higher salary brings, as the API does", async () => {
  await page.getByRole("link", { name: "Coming back" }).click();
  const people = page.locator("[data-preview=people]");
  await people.waitFor();
  const before = Number(await people.textContent());
  await page.getByRole("slider").focus();
  for (let pressed = 0; pressed < 12; pressed++) await page.keyboard.press("ArrowRight");
  await page.waitForFunction(
    (count) => Number(document.querySelector("[data-preview=people]").textContent) > count,
    before,
  );
  const changes = { salary: { max: 112_000, currency: "EUR" } };
  const { changed } = await api("/v1/returns/preview", { position, changes });
  await page.locator("[data-preview=people]", { hasText: new RegExp(`^${changed.people}$`) }).waitFor();
  const fit = await api(`/v1/analytics/positions/${position}/fit`, {
    changes: { salary_max: 112_000, salary_currency: "EUR" },
  });
  await page.locator("[data-preview=fit]", { hasText: String(fit.fit.met) }).waitFor();
  await page.getByRole("link", { name: waiting }).waitFor();
});

await step("who fits by their record is listed with why, and words that are searched for are marked", async () => {
  await page.getByRole("link", { name: "Who fits" }).click();
  await page.getByRole("button", { name: "Possibly" }).click();
  const fitting = await api(`/v1/positions/${position}/matches?fit=possible`);
  await page.getByRole("heading", { name: /^By their records/ }).waitFor();
  await page.getByText(fitting.items[0].name).first().waitFor();
  await page.goto(`${url}/people`);
  await page.getByRole("searchbox", { name: "Name, title, company" }).fill(person.name);
  await page.keyboard.press("Enter");
  await page
    .locator("mark", { hasText: person.name.split(" ")[1] })
    .first()
    .waitFor();
  assert.equal(await page.getByRole("link", { name: "Import" }).count(), 0, "who may not change records imports none");
});

const admin = await tab();
await step("a file is read as it is, seen before it is taken, and what was refused is named", async () => {
  await admin.goto(story.admin);
  await admin.getByRole("heading", { name: "Today" }).waitFor();
  await admin.goto(`${url}/people`);
  await admin.getByRole("link", { name: "Import" }).click();
  const source = person.reference.split(/[:-]/)[2];
  const rows = [`Nia ${source};nia-${source}@example.org;cobol`, `Otto ${source};no address;`];
  const buffer = Buffer.from(["Wer;E-Mail;Skills", ...rows].join("\n"));
  await admin.getByLabel("File").setInputFiles({ name: "people.csv", mimeType: "text/csv", buffer });
  await admin.getByRole("textbox", { name: "Source" }).fill(`f${source}`);
  await admin.getByRole("button", { name: "Show what would happen" }).click();
  const offered = admin.locator("section", { has: admin.getByRole("heading", { name: "A file of people" }) });
  await offered.getByText("1 refused").waitFor();
  await offered.getByRole("combobox", { name: "Wer means" }).selectOption("Name");
  await offered.getByText("1 new people").waitFor();
  await admin.getByRole("button", { name: "Import", exact: true }).click();
  const done = admin.getByRole("listitem").filter({ hasText: `f${source}` });
  await done.getByText("done").waitFor();
  await done.getByText("Refused rows").click();
  await done.getByText(/must be an e-mail address/).waitFor();
  const { items } = await api(`/v1/candidates?q=${encodeURIComponent(`Nia ${source}`)}`);
  assert.deepEqual(
    items.map((one) => one.skills),
    [["cobol"]],
  );
  await done.getByRole("button", { name: "Undo" }).click();
  await admin.getByRole("dialog").getByRole("button", { name: "Undo" }).click();
  await done.getByText("undone").waitFor();
});

await step("two who are one are merged by keyboard and parted again, and who is another is remembered", async () => {
  const name = `Una ${person.reference.split(/[:-]/)[2]}`;
  const [one, other] = ["twin", "again"].map((which) => `dash:${which}-${person.reference.split("-")[1]}`);
  const emails = [`una-${person.reference.split("-")[1]}@example.org`];
  await api("/v1/candidates/batch", [
    { candidate: one, name, emails, company: "Paperboat" },
    { candidate: other, name, emails, title: "Engineer" },
  ]);
  const known = async () => (await api(`/v1/candidates/${one}`)).references;
  await admin.getByRole("link", { name: "Duplicates" }).click();
  await admin.getByRole("link", { name }).click();
  await admin.getByText("the same mailbox").last().waitFor();
  await admin.getByRole("row", { name: /^Company .*Paperboat would count/ }).waitFor();
  await admin.keyboard.press("m");
  await admin.getByRole("heading", { name: "They are one person now." }).waitFor();
  assert.deepEqual((await known()).toSorted(), [one, other].toSorted());
  await admin.keyboard.press("z");
  await admin.getByText("They are two people again.").waitFor();
  assert.deepEqual(await known(), [one]);
  await admin.getByRole("link", { name }).waitFor();
  await admin.getByRole("button", { name: "Merge" }).waitFor();
  await admin.keyboard.press("x");
  await admin.getByRole("textbox", { name: "Why" }).fill("Cousins");
  await admin.keyboard.press("Enter");
  await admin.getByText(/are not the same: Cousins/).waitFor();
  await admin.getByRole("link", { name }).waitFor({ state: "detached" });
  await admin.getByRole("button", { name: "Suggest again" }).click();
  await admin.getByRole("link", { name }).waitFor();
  await admin.close();
});

await step("a lead reads, and sees no administration", async () => {
  const reading = await tab();
  await reading.goto(lead);
  await reading.getByRole("heading", { name: "Today" }).waitFor();
  assert.equal(await reading.getByRole("link", { name: "Behind the scenes" }).count(), 0);
  for (const path of ["/behind", "/duplicates"]) {
    await reading.goto(url + path);
    await reading.getByText("This is not yours to see").waitFor();
  }
  await reading.goto(`${url}/queue`);
  await reading.getByRole("heading", { name: "Queue" }).waitFor();
  assert.equal(await reading.getByRole("button", { name: "Claim next" }).count(), 0);
  await reading.close();
});

await step("what is not there has a face", async () => {
  await page.goto(`${url}/people/dash:nobody-of-this-name`);
  await page.getByText("There is nothing here").waitFor();
  await page.goto(`${url}/nowhere/at/all`);
  await page.getByText("There is nothing here").waitFor();
});

await browser.close();

// Sessions that end and begin, and a server that is away: node tests/sessions.mjs, see story.mjs.
import assert from "node:assert/strict";
import { passage } from "./browser.mjs";
import { at, browser, declined, link, step, story, tab } from "./story.mjs";

const { position, name, person } = story;
const way = await passage(story.url);
const { url } = way;
const over = (page) => page.getByText("You are not logged in");
const list = (page) => page.getByRole("region", { name: "People in the queue" });
const box = (page) => page.getByRole("textbox", { name: "Your message" });
const text = "Dear Lin, your talk on query planners stayed with me.";

const page = await at("maria", url);
const context = page.context();

await step(
  "a session that expires hides the page, and gives it back as it was once they are logged in again",
  async () => {
    await page.goto(`${url}/queue?position=${position}`);
    await list(page).getByText(person.name).click();
    await page.getByRole("button", { name: "Claim", exact: true }).click();
    await box(page).fill(text);
    const address = page.url();
    await page.getByRole("button", { name: /^Dismiss/ }).click();
    const dialog = page.getByRole("dialog", { name: "Take them out of the queue" });
    await dialog.getByRole("textbox", { name: "Why" }).fill("Went to a partner");
    await context.clearCookies();
    await over(page).waitFor();
    await dialog.waitFor({ state: "detached" });
    assert.ok(!(await box(page).isVisible()), "nobody sees people without a session");
    assert.ok(await page.getByText("rekindle login-link").isVisible(), "it says what to do");
    const second = await tab(context);
    await second.goto(await link("maria", url));
    await over(page).waitFor({ state: "detached" });
    await dialog.waitFor();
    assert.equal(await dialog.getByRole("textbox", { name: "Why" }).inputValue(), "Went to a partner");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assert.equal(await box(page).inputValue(), text);
    assert.equal(page.url(), address);
    await second.close();
    await page.getByRole("button", { name: /^I sent it/ }).click();
    await page.getByText("Noted: they were contacted.").waitFor();
  },
);

await step("a link in the same tab leads back to the address that it was at", async () => {
  const address = `${url}/positions/${position}?tab=return`;
  await context.clearCookies();
  await page.goto(address);
  await over(page).waitFor();
  await page.goto(await link("maria", url));
  await page.locator("[data-preview=people]").waitFor();
  assert.equal(page.url(), address);
});

await step("who logs out in one tab is out in the others, and back in all with one link", async () => {
  const second = await tab(context);
  await second.goto(`${url}/people`);
  await second.getByRole("heading", { name: "People" }).waitFor();
  await page.getByRole("button", { name: "Log out" }).click();
  await over(page).waitFor();
  await over(second).waitFor();
  assert.equal(second.url(), `${url}/people`);
  await page.goto(await link("maria", url)); // only what follows the # changes
  await page.getByRole("heading", { name: "Today" }).waitFor();
  await second.getByRole("heading", { name: "People" }).waitFor();
  assert.equal(second.url(), `${url}/people`);
  await second.close();
});

await step("a link for somebody else changes who works in all tabs", async () => {
  const second = await tab(context);
  await second.goto(await link("tom", url));
  await second.getByRole("heading", { name: "Today" }).waitFor();
  await page.locator(".me", { hasText: "tom" }).waitFor();
  await second.close();
});

const away = page.getByText("Rekindle does not answer").first();
await step(
  "a server that is away is said, and what was read stays; once it is back nothing has to be done",
  async () => {
    const first = await declined(`ola-${name}`);
    await page.goto(`${url}/queue?position=${position}`);
    await list(page).getByText(first).waitFor();
    await way.interrupt();
    await away.waitFor();
    assert.ok(await list(page).getByText(first).isVisible());
    const second = await declined(`pia-${name}`);
    await way.resume();
    await away.waitFor({ state: "detached" });
    await list(page).getByText(second).waitFor();
  },
);

await step("a page that could not be begun begins by itself", async () => {
  await page.route("**/session", (route) => route.abort());
  await page.goto(`${url}/positions`);
  await away.waitFor();
  await page.unroute("**/session");
  await page.getByRole("heading", { name: "Positions" }).waitFor();
});

await browser.close();
await way.close();

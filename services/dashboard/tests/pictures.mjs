// Makes the pictures of the main pages, 1440 pixels wide, in both themes: node tests/pictures.mjs LINK POSITION FOLDER
import { launch, open, SCHEMES } from "./browser.mjs";

const [, , link, reference, folder] = process.argv;
const base = new URL(link).origin;
const browser = await launch();
const entry = await open(await browser.newContext());
await entry.goto(link);
await entry.getByRole("heading", { name: "Today" }).waitFor();
const api = async (path) => (await entry.context().request.get(base + path)).json();
const { items } = await api("/v1/queue?status=due&limit=3");
const { id } = await api(`/v1/positions/${reference}`);
const PAGES = {
  today: "/",
  queue: `/queue?item=${items[2].id}`,
  position: `/positions/${id}`,
  numbers: "/numbers?metric=declines&by=position",
};
const storageState = await entry.context().storageState();
for (const colorScheme of SCHEMES) {
  const viewport = { width: 1440, height: 900 };
  const context = await browser.newContext({
    colorScheme,
    reducedMotion: "reduce",
    storageState,
    locale: "en-GB",
    viewport,
  });
  for (const [name, path] of Object.entries(PAGES)) {
    const page = await open(context);
    await page.goto(base + path);
    await page.locator("main h1").first().waitFor();
    await page.waitForFunction(() => document.querySelector(".loading") === null);
    await page.waitForTimeout(500); // charts are drawn
    await page.screenshot({ path: `${folder}/${name}-${colorScheme}.jpg`, type: "jpeg", quality: 82 });
    await page.close();
  }
  await context.close();
}
await browser.close();

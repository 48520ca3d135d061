// Opens every page in both themes and every width, and says what is wrong: node tests/look.mjs LINK POSITION PERSON [FOLDER] [name,...]
// With a folder, a picture of each lies in it.
import { findings, launch, open, overflow, SCHEMES, severalCurrent, WIDTHS } from "./browser.mjs";

const [, , link, position, person, folder = "", only = ""] = process.argv;
const base = new URL(link).origin;
const browser = await launch();
const entry = await open(await browser.newContext());
await entry.goto(link);
await entry.getByRole("heading", { name: "Today" }).waitFor();
const { items } = await (await entry.context().request.get(`${base}/v1/queue?position=${position}&limit=1`)).json();
const duplicates = await (await entry.context().request.get(`${base}/v1/duplicates?limit=1`)).json();
const PAGES = {
  today: "/",
  queue: "/queue",
  "queue-person": `/queue?item=${items[0].id}`,
  positions: "/positions",
  position: `/positions/${position}`,
  "position-board": `/positions/${position}?tab=board`,
  "position-fit": `/positions/${position}?tab=fit`,
  "position-return": `/positions/${position}?tab=return`,
  "position-who": `/positions/${position}?who=reached.contacted`,
  people: "/people",
  "people-found": "/people?q=lin",
  duplicates: "/duplicates",
  "duplicates-pair": `/duplicates?pair=${duplicates.items[0].id}`,
  imports: "/people/import",
  person: `/people/${person}`,
  numbers: "/numbers",
  "numbers-by": "/numbers?metric=hire_rate&by=position",
  "numbers-heat": "/numbers?metric=from_previous&by=position&and=channel&of=responded",
  "numbers-who":
    "/numbers?metric=outcomes&by=recruiter&who=%7B%22recruiter%22:%22maria%22,%22outcome%22:%22soft_no%22%7D",
  behind: "/behind",
  missing: "/nowhere",
};
const storageState = await entry.context().storageState();
let wrong = 0;
for (const colorScheme of SCHEMES) {
  const context = await browser.newContext({ colorScheme, reducedMotion: "reduce", storageState, locale: "en-GB" });
  for (const [name, path] of Object.entries(PAGES)) {
    if (only && !only.split(",").includes(name)) continue;
    const page = await open(context);
    await page.goto(base + path);
    await page.locator("main h1").first().waitFor();
    await page.waitForFunction(() => document.querySelector(".loading") === null);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: width < 500 ? 844 : 900 });
      await page.waitForTimeout(50);
      const found = [...(await findings(page)), ...page.errors.splice(0)];
      const wide = await overflow(page);
      if (wide !== null) found.push(`wider than the window by ${wide}`);
      for (const group of await severalCurrent(page)) found.push(`several are current: ${group}`);
      for (const one of found) console.log(`${name} ${width} ${colorScheme}: ${one}`);
      wrong += found.length;
      if (folder) await page.screenshot({ path: `${folder}/${name}-${width}-${colorScheme}.png` });
    }
    await page.close();
  }
  await context.close();
}
await browser.close();
console.log(`${wrong} findings`);
process.exit(wrong === 0 ? 0 : 1);

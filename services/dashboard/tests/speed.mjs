// How quickly pages can be used, beside a static page of the same size, and how smoothly lists scroll:
// node tests/speed.mjs LINK POSITION PERSON ROUNDS; prints JSON in its last line.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { launch, open } from "./browser.mjs";

const [, , link, position, person, rounds] = process.argv;
const base = new URL(link).origin;
/** Each page's address, and what is there once it can be used. */
const PAGES = {
  today: ["/", "main .row"],
  queue: ["/queue", ".list .row strong"],
  positions: ["/positions", "main [role=region] a"],
  position: [`/positions/${position}`, "[data-stage]"],
  people: ["/people", "main a[href^='/people/']"],
  person: [`/people/${person}`, "main h1"],
  numbers: ["/numbers?metric=declines&by=reason", "main table tbody tr"],
  behind: ["/behind", "main .rows .row"],
};
const LISTS = { queue: ".list", positions: "main [role=region]" };

/** In the page: note when it is painted with what makes it useful, and when nothing loads any more. */
function watch(selector) {
  const seen = {};
  const look = () => {
    const painted = performance.now(); // what was there at the frame before is on the screen
    if (seen.isUseful) seen.useful ??= painted;
    if (seen.isComplete) {
      window.seen = { ...seen, complete: painted };
      return;
    }
    seen.isUseful ??= document.querySelector(selector) === null ? undefined : true;
    seen.isComplete = seen.isUseful && document.querySelector(".loading") === null;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

async function visit(context, address, selector) {
  const page = await open(context);
  await page.addInitScript(`(${String(watch)})(${JSON.stringify(selector)})`);
  await page.goto(address, { waitUntil: "commit" });
  await page.waitForFunction(() => window.seen !== undefined, null, { timeout: 120_000 });
  return page;
}

const browser = await launch();
const entry = await open(await browser.newContext());
await entry.goto(link);
await entry.getByRole("heading", { name: "Today" }).waitFor();
const storageState = await entry.context().storageState();
const cold = () => browser.newContext({ storageState, locale: "en-GB", viewport: { width: 1440, height: 900 } });

let still = "";
const assets = new Map();
const server = createServer((request, answer) => {
  const asset = assets.get(request.url);
  answer.setHeader("Content-Type", asset === undefined ? "text/html; charset=utf-8" : "text/css");
  answer.end(asset ?? still);
}).listen(0, "127.0.0.1");
await new Promise((done) => server.on("listening", done));
const standing = `http://127.0.0.1:${server.address().port}/`;

/** What the page shows, without scripts, and as many bytes as the page needed. */
async function picture(page) {
  const { html, bytes } = await page.evaluate(() => {
    const all = [...performance.getEntriesByType("resource"), ...performance.getEntriesByType("navigation")];
    const copy = document.documentElement.cloneNode(true);
    for (const one of copy.querySelectorAll("script, link[rel=modulepreload]")) one.remove();
    return { html: copy.outerHTML, bytes: all.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0) };
  });
  for (const [, path] of html.matchAll(/href="(\/assets\/[^"]+\.css)"/g))
    assets.set(path, await readFile(new URL(`../dist${path}`, import.meta.url)));
  const known = [...assets.values()].reduce((sum, one) => sum + one.length, html.length);
  return `<!doctype html>${html}<!-- ${"x".repeat(Math.max(0, bytes - known))} -->`;
}

const pages = {};
for (const [name, [path, selector]] of Object.entries(PAGES)) {
  const rows = [];
  for (let round = -1; round < Number(rounds); round++) {
    const context = await cold();
    const page = await visit(context, base + path, selector);
    const { seen, calls } = await page.evaluate(() => ({
      seen: window.seen,
      calls: performance
        .getEntriesByType("resource")
        .filter(({ initiatorType, startTime }) => initiatorType === "fetch" && startTime < window.seen.complete)
        .map(({ name, startTime, duration }) => ({ path: new URL(name).pathname, startTime, duration })),
    }));
    still = await picture(page);
    await context.close();
    const other = await cold();
    const theirs = await (await visit(other, standing, selector)).evaluate(() => window.seen.useful);
    await other.close();
    const needed = calls.filter(({ startTime }) => startTime < seen.useful).length;
    const slowest = calls.toSorted((a, b) => b.duration - a.duration)[0];
    if (round >= 0) rows.push({ useful: seen.useful, complete: seen.complete, still: theirs, calls: needed, slowest });
  }
  pages[name] = rows;
}

const frames = {};
for (const [name, selector] of Object.entries(LISTS)) {
  const context = await cold();
  const page = await visit(context, base + PAGES[name][0], PAGES[name][1]);
  frames[name] = await page.evaluate(async (scrolled) => {
    const list = document.querySelector(scrolled);
    const taken = [];
    let last = await new Promise(requestAnimationFrame);
    for (let frame = 0; frame < 300; frame++) {
      list.scrollTop += 200;
      const now = await new Promise(requestAnimationFrame);
      taken.push(now - last);
      last = now;
    }
    return { taken, scrolled: list.scrollTop };
  }, selector);
  await context.close();
}
await browser.close();
server.close();
console.log(JSON.stringify({ pages, frames }));

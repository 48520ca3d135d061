// A real Chromium, brought by npm, and pages of it that remember what went wrong in them.
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import chromium from "@sparticuz/chromium";
import { chromium as playwright } from "playwright-core";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
export const WIDTHS = [1440, 1024, 768, 390];
export const SCHEMES = ["light", "dark"];

/** Start the browser. Where the machine lacks libraries that it needs, the package's own are used. */
export async function launch() {
  const executablePath = await chromium.executablePath();
  const libraries = path.join(tmpdir(), "al2023", "lib");
  return playwright.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--hide-scrollbars"],
    env: existsSync(libraries) ? { ...process.env, LD_LIBRARY_PATH: libraries } : process.env,
  });
}

/** A page of a browser context, with the errors of its console in `page.errors`. */
export async function open(context) {
  const page = await context.newPage();
  page.errors = [];
  page.on("console", (message) => {
    if (message.type() === "error") page.errors.push(message.text());
  });
  page.on("pageerror", (error) => page.errors.push(String(error)));
  return page;
}

/** What axe finds on the page: a sentence for each, none where all is well. */
export async function findings(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(await source());
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
}

let axe;
const source = async () => (axe ??= await (await import("node:fs/promises")).readFile(AXE, "utf8"));

/** By how much the page is wider than the window, and which elements are too narrow for what they hold; null where it fits. */
export const overflow = (page) =>
  page.evaluate(() => {
    const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    if (wide <= 0) return null;
    const those = [...document.querySelectorAll("body *")].filter((one) => one.scrollWidth > one.clientWidth);
    return `${wide} px: ${those.map((one) => `${one.tagName} ${one.className}`).join(" > ")}`;
  });

/** The groups of links of which more than one says that it is the current one. */
export const severalCurrent = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll("nav, [role=group]")]
      .map((group) => [...group.querySelectorAll("[aria-current]")].map((one) => one.textContent.trim()))
      .filter((current) => current.length > 1)
      .map((current) => current.join(", ")),
  );

/** A way to a server that can be interrupted: then nothing listens, and all connections are ended. */
export async function passage(target) {
  const { hostname, port } = new URL(target);
  const sockets = new Set();
  const server = createServer((from) => {
    const to = connect(Number(port), hostname);
    for (const [one, other] of [
      [from, to],
      [to, from],
    ]) {
      sockets.add(one);
      one.pipe(other);
      one.on("error", () => other.destroy());
      one.on("close", () => sockets.delete(one));
    }
  });
  const listen = async (at) => {
    server.listen(at, "127.0.0.1");
    await once(server, "listening");
  };
  const close = async () => {
    server.close();
    for (const one of sockets) one.destroy();
    await once(server, "close");
  };
  await listen(0);
  const at = server.address().port;
  return { url: `http://127.0.0.1:${at}`, interrupt: close, resume: () => listen(at), close };
}

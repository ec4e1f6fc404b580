// The whole path in a real browser, by the keyboard alone: search, homonyms, reason, sheet, source, document, print.
// Each page goes through axe-core; a serious violation fails. node browser.mjs ADDRESS FOLDER
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [address, folder] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const failures = [];
const check = (ok, what) => { if (!ok) failures.push(what); };

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage();
page.on("pageerror", (e) => failures.push(`error on ${page.url()}: ${e}`));
page.on("console", (m) => { if (m.type() === "error" && !m.text().includes("favicon")) failures.push(`console of ${page.url()}: ${m.text()}`); });
page.on("request", (r) => { if (!r.url().startsWith(new URL(address).origin)) failures.push(`foreign request: ${r.url()}`); });

async function accessible(what) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"] }));
  for (const v of violations)
    if (["serious", "critical"].includes(v.impact)) failures.push(`${what}: ${v.id} (${v.impact}) ${v.nodes.map((n) => n.html).slice(0, 3).join(" | ")}`);
  check((await page.title()) !== "", `${what}: no title`);
  check((await page.locator("main h1").count()) === 1, `${what}: not one h1`);
  await page.setViewportSize({ width: 320, height: 640 });
  check(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth + 1), `${what}: wider than a small screen`);
  await page.setViewportSize({ width: 1280, height: 800 });
}
/// Presses Tab until the wanted element has the focus, which must be seen.
async function tabTo(selector, what) {
  for (let i = 0; i < 400; ++i) {
    await page.keyboard.press("Tab");
    const found = await page.evaluate((s) => document.activeElement?.matches(s) ?? false, selector);
    if (!found) continue;
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    check(outline !== "none", `${what}: the focus is not seen`);
    return;
  }
  throw new Error(`${what} cannot be reached by the keyboard`);
}
const press = async (key) => { await Promise.all([page.waitForNavigation(), page.keyboard.press(key)]); };

await page.goto(address);
await accessible("home");
await page.keyboard.press("Tab");
check((await page.evaluate(() => document.activeElement.getAttribute("href"))) === "#content", "the first stop does not skip to the content");
await tabTo("#q", "the search box");
await page.keyboard.type("kermarrec");
await press("Enter");
await accessible("results");
check((await page.locator("tbody tr").count()) >= 1, "no result");
await tabTo('main a[href^="/sheet"]', "the first person");
const results = page.url();
await press("Enter");
await accessible("reason");
await tabTo("#reason0", "the reasons");
await page.keyboard.press("Space");
await tabTo("#reference", "the reference");
await page.keyboard.type("essai");
await press("Enter");
check((await page.locator("main h1").innerText()).includes("KERMARREC"), `not the sheet: ${page.url()}`);
await accessible("sheet");
await tabTo('main a[href^="/source"]', "a source");
await press("Enter");
await accessible("source");
await page.goBack();
check((await page.locator("main h1").innerText()).includes("KERMARREC"), "back from the source is not the sheet");
await page.goto(page.url());  // the focus at the beginning again
await tabTo('main nav a[href="#documents"]', "the way to the documents");
await page.keyboard.press("Enter");
await tabTo('main a[href^="/document"]', "a document");
await press("Enter");
await accessible("document");
await page.emulateMedia({ media: "print" });
check(!(await page.locator("header nav").isVisible()), "menus are printed");
check(await page.locator("article h1").isVisible(), "the document is not printed");
const pdf = await page.pdf({ format: "A4" });
check(pdf.subarray(0, 5).toString() === "%PDF-" && pdf.length > 5000, "no PDF");
writeFileSync(`${folder}/document.pdf`, pdf);
await page.emulateMedia({ media: "screen" });
await page.goto(new URL("/about", address).href);
await accessible("about");
await page.goto(new URL("/log", address).href);
await accessible("log");
check((await page.locator("tbody tr").count()) >= 3, "the log does not show what was opened");
await page.goto(new URL("/lists", address).href);
await accessible("lists");
await tabTo('main a[href^="/list?"]', "the first list");
await press("Enter");
await accessible("a list, what it asks");
// Every parameter takes the first of its choices; the year goes on until somebody answers.
const choices = await page.locator("main form [name^=p_]").evaluateAll((fields) => fields.map((f) => ({
  id: f.id, menu: f.tagName === "SELECT", values: [...(f.tagName === "SELECT" ? f.options : f.list.options)].map((o) => o.value).filter(Boolean) })));
check(choices.length === 2 && choices.every((c) => c.values.length > 0), `no choices: ${JSON.stringify(choices)}`);
let answered = false;
for (const first of choices[0].values.slice(0, 8)) {
  for (const second of choices[1].values) {
    const asked = new URLSearchParams(new URL(page.url()).search);
    asked.set(choices[0].id, first);
    asked.set(choices[1].id, second);
    await page.goto(new URL(`/list?${asked}`, address).href);
    answered = (await page.locator('main a[href^="/list/rows"]').count()) === 1;
    if (answered) break;
  }
  if (answered) break;
}
check(answered, "no list has a record");
check((await page.locator("main tbody tr").count()) === 0, "rows before the count is accepted");
await accessible("a list, counted");
await tabTo('main a[href^="/list/rows"]', "the records of the list");
await press("Enter");
await accessible("reason for a list");
await tabTo("#reason0", "the reasons for a list");
await page.keyboard.press("Space");
await press("Enter");
await accessible("records of a list");
check((await page.locator("main tbody tr").count()) >= 1, "no row in the list");
const [download] = await Promise.all([page.waitForEvent("download"), page.locator('form[action="/list/csv"] button').click()]);
check(readFileSync(await download.path(), "utf8").split("\n").length > 1, "the exported table is empty");
await page.goto(new URL("/verifier", address).href);
await accessible("codes");
await page.goto(new URL("/verifier?code=0000-0000-0000-0000-0000", address).href);
await accessible("a code that is not known");
await page.goto(new URL("/search?q=zzzzzz", address).href);
await accessible("nothing found");
await page.goto(results);
check((await page.locator("tbody tr").count()) >= 1, "the results do not come back");
await tabTo("header form button", "the end of the session");
await press("Enter");
await accessible("session ended");
page.removeAllListeners("console");  // a refusal is wanted from here on
await page.goto(new URL("/", address).href);
check(!(await page.content()).includes("Apogée"), "the session goes on");
await browser.close();
for (const f of failures) console.error(f);
process.exit(failures.length ? 1 : 0);

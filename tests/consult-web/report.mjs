// A report that stands alone, opened from its file in a real browser: axe-core, contents, captions, headings, no request.
// node report.mjs FILE LANGUAGE
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [file, language] = process.argv.slice(2);
const address = pathToFileURL(file).href;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const failures = [];
const check = (ok, what) => { if (!ok) failures.push(what); };

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage();
page.on("pageerror", (e) => failures.push(`error: ${e}`));
page.on("console", (m) => { if (m.type() === "error") failures.push(`console: ${m.text()}`); });
page.on("request", (r) => { if (r.url() !== address) failures.push(`request: ${r.url()}`); });
await page.goto(address);
await page.evaluate(axe);
const { violations, passes } = await page.evaluate(() => axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"] }));
for (const v of violations) {
  const told = `${v.id} (${v.impact}) ${v.nodes.map((n) => n.html).slice(0, 3).join(" | ")}`;
  if (["serious", "critical"].includes(v.impact)) failures.push(told);
  else console.log(`remark: ${told}`);
}
check(passes.length > 10, `axe-core looked at ${passes.length} rules only`);
const seen = await page.evaluate(() => ({
  language: document.documentElement.lang,
  title: document.title,
  tables: document.querySelectorAll("table").length,
  without: [...document.querySelectorAll("table")].filter((t) => !t.caption?.textContent.trim()).length,
  levels: [...document.querySelectorAll("h1,h2,h3,h4,h5,h6")].map((h) => Number(h.tagName[1])),
  links: [...document.querySelectorAll("nav a")].map((a) => document.getElementById(decodeURIComponent(a.hash.slice(1)))?.tagName ?? "nowhere"),
  sections: document.querySelectorAll("h2").length,
}));
check(seen.language === language, `language ${seen.language}`);
check(seen.title !== "", "no title");
check(seen.tables > 0 && seen.without === 0, `${seen.without} of ${seen.tables} tables without caption`);
check(seen.levels[0] === 1 && seen.levels.filter((l) => l === 1).length === 1, "not one h1, or not first");
seen.levels.forEach((l, i) => check(i === 0 || l <= seen.levels[i - 1] + 1, `a heading of level ${l} after one of level ${seen.levels[i - 1]}`));
check(seen.links.length === seen.sections - 1 && seen.links.every((t) => t === "H2"), `contents: ${seen.links}`);
const pdf = await page.pdf({ format: "A4" });
check(pdf.subarray(0, 5).toString() === "%PDF-", "it does not print");
await browser.close();
for (const f of failures) console.error(f);
console.log(`${passes.length} rules passed, ${violations.length} remarks and violations, ${seen.tables} tables, ${seen.levels.length} headings`);
process.exit(failures.length ? 1 : 0);

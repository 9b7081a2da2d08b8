// Lints texts as if they stood in the files named: JSON [{ file, text }] on standard input, JSON [[rule id, ...], ...] out.
// A process of its own, since ESLint loads its configuration by a dynamic import, which Jest's sandbox cannot do.
import { text } from 'node:stream/consumers';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

// The files do not exist, so nothing can be said about their types.
const eslint = new ESLint({ overrideConfig: [{ files: ['**/*.ts'], ...tseslint.configs.disableTypeChecked }] });
const cases = JSON.parse(await text(process.stdin));
const answers = [];
for (const { file, text: source } of cases) {
  const [result] = await eslint.lintText(source, { filePath: file });
  answers.push(result.messages.map(({ ruleId, message }) => ruleId ?? message));
}
console.log(JSON.stringify(answers));

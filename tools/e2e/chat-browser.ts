import type { AxeResults } from 'axe-core';
import { readFileSync } from 'node:fs';
import { chromium as engine, type Browser, type BrowserContext, type Page } from 'playwright-core';
import type { DemoFile } from './product';

/** Not imported: it is made to run in a page, and gets there past the page's own policy. */
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Runs in the page. */
const WATCH = `(() => {
  const seen = [];
  for (const line of document.querySelectorAll('#lines li')) new MutationObserver((all) => seen.push(...all.map(({ type }) => type))).observe(line, { childList: true, subtree: true, characterData: true });
  return seen;
})()`;

export const launch = (executablePath: string): Promise<Browser> => engine.launch({ executablePath });

/** A visitor with the chat page open in a browser. */
export class ChatVisitor {
  /** What went wrong inside the page. */
  readonly errors: string[] = [];

  private constructor(readonly context: BrowserContext, readonly page: Page) {
    page.on('pageerror', (error) => this.errors.push(error.message));
  }

  static async open(browser: Browser, demo: DemoFile, account: string): Promise<ChatVisitor> {
    const context = await browser.newContext({ viewport: { width: 880, height: 660 }, locale: 'en-GB', colorScheme: 'light' });
    return ChatVisitor.openIn(context, `${demo.publicUrl}/chat?site=${demo.accounts[account]!.siteKey}`);
  }

  /** The same visitor's second tab. */
  openTab = () => ChatVisitor.openIn(this.context, this.page.url());

  private static async openIn(context: BrowserContext, url: string): Promise<ChatVisitor> {
    const visitor = new ChatVisitor(context, await context.newPage());
    await visitor.page.goto(url);
    await visitor.connected();
    return visitor;
  }

  async write(text: string): Promise<void> {
    await this.page.getByLabel('Your message').fill(text);
    await this.page.getByRole('button', { name: 'Send' }).click();
  }

  connected = () => this.page.getByText('Connected').waitFor();
  offline = () => this.page.getByText('Offline.').waitFor();

  /** Resolves when so many of her messages are shown as safe. */
  acknowledged = (count: number) => this.page.getByRole('img', { name: 'delivered' }).nth(count - 1).waitFor();
  shown = (text: string) => this.page.getByText(text).waitFor();

  /** Everything in the thread, from the top, as a screen reader speaks it: `You: Hello`. */
  thread = () => this.page.getByRole('log').locator('p[dir]').allTextContents();

  /** How she is known to the business: the part of her token in front of its seal. */
  async identity(account: string): Promise<{ namespace: string; value: string }> {
    const token = await this.page.evaluate(() => (JSON.parse(Object.values(globalThis.localStorage)[0] as string) as { token: string }).token);
    return { namespace: 'web-visitor', value: `${account}:${token.split('.')[0]!}` };
  }

  /** Ids of the WCAG A and AA rules that the page breaks, with the places. */
  async violations(): Promise<string[]> {
    await this.page.evaluate(AXE);
    const { violations } = await this.page.evaluate<AxeResults>(`axe.run(document, { runOnly: ${JSON.stringify(WCAG)} })`);
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  }

  /** True where the page is wider than its window. */
  scrollsSideways = () => this.page.evaluate<boolean>('document.documentElement.scrollWidth > document.documentElement.clientWidth');

  /** Starts to watch the lines that stand in the thread now; call the answer to learn how many changes there were inside them. */
  async watchLines(): Promise<() => Promise<number>> {
    const seen = await this.page.evaluateHandle<unknown[]>(WATCH);
    return async () => (await seen.jsonValue()).length;
  }
}

import type { DiagnosisCode, DnsRecord } from '@letterhead/shared';
import type { Locator, Page } from 'playwright-core';

/** What a person does in the console, by what they read there. */
export class ConsolePage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async signIn(token: string): Promise<void> {
    await this.page.goto('/');
    await this.page.getByLabel('Token').fill(token);
    await this.button('Sign in').click();
    await this.heading('Domains').waitFor();
  }

  async addDomain(name: string): Promise<void> {
    await this.page.getByLabel('Domain', { exact: true }).fill(name);
    await this.button('Add the domain').click();
    await this.heading(name).waitFor();
  }

  async checkNow(): Promise<void> {
    await this.button('Check now').click();
  }

  /** A record's row in the checklist, with what is said below it. */
  record(label: DnsRecord['label']): Locator {
    return this.page.locator(`.record[data-record="${label}"]`);
  }

  /** The row of a record whose diagnosis has this code. */
  found(code: DiagnosisCode): Locator {
    return this.page.locator(`.record[data-code="${code}"]`);
  }

  /** The panel in a record's row that says what is wrong, while the code is this one. */
  verdict(code: DiagnosisCode): Locator {
    return this.page.locator(`.verdict[data-code="${code}"]`);
  }

  /** The state of the domain, beside its name. */
  badge(word: string): Locator {
    return this.page.getByRole('heading', { level: 1 }).getByText(word);
  }

  /** A domain's line in the list. */
  line(name: string): Locator {
    return this.page.getByRole('row').filter({ has: this.page.getByRole('link', { name, exact: true }) });
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: typeof name === 'string' });
  }

  heading(name: string): Locator {
    return this.page.getByRole('heading', { level: 1, name });
  }

  clipboard(): Promise<string> {
    return this.page.evaluate(() => navigator.clipboard.readText());
  }
}

import { type Browser, chromium, type Page } from 'playwright-core';
import type { Owner } from '../../scripts/n8n/client.mts';

/** Starts Debian's Chromium, or the one that `CHROMIUM_PATH` names. */
export async function launchBrowser(): Promise<Browser> {
	return await chromium.launch({
		executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
		args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
	});
}

/** Opens a page of n8n as its owner. */
export async function logIn(page: Page, url: string, owner: Owner): Promise<void> {
	await page.goto(url);
	await page.getByTestId('emailOrLdapLoginId').locator('input').fill(owner.email);
	await page.getByTestId('password').locator('input').fill(owner.password);
	await page.getByTestId('form-submit-button').click();
}

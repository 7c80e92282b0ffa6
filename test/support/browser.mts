import { type Browser, chromium } from 'playwright-core';

/** Starts Debian's Chromium, or the one that `CHROMIUM_PATH` names. */
export async function launchBrowser(): Promise<Browser> {
	return await chromium.launch({
		executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
		args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
	});
}

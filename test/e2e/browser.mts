import { type Browser, chromium } from 'playwright-core';

/** Starts Debian's Chromium, without a window. */
export async function launchBrowser(): Promise<Browser> {
	return await chromium.launch({
		executablePath: '/usr/bin/chromium',
		args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
	});
}

// Runs n8n's scan of community packages, which its reviewers use, on the sources and on the packed package.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
	analyzePackage,
	SOURCE_FILE_PATTERNS,
	// @ts-expect-error It comes without types.
} from '@n8n/scan-community-package/scanner/scanner.mjs';
import { unpackPackage } from './n8n/install.mts';

const folder = await mkdtemp(path.join(tmpdir(), 'n8n-scan-'));
try {
	const packed = await unpackPackage(folder);
	const results = {
		sources: await analyzePackage(
			fileURLToPath(new URL('..', import.meta.url)),
			SOURCE_FILE_PATTERNS,
		),
		// The patterns that n8n's scan uses for a published package.
		'what is packed': await analyzePackage(packed, ['**/*.js', 'package.json']),
	};
	for (const [what, { passed, details, message }] of Object.entries(results)) {
		console.log(`${what}: ${passed ? 'no finding' : (details ?? message)}`);
		if (!passed) process.exitCode = 1;
	}
} finally {
	await rm(folder, { recursive: true, force: true });
}

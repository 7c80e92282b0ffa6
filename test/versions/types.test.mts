import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import {
	CACHE,
	installN8n,
	installNode,
	N8N_OLDEST_VERSION,
	toNodeVersion,
} from '../../scripts/n8n/install.mts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What the old types are stricter about than the old code: line, and what TypeScript says. */
const HARMLESS = [
	// UserError has always taken a description.
	/: Type 'string' is not assignable to type 'null \| undefined'\.$/,
	// The signal is ignored there; the shipped code doesn't rely on it.
	/\bsleep\(.*: Expected 1 arguments, but got 2\.$/,
	// A file that is given itself, not by its property's name, is refused there: it "names no file".
	/\((?:itemIndex, property)\).*'IBinaryData' is not assignable to type 'string'\.$/s,
];

/** Checks the shipped code against the n8n-workflow that comes with an n8n. */
function check(n8n: string): string[] {
	const { config } = ts.readConfigFile(path.join(ROOT, 'tsconfig.json'), (file) =>
		ts.sys.readFile(file),
	) as {
		config: { compilerOptions: object };
	};
	const modules = path.join(CACHE, `n8n-${n8n}/node_modules`);
	const paths = { 'n8n-workflow': [path.join(modules, 'n8n-workflow')] };
	const compilerOptions = { ...config.compilerOptions, rootDir: '/', noEmit: true, paths };
	const parsed = ts.parseJsonConfigFileContent({ ...config, compilerOptions }, ts.sys, ROOT);
	const program = ts.createProgram(parsed.fileNames, parsed.options);
	assert.ok(program.getSourceFiles().some(({ fileName }) => fileName.startsWith(modules)));
	return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
		const { line } = file?.getLineAndCharacterOfPosition(start) ?? { line: 0 };
		const source = file?.text.split('\n')[line]?.trim() ?? '';
		return `${source}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
	});
}

test(`the shipped code uses nothing that the n8n-workflow of n8n ${N8N_OLDEST_VERSION} lacks`, async () => {
	await installNode({ version: toNodeVersion(N8N_OLDEST_VERSION) });
	await installN8n({ version: N8N_OLDEST_VERSION });
	const findings = check(N8N_OLDEST_VERSION);
	assert.deepEqual(
		findings.filter((finding) => !HARMLESS.some((pattern) => pattern.test(finding))),
		[],
	);
});

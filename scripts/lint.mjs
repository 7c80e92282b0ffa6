// The checks of `npm run lint`, at the same time: typescript-eslint and the compiler take a core each.
import { execa } from 'execa';

const run = execa({ stdio: 'inherit', preferLocal: true });
const results = await Promise.allSettled([
	run`eslint --config eslint.dev.config.mjs .`,
	run`tsc -p tsconfig.dev.json --incremental --tsBuildInfoFile .local/dev.tsbuildinfo`,
	run`n8n-node lint`,
]);
if (results.some(({ status }) => status === 'rejected')) process.exitCode = 1;

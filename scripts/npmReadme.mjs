// Prints the README for the package's page on npm. npm makes relative links absolute, but to the default
// branch, which changes later, and not within <picture>. Here they point to the version's tag.
// Usage: node scripts/npmReadme.mjs OWNER/NAME TAG
import { readFileSync } from 'node:fs';

const [, , repository, tag] = process.argv;
if (!repository || !tag) throw new Error('Usage: node scripts/npmReadme.mjs OWNER/NAME TAG');

const FILES = `https://github.com/${repository}/blob/${tag}/`;
const RAW = `https://raw.githubusercontent.com/${repository}/${tag}/`;

process.stdout.write(
	readFileSync('README.md', 'utf8')
		// npm's pages have no dark theme.
		.replace(/<picture>.*?(<img [^>]*>).*?<\/picture>/gs, '$1')
		.replace(/(!\[[^\]]*\]\(|\bsrc=")(?![a-z]+:|#)/g, `$1${RAW}`)
		// The files that n8n imports.
		.replaceAll('](../../raw/HEAD/', `](${RAW}`)
		.replace(/(\]\(|\bhref=")(?![a-z]+:|#)/g, `$1${FILES}`),
);

// Refuses a release whose package.json names no repository, or one whose links would lead nowhere. They can't be
// known before the package has a repository; the publish workflow sets them.
import { readFileSync } from 'node:fs';

const { name, author, bugs, homepage, n8n, repository } = JSON.parse(
	readFileSync('package.json', 'utf8'),
);
const [, page] =
	/^git\+(https:\/\/github\.com\/[^/]+\/[^/]+)\.git$/.exec(repository?.url ?? '') ?? [];

/** @type {string[]} */
const nodes = n8n.nodes.map((/** @type {string} */ node) =>
	node.replace(/^dist\/(.*)\.js$/, '$1.json'),
);
/** What n8n's Docs button opens. npm makes this page when the package is published. */
const docs = nodes.map(
	(node) => JSON.parse(readFileSync(node, 'utf8')).resources.primaryDocumentation[0].url,
);

const findings = [
	...(page ? [] : ['repository.url is not that of a repository on GitHub']),
	...(homepage === `${page}#readme` ? [] : ["homepage is not the repository's README"]),
	...(bugs?.url === `${page}/issues` ? [] : ["bugs.url is not the repository's issues"]),
	...(/@[^@]+\.example$/.test(author?.email ?? '.example')
		? ['author.email is a placeholder']
		: []),
	...docs
		.filter((url) => url !== `https://www.npmjs.com/package/${name}`)
		.map((url) => `Not the package's page: ${url}`),
];
for (const finding of findings) console.error(finding);
process.exitCode = findings.length > 0 ? 1 : 0;

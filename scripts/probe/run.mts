import { isTrue } from '../../nodes/shared/json.ts';
import { credentialOf } from '../../sandbox/account.mts';
import { WEBHOOKS } from '../../sandbox/instance.mts';
import { startSandbox } from '../../sandbox/server.mts';
import { listen } from './listener.mts';
import { type Row, SECOND_WEBHOOK, SENT_BY_ME, Side, type SideOptions } from './side.mts';
import { type Permission, tryAll } from './steps.mts';

export interface RunOptions extends Omit<SideOptions, 'show'> {
	allowed: ReadonlySet<Permission>;
}

export interface Finding {
	name: string;
	/** Lines that only the sandbox has (`- `) and only the account (`+ `); none: they are the same. */
	differences: string[];
}

/** What came of a run. Everything in it is masked. */
export interface Result {
	findings: Finding[];
	/** All that was seen of the account. */
	rows: ReadonlyMap<string, Row>;
	/** What was changed and could not be put back. */
	left: string[];
}

/** What the queue lists is looked at before anything leaves it. */
const QUEUE_ROW = '/queue while messages wait';

/**
 * Tries on the sandbox, then on the account, all that is allowed, and puts back what it changes, however it
 * ends.
 *
 * @throws when the instance can't be used at all
 */
export async function run(options: RunOptions): Promise<Result> {
	const { signal, say } = options;
	const findings: Finding[] = [];
	const known = new Map<string, string>();
	let expected: ReadonlyMap<string, Row> = new Map();
	const show = (name: string, row: Row) => {
		const all = toDifferences(expected.get(name) ?? new Map(), row);
		const same = known.get(all.join());
		if (all.length > 0 && !same) known.set(all.join(), name);
		const differences = same ? [`+ the same as at “${same}”`] : all;
		findings.push({ name, differences });
		say([`${all.length > 0 ? '≠' : '='} ${name}`, ...differences].join('\n    '));
	};
	const account = new Side({ ...options, show });
	await account.begin();
	const wasConnected = account.isConnected;
	const allowed = new Set(wasConnected ? options.allowed : []);
	if (allowed.size < options.allowed.size) {
		say('It only reads, as the instance is not connected to WhatsApp.');
	}
	expected = await trySandbox(account, { ...options, allowed });
	const left = await complete(account, allowed);
	for (const name of expected.keys()) {
		if (!account.rows.has(name) && !signal.aborted) show(name, new Map([['', 'not tried']]));
	}
	if (wasConnected && !account.isConnected) {
		say('The instance is still disconnected: connect it again.');
	}
	return { findings, rows: account.rows, left };
}

/** @returns what could not be put back */
async function complete(side: Side, allowed: ReadonlySet<Permission>): Promise<string[]> {
	try {
		await tryAll(side, allowed);
	} catch (reason) {
		if (!side.options.signal.aborted) side.options.say((reason as Error).message);
	}
	return await side.putBack();
}

/** Tries all on a sandbox that is set up like the account. */
async function trySandbox(
	{ original, isConnected }: Side,
	{ credential, chat: accountsChat, listener: accounts, look, ...options }: RunOptions,
): Promise<ReadonlyMap<string, Row>> {
	const queueDelayMs: [number, number] = [60_000, 60_000];
	const sandbox = await startSandbox({ queueDelayMs });
	const { instance, chats, queue } = sandbox;
	const listener = accounts && (await listen(0));
	for (const kind of Object.values(WEBHOOKS)) {
		instance[kind] = original[kind] ? 'https://elsewhere.invalid/' : '';
	}
	instance.receiveCallbackSentByMe = isTrue(original[SENT_BY_ME]);
	Object.assign(instance, { hasReceivedAndDelivery: SECOND_WEBHOOK in original });
	if (!credential.clientToken) instance.clientToken = '';
	const connect = (isSo: boolean) => (instance.connection = isSo ? 'connected' : 'notConnected');
	connect(isConnected);
	const toForm = (id: string) => id.replace(/\d+/g, '');
	const alike = chats.all().find(({ phone }) => toForm(phone) === toForm(accountsChat));
	const chat = accountsChat && (alike?.phone ?? '');
	const readPinned = async () => {
		await side.until(() => queue.waiting.length === 0);
		const { pins, messages } = chats.get(chat);
		const ids = pins.map(({ messageId }) => messageId);
		const pinned = messages.filter(({ messageId }) => ids.includes(messageId));
		return pinned.map(({ text }) => text.at(-1)).join(', ') || 'none';
	};
	const side: Side = new Side({
		...options,
		credential: credentialOf(sandbox),
		chat,
		listener,
		pollMs: 20,
		say: () => undefined,
		show: (name) => {
			if (name === QUEUE_ROW) queueDelayMs.fill(0);
		},
		look: look && readPinned,
		connect,
	});
	try {
		await side.begin();
		await complete(side, options.allowed);
		return side.rows;
	} finally {
		await listener?.close();
		await sandbox.close();
	}
}

function toDifferences(sandbox: Row, account: Row): string[] {
	const toLines = (mark: string, row: Row, other: Row) =>
		[...row].filter(([key]) => !other.has(key)).map(([, line]) => `${mark} ${line}`);
	return [...toLines('-', sandbox, account), ...toLines('+', account, sandbox)];
}

/**
 * @param about what the run was like, a line each
 * @returns the findings, as Markdown to paste into an issue
 */
export function toReport({ findings, rows, left }: Result, about: string[]): string {
	const others = findings.filter(({ differences }) => differences.length > 0);
	const toBlock = (name: string, lines: Iterable<string>) =>
		[name, ...lines, ''].join('\n').replaceAll('`', "'");
	const aboutAll = [
		...about,
		`${findings.length - others.length} as in the sandbox, ${others.length} otherwise`,
		...left.map((what) => `Could not be put back: ${what}`),
	];
	return `## What Z-API does

${aboutAll.map((line) => `- ${line}`).join('\n')}

Otherwise: \`-\` is the sandbox, \`+\` is Z-API.

\`\`\`diff
${others.map(({ name, differences }) => toBlock(name, differences)).join('\n')}\`\`\`

<details>
<summary>All that was seen: ${rows.size}</summary>

\`\`\`
${[...rows].map(([name, row]) => toBlock(name, row.values())).join('\n')}\`\`\`

</details>
`;
}

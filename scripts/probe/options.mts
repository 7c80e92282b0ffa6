import { parseArgs } from 'node:util';
import type { Permission } from './probe.mts';

/** What the probe may do beyond reading. */
export const PERMISSIONS: Record<Permission, string> = {
	settings: 'set the webhook URL of presence, and “sent by me”, for some seconds',
	messages: 'send two messages to a chat of yours, pin and unpin them',
	fourth: 'send two more messages there, and see what a fourth pin does',
	disconnect: 'have you disconnect the instance and connect it again, which takes the phone',
};

const DEFAULTS = { port: '8022', patience: '30', report: '.local/probe.md' };

const ALLOWED = Object.entries(PERMISSIONS).map(([name, does]) => `${name.padEnd(11)} ${does}`);

export const HELP = `npm run probe -- [options]

Tries on a Z-API account what its documentation leaves open, and compares it with the sandbox. It asks
for the credential, or reads it from the environment: ZAPI_INSTANCE_ID, ZAPI_TOKEN, ZAPI_CLIENT_TOKEN,
ZAPI_CHAT (for the messages), ZAPI_BASE_URL (of a proxy).

  --allow <list>     what it may do beyond reading, instead of being asked: none, or some of
                     ${ALLOWED.join('\n                     ')}
  --webhook <URL>    HTTPS URL of a tunnel to this machine: the probe also listens for callbacks.
                     Meanwhile nobody else gets those of the instance.
  --port <number>    where the tunnel ends on this machine, ${DEFAULTS.port} if absent
  --patience <s>     how long a callback is waited for, ${DEFAULTS.patience} s if absent
  --report <file>    where the report goes, ${DEFAULTS.report} if absent`;

/** What a user has to put right. */
export class Refusal extends Error {}

export interface Options {
	isHelp: boolean;
	/** Absent: to be asked. */
	allowed?: Set<Permission>;
	/** Where the tunnel begins. */
	webhook?: string;
	/** Where it ends. */
	port: number;
	patienceMs: number;
	/** A file. */
	report: string;
}

/**
 * @param args what follows `npm run probe --`
 * @throws {Refusal} without quoting them, as somebody may have tried a secret
 */
export function readOptions(args: string[]): Options {
	const { allow, webhook, port, patience, report, help = false } = parse(args);
	if (webhook !== undefined) checkWebhook(webhook);
	return {
		isHelp: help,
		...(allow !== undefined && { allowed: toAllowed(allow.split(',')) }),
		...(webhook !== undefined && { webhook }),
		port: toNumber('--port', port),
		patienceMs: toNumber('--patience', patience) * 1000,
		report,
	};
}

function parse(args: string[]) {
	const text = { type: 'string' } as const;
	try {
		const { values } = parseArgs({
			args,
			options: {
				...{ allow: text, webhook: text, help: { type: 'boolean' } },
				port: { ...text, default: DEFAULTS.port },
				patience: { ...text, default: DEFAULTS.patience },
				report: { ...text, default: DEFAULTS.report },
			},
		});
		return values;
	} catch {
		throw new Refusal(`These arguments are not known. Secrets are never arguments.\n\n${HELP}`);
	}
}

/** @throws {Refusal} when something else is among them */
export function toAllowed(names: string[]): Set<Permission> {
	const chosen = names.filter((name) => name !== 'none');
	const known = Object.keys(PERMISSIONS) as Permission[];
	const allowed = new Set(known.filter((name) => chosen.includes(name)));
	if (!chosen.every((name) => name in PERMISSIONS)) {
		throw new Refusal(`--allow takes ${known.join(', ')}, or none.`);
	}
	if (allowed.has('fourth') || allowed.has('disconnect')) allowed.add('messages');
	return allowed;
}

function checkWebhook(webhook: string): void {
	const { protocol, hostname } = new URL(URL.canParse(webhook) ? webhook : 'none:');
	// The sandbox calls this machine only.
	const isLocal = protocol === 'http:' && hostname === '127.0.0.1';
	if (protocol !== 'https:' && !isLocal) {
		throw new Refusal('--webhook takes an https:// URL, as Z-API calls no other.');
	}
}

function toNumber(option: string, text: string): number {
	const number = Number(text);
	if (!(number > 0)) throw new Refusal(`${option} takes a number above 0.`);
	return number;
}

/** What is going to happen, to be said before anything does. */
export function describe(allowed: ReadonlySet<Permission>, { webhook, port }: Options): string {
	const names = (Object.keys(PERMISSIONS) as Permission[]).filter((name) => allowed.has(name));
	const lines = [
		'read settings, chats and the queue, and send some requests that have to be refused',
		...names.map((name) => PERMISSIONS[name]),
	];
	if (webhook) {
		lines.push(`take the instance’s webhooks meanwhile: the tunnel has to lead to port ${port}`);
	}
	const end = ['Then it puts back what it has changed. Ctrl-C does so, too.'];
	if (allowed.has('messages')) {
		end.push(
			'What it has sent stays in the chat. WhatsApp keeps three pins a chat: older ones may go.',
		);
	}
	return ['It is going to', ...lines.map((line) => `- ${line}`), ...end, ''].join('\n');
}

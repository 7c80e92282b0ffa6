import { parseArgs } from 'node:util';
import type { Permission } from './steps.mts';

/** What the probe may do beyond reading. */
export const PERMISSIONS: Record<Permission, string> = {
	settings: 'set the webhook URL of presence, and “sent by me”, for some seconds',
	messages: 'send four messages to a chat of yours, pin and unpin them',
	media: 'send two pictures, a video, a PDF and, to a group, a poll to that chat',
	disconnect:
		'send one more, and have you disconnect the instance and connect it again, which takes the phone',
};

const ALLOWED = Object.entries(PERMISSIONS).map(([name, does]) => `${name.padEnd(11)} ${does}`);

export const HELP = `npm run probe -- [options]

Does the same on the sandbox and on a Z-API account, and shows the differences. It asks for the credential, or
reads it from the environment: ZAPI_INSTANCE_ID, ZAPI_TOKEN, ZAPI_CLIENT_TOKEN, ZAPI_CHAT (for the messages),
ZAPI_BASE_URL (of a proxy).

  --allow <list>     what it may do beyond reading, instead of being asked: none, or some of
                     ${ALLOWED.join('\n                     ')}
  --webhook <URL>    HTTPS URL of a tunnel to this machine: the probe also listens for callbacks.
                     Meanwhile nobody else gets those of the instance.
  --port <number>    where the tunnel ends on this machine, 8022 if absent
  --report <file>    where the report goes, .local/probe.md if absent`;

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
	/** A file. */
	report: string;
}

/**
 * @param args what follows `npm run probe --`
 * @throws {Refusal} without quoting them, as somebody may have tried a secret
 */
export function readOptions(args: string[]): Options {
	const { allow, webhook, port, report, help: isHelp = false } = parse(args);
	const { protocol, hostname } = new URL(webhook && URL.canParse(webhook) ? webhook : 'none:');
	// The sandbox calls this machine only.
	const isLocal = protocol === 'http:' && hostname === '127.0.0.1';
	if (webhook !== undefined && protocol !== 'https:' && !isLocal) {
		throw new Refusal('--webhook takes an https:// URL, as Z-API calls no other.');
	}
	if (!(Number(port) > 0)) throw new Refusal('--port takes a number above 0.');
	return {
		isHelp,
		port: Number(port),
		report,
		...(allow !== undefined && { allowed: toAllowed(allow.split(',')) }),
		...(webhook !== undefined && { webhook }),
	};
}

function parse(args: string[]) {
	const text = { type: 'string' } as const;
	try {
		return parseArgs({
			args,
			options: {
				allow: text,
				webhook: text,
				help: { type: 'boolean' },
				port: { ...text, default: '8022' },
				report: { ...text, default: '.local/probe.md' },
			},
		}).values;
	} catch {
		throw new Refusal(`These arguments are not known. Secrets are never arguments.\n\n${HELP}`);
	}
}

/** @throws {Refusal} when something else is among them */
export function toAllowed(names: string[]): Set<Permission> {
	const known = Object.keys(PERMISSIONS) as Permission[];
	if (!names.every((name) => name === 'none' || name in PERMISSIONS)) {
		throw new Refusal(`--allow takes ${known.join(', ')}, or none.`);
	}
	return new Set(known.filter((name) => names.includes(name)));
}

/** What is going to happen, to be said before anything does. */
export function describe(allowed: ReadonlySet<Permission>, { webhook, port }: Options): string {
	const lines = [
		'read settings, chats and the queue, and send some requests that have to be refused',
		...[...allowed].map((name) => PERMISSIONS[name]),
		...(webhook
			? [`take the instance’s webhooks meanwhile: the tunnel has to lead to port ${port}`]
			: []),
	];
	const stays =
		'What it has sent stays in the chat. WhatsApp keeps three pins a chat: older ones may go.\n';
	return [
		'It is going to',
		...lines.map((line) => `- ${line}`),
		'Then it puts back what it has changed. Ctrl-C does so, too.',
		takesChat(allowed) ? stays : '',
	].join('\n');
}

/** Whether something is sent. */
export const takesChat = (allowed: ReadonlySet<Permission>) =>
	[...allowed].some((name) => name !== 'settings');

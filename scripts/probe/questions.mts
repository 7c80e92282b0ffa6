import { checkbox, confirm, input, password, select } from '@inquirer/prompts';
import { toChatId } from '../../nodes/shared/chat/chatId.ts';
import { PERMISSIONS, Refusal, takesChat, toAllowed } from './options.mts';
import type { Credential } from './side.mts';
import type { Permission } from './steps.mts';

/** What a person may see in the chat. */
const SEEN = [
	'none',
	'1',
	'2',
	'1, 2',
	'1, 2, 3',
	'2, 3, 4',
	'1, 2, 3, 4',
	'others, or for me only',
];

/** Questions need somebody at the keyboard. */
export const isAsking = process.stdin.isTTY;

/**
 * Reads the credential from the environment, or asks for it; secrets are not shown while typed.
 *
 * @throws {Refusal} naming the variable, when nobody can be asked
 */
export async function readCredential(signal: AbortSignal): Promise<Credential> {
	const { ZAPI_BASE_URL: baseUrl = 'https://api.z-api.io' } = process.env;
	if (!URL.canParse(baseUrl)) throw new Refusal('ZAPI_BASE_URL is not a URL.');
	const askHidden = async (message: string) =>
		await password({ message, mask: false, toggleMask: false }, { signal });
	const optional = 'Client-Token (empty: the account has not activated it)';
	return {
		instanceId: await read('ZAPI_INSTANCE_ID', async () => {
			return await input({ message: 'Instance ID' }, { signal });
		}),
		token: await read('ZAPI_TOKEN', async () => await askHidden('Instance token')),
		clientToken: await read('ZAPI_CLIENT_TOKEN', async () => await askHidden(optional), ''),
		baseUrl,
	};
}

/** Asks what the probe may do beyond reading; with nobody there, nothing. */
export async function askAllowed(signal: AbortSignal): Promise<Set<Permission>> {
	if (!isAsking) return new Set();
	const choices = Object.entries(PERMISSIONS).map(([value, name]) => ({
		value,
		name,
		short: value,
	}));
	const message = 'It reads, and sends what has to be refused. What else may it do?';
	return toAllowed(await checkbox({ message, choices }, { signal }));
}

/**
 * Reads the chat for the messages, or asks for it.
 *
 * @returns the chat as Z-API writes it; empty: nothing is sent
 * @throws {Refusal} when it can't be one
 */
export async function readChat(
	allowed: ReadonlySet<Permission>,
	signal: AbortSignal,
): Promise<string> {
	if (!takesChat(allowed)) return '';
	const validate = (text: string) => {
		try {
			return toChatId(text) !== '';
		} catch (reason) {
			return (reason as Error).message;
		}
	};
	const message =
		'A chat of yours, without pins: a phone number with its country code, or a group ID';
	const chat = await read('ZAPI_CHAT', async () => await input({ message, validate }, { signal }));
	const isChat = validate(chat);
	if (typeof isChat === 'string') throw new Refusal(`ZAPI_CHAT: ${isChat}`);
	return toChatId(chat);
}

/** Asks whether to go on, where somebody can be asked. */
export async function mayGoOn(signal: AbortSignal): Promise<boolean> {
	return !isAsking || (await confirm({ message: 'Go on?' }, { signal }));
}

/** Asks what only a person sees. */
export async function askPinned(signal: AbortSignal): Promise<string> {
	const message = 'Look into the chat: which of the probe’s messages are pinned?';
	return await select({ message, choices: SEEN }, { signal });
}

async function read(name: string, ask: () => Promise<string>, absent?: string): Promise<string> {
	const given = process.env[name] ?? (isAsking ? await ask() : absent);
	if (given === undefined) throw new Refusal(`Set ${name}, or run it in a terminal to be asked.`);
	const text = given.trim();
	if (!text && absent === undefined) throw new Refusal(`${name} is empty.`);
	return text;
}

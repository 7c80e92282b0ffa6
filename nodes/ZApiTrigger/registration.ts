import type { ICredentialDataDecryptedObject, IHookFunctions } from 'n8n-workflow';
import { NodeOperationError, UserError } from 'n8n-workflow';
import { isTrue, toObject } from '../shared/answer';
import { askZApi } from '../shared/askZApi';
import type { Connection } from '../shared/connection';
import { CREDENTIAL_TYPE, toConnection } from '../shared/connection';
import { toSentences } from '../shared/nodeErrors';
import type { Settings } from './settings';
import { readSettings } from './settings';
import type { WebhookAddress } from './webhookAddress';
import {
	checkAddress,
	isOfThisNode,
	isThisAddress,
	toHost,
	toWebhookAddress,
} from './webhookAddress';

/** What an instance does with incoming messages. */
interface Registration {
	/** The one URL that it calls; empty: none. */
	url: string;
	/** Whether it also calls for what the connected number does itself. */
	sentByMe: boolean;
}

interface Access {
	credential: ICredentialDataDecryptedObject;
	connection: Connection;
	settings: Settings;
	address: WebhookAddress;
}

/**
 * Whether the instance calls this very URL, with all that is needed. n8n asks before it registers.
 *
 * @throws {NodeOperationError} when Z-API would not call n8n's address, or does not answer
 */
export async function isRegistered(this: IHookFunctions): Promise<boolean> {
	return await inWords.call(this, compare);
}

/**
 * Makes the instance call this URL, and remembers what was there before.
 *
 * @throws {NodeOperationError} when another system has the webhook, and the user didn't allow to take it
 */
export async function register(this: IHookFunctions): Promise<boolean> {
	return await inWords.call(this, take);
}

async function compare(
	this: IHookFunctions,
	{ credential, connection, settings, address }: Access,
): Promise<boolean> {
	checkAddress(address, connection);
	const { url, sentByMe } = await readRegistration.call(this, credential);
	return url === address.url && (sentByMe || !needsSentByMe(settings));
}

async function take(
	this: IHookFunctions,
	{ credential, settings, address }: Access,
): Promise<boolean> {
	const before = await readRegistration.call(this, credential);
	const isOurs = isOfThisNode(address, before.url);
	if (before.url && !isOurs && !settings.replaceExistingWebhook) throw taken(before.url, address);

	const isTest = this.getMode() === 'manual';
	// A test gives back what it finds, the workflow's own production URL too. Production never gives
	// back a URL of its own: what was there before that is remembered already.
	if (isTest || !isOurs) this.getWorkflowStaticData('node').previous = { ...before };

	const switchesOn = needsSentByMe(settings) && !before.sentByMe;
	if (switchesOn) await setSentByMe.call(this, credential, true);
	let isDone = false;
	try {
		await setUrl.call(this, credential, address.url);
		isDone = true;
	} finally {
		if (switchesOn && !isDone) await setSentByMe.call(this, credential, false);
	}
	return true;
}

/**
 * Gives back what was there before, unless somebody else has taken the webhook meanwhile.
 *
 * @throws {NodeOperationError} when it can't, in production only: n8n tries again and tells the user
 * then, whereas a test run that can't be ended would bring n8n down, so it is just logged
 */
export async function deregister(this: IHookFunctions): Promise<boolean> {
	if (this.getWorkflow().active) return await inWords.call(this, giveBack);
	try {
		return await inWords.call(this, giveBack);
	} catch (error) {
		this.logger.error(`The webhook of Z-API was not given back. ${(error as Error).message}`);
		return false;
	}
}

async function giveBack(this: IHookFunctions, { credential, address }: Access): Promise<boolean> {
	const { url, sentByMe } = await readRegistration.call(this, credential);
	if (!isThisAddress(address, url)) return true;
	const memory = this.getWorkflowStaticData('node');
	const previous = toObject(memory.previous) as Partial<Registration>;
	await setUrl.call(this, credential, previous.url ?? '');
	if (sentByMe && previous.sentByMe === false) await setSentByMe.call(this, credential, false);
	delete memory.previous;
	return true;
}

/** Reads what a step needs, and puts whatever goes wrong into words: n8n shows the message only. */
async function inWords(
	this: IHookFunctions,
	step: (this: IHookFunctions, access: Access) => Promise<boolean>,
): Promise<boolean> {
	try {
		const credential = await this.getCredentials<ICredentialDataDecryptedObject>(CREDENTIAL_TYPE);
		const connection = toConnection(credential);
		const address = toWebhookAddress.call(this, connection);
		const settings = readSettings.call(this);
		return await step.call(this, { credential, connection, address, settings });
	} catch (error) {
		throw new NodeOperationError(this.getNode(), toSentences(error as Error));
	}
}

/** @see https://developer.z-api.io (`GET /me`) */
async function readRegistration(
	this: IHookFunctions,
	credential: ICredentialDataDecryptedObject,
): Promise<Registration> {
	const isMe = (body: unknown) => 'connected' in toObject(body);
	const body = await askZApi.call(this, credential, { method: 'GET', path: '/me' }, isMe);
	const { receivedCallbackUrl, receiveCallbackSentByMe } = toObject(body);
	return {
		url: typeof receivedCallbackUrl === 'string' ? receivedCallbackUrl : '',
		sentByMe: isTrue(receiveCallbackSentByMe),
	};
}

/**
 * @param url empty to have none; Z-API does not say how else it would be taken away
 * @see https://developer.z-api.io (`PUT /update-webhook-received`)
 */
async function setUrl(
	this: IHookFunctions,
	credential: ICredentialDataDecryptedObject,
	url: string,
): Promise<void> {
	await change.call(this, credential, '/update-webhook-received', { value: url });
}

/** @see https://developer.z-api.io (`PUT /update-notify-sent-by-me`) */
async function setSentByMe(
	this: IHookFunctions,
	credential: ICredentialDataDecryptedObject,
	notifySentByMe: boolean,
): Promise<void> {
	await change.call(this, credential, '/update-notify-sent-by-me', { notifySentByMe });
}

async function change(
	this: IHookFunctions,
	credential: ICredentialDataDecryptedObject,
	path: string,
	body: Record<string, string | boolean>,
): Promise<void> {
	const isDone = (answered: unknown) => isTrue(toObject(answered).value);
	await askZApi.call(this, credential, { method: 'PUT', path, body }, isDone);
}

/** Pins by this package are made by the connected number itself. */
function needsSentByMe({ events, sentByMe }: Settings): boolean {
	const hasPins = events.some((event) => event !== 'messageReceived');
	return sentByMe === 'all' || (sentByMe === 'pins' && hasPins);
}

function taken(url: string, { origin }: WebhookAddress): UserError {
	const isThisN8n = URL.canParse(url) && new URL(url).origin === origin;
	const owner = isThisN8n ? 'another trigger of this n8n' : 'another system';
	return new UserError(
		`The webhook of this Z-API instance belongs to ${owner} (${toHost(url)}), and an instance has only one`,
		{
			description:
				'Switch it off there first, or turn on Replace Existing Webhook in the options of Z-API Trigger: the webhook is given back when this workflow is unpublished.',
		},
	);
}

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
	isOfThisN8n,
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

const NOTHING: Registration = { url: '', sentByMe: false };

/**
 * What tests have borrowed the webhook from, by webhook. n8n keeps nothing for a test that is started
 * again or meets an activation, so it is kept here. Production's is in the workflow's static data.
 */
const borrowed = new Map<string, Registration>();

/** The last step of each instance: n8n takes all triggers of a workflow at once. */
const lastSteps = new Map<string, Promise<unknown>>();

/**
 * Whether the instance calls this very URL, with all that is needed. n8n asks before it registers.
 *
 * @throws {NodeOperationError} when Z-API would not call n8n's address, or does not answer
 */
export async function isRegistered(this: IHookFunctions): Promise<boolean> {
	return await inTurn.call(this, compare);
}

/**
 * Makes the instance call this URL, and remembers what was there before.
 *
 * @throws {NodeOperationError} when another system has the webhook, and the user didn't allow to take it
 */
export async function register(this: IHookFunctions): Promise<boolean> {
	return await inTurn.call(this, take);
}

/**
 * Gives back what was there before, unless somebody else has taken the webhook meanwhile.
 *
 * @throws {NodeOperationError} when it can't, in production only: n8n tries again and tells the user
 * then, whereas a test run that can't be ended would bring n8n down, so it is just logged
 */
export async function deregister(this: IHookFunctions): Promise<boolean> {
	const isProduction = this.getWorkflow().active;
	if (isProduction) return await inTurn.call(this, giveBack);
	try {
		return await inTurn.call(this, giveBackAfterTest);
	} catch (error) {
		this.logger.error(`The webhook of Z-API was not given back. ${(error as Error).message}`);
		return false;
	}
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
	{ credential, connection, settings, address }: Access,
): Promise<boolean> {
	const before = await readRegistration.call(this, credential);
	const isTest = this.getMode() === 'manual';
	const isHere = isOfThisN8n(address, before.url);
	// A test may find production's URL on another host, as n8n builds the two from different settings.
	const isOurs = isOfThisNode(address, before.url) && (isHere || isTest);
	const mayReplace = settings.replaceExistingWebhook && !isHere;
	if (before.url && !isOurs && !mayReplace) throw taken(before.url, address);

	const key = toKey(connection, address);
	if (isTest) {
		// What a test finds of a test is what another one has left, or has borrowed already.
		if (!isThisAddress(address, before.url)) borrowed.set(key, before);
	} else if (!isOurs) {
		this.getWorkflowStaticData('node').previous = { ...before };
	} else if (borrowed.has(key)) {
		this.getWorkflowStaticData('node').previous ??= { ...borrowed.get(key) };
	}
	await setUrl.call(this, credential, address.url, needsSentByMe(settings));
	return true;
}

async function giveBack(
	this: IHookFunctions,
	{ credential, connection, address }: Access,
): Promise<boolean> {
	const memory = this.getWorkflowStaticData('node');
	const previous = { ...NOTHING, ...(toObject(memory.previous) as Partial<Registration>) };
	const now = await readRegistration.call(this, credential);
	const key = toKey(connection, address);
	if (borrowed.has(key) && !isThisAddress(address, now.url)) {
		// A test has the webhook at the moment, and gives it back when it ends.
		borrowed.set(key, previous);
	} else if (isOfThisNode(address, now.url) && isOfThisN8n(address, now.url)) {
		await restore.call(this, credential, now, previous);
	}
	delete memory.previous;
	return true;
}

async function giveBackAfterTest(
	this: IHookFunctions,
	{ credential, connection, address }: Access,
): Promise<boolean> {
	const key = toKey(connection, address);
	const now = await readRegistration.call(this, credential);
	if (isThisAddress(address, now.url)) {
		await restore.call(this, credential, now, borrowed.get(key) ?? NOTHING);
	}
	borrowed.delete(key);
	return true;
}

/** The URL comes last: as long as it is ours, the step can be done again. */
async function restore(
	this: IHookFunctions,
	credential: ICredentialDataDecryptedObject,
	now: Registration,
	{ url, sentByMe }: Registration,
): Promise<void> {
	if (now.sentByMe && !sentByMe) {
		const body = { notifySentByMe: false };
		await change.call(this, credential, '/update-notify-sent-by-me', body);
	}
	await setUrl.call(this, credential, url);
}

/**
 * Reads what a step needs, waits for the instance's other steps, and puts whatever goes wrong into
 * words: n8n shows the message only.
 */
async function inTurn(
	this: IHookFunctions,
	step: (this: IHookFunctions, access: Access) => Promise<boolean>,
): Promise<boolean> {
	try {
		const credential = await this.getCredentials<ICredentialDataDecryptedObject>(CREDENTIAL_TYPE);
		const connection = toConnection(credential);
		const address = toWebhookAddress.call(this, connection);
		const settings = readSettings.call(this);
		const run = async () => await step.call(this, { credential, connection, address, settings });
		const { instanceUrl } = connection;
		const result = (lastSteps.get(instanceUrl) ?? Promise.resolve()).then(run);
		lastSteps.set(
			instanceUrl,
			result.catch(() => {}),
		);
		return await result;
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
 * @param switchesOn whether "sent by me" is switched on with it; else it stays as it is
 * @see https://developer.z-api.io (`PUT /update-webhook-received`, `…-delivery`)
 */
async function setUrl(
	this: IHookFunctions,
	credential: ICredentialDataDecryptedObject,
	url: string,
	switchesOn = false,
): Promise<void> {
	const path = `/update-webhook-received${switchesOn ? '-delivery' : ''}`;
	await change.call(this, credential, path, { value: url });
}

/** @see https://developer.z-api.io (`PUT /update-notify-sent-by-me`, `{"value": true}`) */
async function change(
	this: IHookFunctions,
	credential: ICredentialDataDecryptedObject,
	path: string,
	body: { value: string } | { notifySentByMe: boolean },
): Promise<void> {
	const isDone = (answered: unknown) => isTrue(toObject(answered).value);
	// A URL that is echoed holds a secret, ours or another system's, in whatever form.
	const [, address = '', query = ''] =
		('value' in body && /^\w+:\/\/([^?]+)\??(.*)$/.exec(body.value)) || [];
	const secrets = [query, address].filter(Boolean);
	await askZApi.call(this, credential, { method: 'PUT', path, body }, isDone, secrets);
}

/** Pins by this package are made by the connected number itself. */
function needsSentByMe({ events, sentByMe }: Settings): boolean {
	const hasPins = events.some((event) => event !== 'messageReceived');
	return sentByMe === 'all' || (sentByMe === 'pins' && hasPins);
}

function toKey({ instanceUrl }: Connection, { ending }: WebhookAddress): string {
	return instanceUrl + ending;
}

function taken(url: string, address: WebhookAddress): UserError {
	const [owner, description] = isOfThisN8n(address, url)
		? [
				'another trigger of this n8n',
				'Unpublish the workflow of that one first, or use one trigger for both. If there is no such workflow any more, remove the webhook in the Z-API panel.',
			]
		: [
				'another system',
				'Switch it off there first, or turn on Replace Existing Webhook in the options of Z-API Trigger: the webhook is given back when this workflow is unpublished.',
			];
	return new UserError(
		`The webhook of this Z-API instance belongs to ${owner} (${toHost(url)}), and an instance has only one`,
		{ description },
	);
}

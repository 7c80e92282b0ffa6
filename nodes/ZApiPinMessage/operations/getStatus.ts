import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { isTrue, toIso, toMs, toObject } from '../../shared/json';
import type { Connection } from '../../shared/transport/connection';
import { sendRequest } from '../../shared/transport/transport';
import type { Receiver } from '../../shared/webhooks/receivers';
import {
	isTrigger,
	readOwner,
	readReceivers,
	readWorkflowName,
	toHost,
	toN8nId,
} from '../../shared/webhooks/receivers';
import { readRegistration } from '../../shared/webhooks/registration';
import { WEBHOOK_NAMES } from '../../shared/webhooks/webhooks';
import type { Run } from './operation';
import { defineOperation, failed } from './operation';

const IDENTITY = { action: 'getStatus' };

export const getStatus = defineOperation({
	name: 'Get Status',
	value: 'getStatus',
	action: 'Get instance status',
	description: 'See whether the number is connected, and who gets its webhooks',
	fields: [],
	read: () => ({ identity: IDENTITY, values: {} }),
	attempt: async ({ context, connection, options }: Run) => {
		try {
			const status = await readInstanceStatus(context, connection, options.timeout);
			return { ok: true, value: { ...IDENTITY, ...status } };
		} catch (error) {
			return failed(error as Error);
		}
	},
});

/**
 * Reads whether an instance is connected to WhatsApp, its subscription, and who gets the calls of its webhooks.
 *
 * @param timeoutMs how long each of two requests may take
 * @returns nothing secret: of another system's URL, its host only
 * @throws {ZApiError} if Z-API doesn't say
 * @see https://developer.z-api.io (`GET /me`, `GET /device`)
 */
async function readInstanceStatus(
	context: IExecuteFunctions,
	connection: Connection,
	timeoutMs: number,
): Promise<IDataObject> {
	const { registration, me } = await readRegistration(context, connection, timeoutMs);
	const isConnected = isTrue(me.connected);
	const { paymentStatus } = me;
	const due = toIso(toMs(me.due));
	const phone = isConnected ? await readPhone(context, connection, timeoutMs) : undefined;
	const n8nId = toN8nId(context.getInstanceId());
	const webhooks: IDataObject = {};
	for (const name of WEBHOOK_NAMES) {
		const { [name]: registered } = registration;
		if (registered === undefined) continue;
		const { receivers } = readReceivers(registered);
		webhooks[name] = receivers.map((receiver) => describe(receiver, n8nId));
	}
	return {
		connected: isConnected,
		...(phone && { phone }),
		...(typeof paymentStatus === 'string' && { paymentStatus: paymentStatus.slice(0, 100) }),
		...(due && { due }),
		sentByMe: registration.sentByMe,
		webhooks,
	};
}

/** @returns undefined if Z-API doesn't say */
async function readPhone(
	context: IExecuteFunctions,
	connection: Connection,
	timeoutMs: number,
): Promise<string | undefined> {
	const request = { method: 'GET', path: '/device' } as const;
	const { body } = await sendRequest(context, connection, request, timeoutMs);
	return /^\d{5,20}$/.exec(String(toObject(body).phone))?.[0];
}

function describe(receiver: Receiver, n8nId: string): IDataObject {
	const { role, url, unreachableSince } = receiver;
	const isOurs = isTrigger(receiver);
	const triggerOf = readOwner(url).startsWith(`${n8nId}.`) ? 'thisN8n' : 'otherN8n';
	return {
		system: isOurs ? triggerOf : 'other',
		host: toHost(url),
		...(isOurs && { workflow: readWorkflowName(url), isTest: role === 'test' }),
		getsCalls: role !== 'aside' && !unreachableSince,
	};
}

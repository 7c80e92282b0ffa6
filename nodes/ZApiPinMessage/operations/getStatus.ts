import type { IDataObject } from 'n8n-workflow';
import { isTrue, toIso, toMs, toObject } from '../../shared/json';
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
import type { Operation, Run } from './operation';

const IDENTITY = { action: 'getStatus' };

export const getStatus: Operation<object> = {
	name: 'Get Status',
	value: 'getStatus',
	action: 'Get instance status',
	description: 'See whether the number is connected, and who gets its webhooks',
	fields: [],
	read: () => ({ identity: IDENTITY, values: {} }),
	attempt: async (run) => ({
		ok: true,
		value: { ...IDENTITY, ...(await readInstanceStatus(run)) },
	}),
};

/**
 * Reads whether an instance is connected to WhatsApp, its subscription, and who gets the calls of its webhooks.
 *
 * @returns nothing secret: of another system's URL, its host only
 * @throws {ZApiError} if Z-API doesn't say
 * @see https://developer.z-api.io (`GET /me`, `GET /device`)
 */
async function readInstanceStatus(run: Run): Promise<IDataObject> {
	const { context, connection, options } = run;
	const { registration, me } = await readRegistration(context, connection, options.timeout);
	const isConnected = isTrue(me.connected);
	const { paymentStatus } = me;
	const due = toIso(toMs(me.due));
	const phone = isConnected ? await readPhone(run) : undefined;
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
async function readPhone({ context, connection, options }: Run): Promise<string | undefined> {
	const request = { method: 'GET', path: '/device' } as const;
	const { body } = await sendRequest(context, connection, request, options.timeout);
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

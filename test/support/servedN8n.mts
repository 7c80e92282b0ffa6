import type { Server } from 'node:http';
import type { ICredentialDataDecryptedObject, IDataObject, INodeParameters } from 'n8n-workflow';
import { openTrigger, type TriggerWorkflow } from './engine.mts';
import { close, listen, type Received } from './otherSystem.mts';

type Kind = 'production' | 'test';

/** A workflow with the trigger, whose webhooks its n8n serves while they are registered. */
export interface ServedTrigger extends TriggerWorkflow {
	/** The messages that have started it, by kind. */
	started: Record<Kind, unknown[]>;
}

/** The web server of an n8n with triggers, which run in n8n's engine. */
export class ServedN8n {
	readonly #paths = new Map<string, (received: Received) => Promise<number>>();

	#server?: Server;

	origin = '';

	/** @param id of n8n; the engine's if absent */
	constructor(readonly id?: string) {}

	async start(): Promise<this> {
		const { server, origin } = await listen(
			async (received) =>
				(await this.#paths.get(new URL(received.url, this.origin).pathname)?.(received)) ?? 404,
			this.origin ? Number(new URL(this.origin).port) : 0,
		);
		this.#server = server;
		this.origin = origin;
		return this;
	}

	/** Nothing of a test is left when it starts again. */
	async stop(): Promise<void> {
		if (this.#server) await close(this.#server);
		this.#server = undefined;
		for (const path of this.#paths.keys()) {
			if (path.startsWith('/webhook-test/')) this.#paths.delete(path);
		}
	}

	/** Another node of this n8n, such as its Webhook node. */
	serve(path: string, answer: (received: Received) => Promise<number>): void {
		this.#paths.set(path, answer);
	}

	async open(
		credential: ICredentialDataDecryptedObject,
		parameters: INodeParameters,
		id: string,
		options: { origin?: string; staticData?: IDataObject } = {},
	): Promise<ServedTrigger> {
		const trigger = await openTrigger(credential, parameters, {
			webhookId: id,
			workflow: { id, name: `Workflow ${id}` },
			origin: this.origin,
			n8n: this.id,
			...options,
		});
		const started: ServedTrigger['started'] = { production: [], test: [] };
		const pathOf = (kind: Kind) =>
			`/${kind === 'test' ? 'webhook-test' : 'webhook'}/${id}/callback`;
		const receive = (kind: Kind) => async (received: Received) => {
			const { body: rawBody, headers, url } = received;
			const body: unknown = JSON.parse(rawBody.toString());
			const query = Object.fromEntries(new URL(url, this.origin).searchParams);
			const call = { query, headers: headers as Record<string, string>, body, rawBody };
			const { result, status = 200, end } = await trigger.receive(call, kind);
			if (result.workflowData) started[kind].push(body);
			end(status);
			return status;
		};
		return {
			...trigger,
			started,
			activate: async (kind = 'production') => {
				// n8n serves the webhook before it calls the hook.
				this.#paths.set(pathOf(kind), receive(kind));
				await trigger.activate(kind).catch((error: unknown) => {
					this.#paths.delete(pathOf(kind));
					throw error;
				});
			},
			deactivate: async (kind = 'production') => {
				// n8n no longer serves the webhook when it calls the hook.
				this.#paths.delete(pathOf(kind));
				await trigger.deactivate(kind);
			},
		};
	}
}

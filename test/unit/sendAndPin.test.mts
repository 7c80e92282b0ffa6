import { Readable } from 'node:stream';
import type { IExecuteFunctions } from 'n8n-workflow';
import type { Run } from '../../nodes/ZApiPinMessage/operations/operation';
import { sendAndPin } from '../../nodes/ZApiPinMessage/operations/sendAndPin';

/** A run that gets these responses, one after another. */
function runWith(...responses: Array<[statusCode: number, body: object]>): Run {
	const httpRequestWithAuthentication = async () => {
		const [statusCode, body] = responses.shift() ?? [500, {}];
		const stream = Readable.from([Buffer.from(JSON.stringify(body))]);
		return await Promise.resolve({ statusCode, headers: {}, body: stream });
	};
	// It is asked for nothing else.
	const context = { helpers: { httpRequestWithAuthentication } } as unknown as IExecuteFunctions;
	const connection = { credential: {}, secrets: [] };
	return { context, connection, options: { timeout: 10_000 } } as unknown as Run;
}

const job = (): Parameters<typeof sendAndPin.attempt>[1] => ({
	itemIndex: 0,
	operation: sendAndPin,
	identity: { action: 'sendAndPin' },
	values: {
		chat: '5511999999999',
		duration: '7_days',
		options: {},
		content: { path: '/send-text', body: { message: 'Hi' } },
	},
	progress: { step: 'nothing' },
});

test('only the first pin that fails is progress, which gives the pin retries of its own', async () => {
	const item = job();
	const run = runWith([429, {}], [200, { messageId: '3EB0' }], [500, {}], [500, {}]);
	const attempts = [];
	for (let nth = 0; nth < 3; nth++) attempts.push(await sendAndPin.attempt(run, item));
	expect(attempts).toMatchObject([{ retry: 'pause' }, { isProgress: true }, { isProgress: false }]);
	expect(attempts[0]).not.toHaveProperty('isProgress');
	expect(item.progress).toMatchObject({ step: 'messageAcceptedPinPerhaps' });
});

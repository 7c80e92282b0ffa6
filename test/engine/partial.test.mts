// What the editor does while a workflow is built: it executes single nodes, with data that it has already.
import { credentialOf } from '../../sandbox/account.mts';
import { openTwoNodes } from '../support/engine.mts';
import { pinsSent, useSandbox } from '../support/sandbox.mts';

const sandbox = useSandbox();

const SEND = { operation: 'sendAndPin', text: 'Hi' };
const UNPIN = {
	operation: 'unpin',
	phone: { __rl: true, mode: 'id', value: '={{ $json.chat }}' },
	messageId: '={{ $json.messageId }}',
};

const actions = () => [
	...sandbox.requests.filter(({ path }) => path === '/send-text').map(() => 'send'),
	...pinsSent(sandbox).map(({ body }) => (body as { messageAction: string }).messageAction),
];

test('a node that is executed alone repeats nothing of the one before it', async () => {
	const { runAll, runNext } = await openTwoNodes(credentialOf(sandbox), [SEND, UNPIN]);
	const [whole] = (await runAll()) ?? [];
	expect(whole?.json).toMatchObject({ action: 'unpin', state: 'accepted' });
	expect(actions()).toStrictEqual(['send', 'pin', 'unpin']);
	const [alone] = (await runNext()) ?? [];
	expect(alone?.json).toMatchObject({
		...{ action: 'unpin', chat: whole?.json.chat, messageId: whole?.json.messageId },
		state: 'accepted',
	});
	expect(actions()).toStrictEqual(['send', 'pin', 'unpin', 'unpin']);
});

test('a node with pinned data sends nothing, and the next one takes chat and messageId from it', async () => {
	const json = { chat: '5511999999999', messageId: '3EB0A1' };
	const { runAll } = await openTwoNodes(credentialOf(sandbox), [SEND, UNPIN], [{ json }]);
	const [item] = (await runAll()) ?? [];
	expect(item?.json).toMatchObject({ action: 'unpin', ...json, state: 'accepted' });
	expect(actions()).toStrictEqual(['unpin']);
});

test('pinned data of a failed item sends nothing', async () => {
	const json = { error: 'no', action: 'sendAndPin', chat: '5511999999999', messageId: null };
	const { runAll } = await openTwoNodes(credentialOf(sandbox), [SEND, UNPIN], [{ json }]);
	expect(await runAll()).toBeUndefined();
	expect(sandbox.requests).toHaveLength(0);
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
	isSigned,
	isTrigger,
	readReceivers,
	type Receiver,
	type ReceiverList,
	writeReceivers,
} from '../../nodes/shared/webhooks/receivers';
import type { Registration } from '../../nodes/shared/webhooks/registration';
import type { Webhook } from '../../nodes/shared/webhooks/webhooks';
import {
	plan,
	type Presence,
	type Wish,
} from '../../nodes/ZApiPinMessageTrigger/registration/sharing';

const TOKEN = 'TOKEN-1-1';
const WEBHOOKS = ['received', 'receivedSentByMe', 'delivery'] as const;

/** A trigger of an n8n, and what it wants. */
interface Node extends Receiver {
	name: string;
	n8n: string;
	wants: Webhook[];
}

const toTrigger = (n8n: string, id: string, role: 'trigger' | 'test', wants: Webhook[]): Node => {
	const path = role === 'test' ? 'webhook-test' : 'webhook';
	const owner = `${n8n.padEnd(8, '-')}.${id.padEnd(16, '-')}`;
	const query = new URLSearchParams({ secret: id.padEnd(43, '-'), owner, workflow: id });
	const url = `https://${n8n}.test/${path}/${id}/callback?${query.toString()}`;
	const wantsSentByMe = wants.includes('receivedSentByMe') || undefined;
	return { role, url, name: `${id} ${role}`, n8n, wants, ...(wantsSentByMe && { wantsSentByMe }) };
};
const toMe = ({ role, url, wantsSentByMe }: Node): Receiver => ({
	role,
	url,
	...(wantsSentByMe && { wantsSentByMe }),
});

const ALL: Webhook[] = ['received', 'receivedSentByMe', 'delivery'];
const NODES = [
	toTrigger('a', 'a1', 'trigger', ALL),
	toTrigger('a', 'a1', 'test', ALL),
	toTrigger('a', 'a2', 'trigger', ['received']),
	toTrigger('a', 'a3', 'test', ['received', 'delivery']),
	toTrigger('b', 'b1', 'trigger', ['received', 'receivedSentByMe']),
	toTrigger('b', 'b1', 'test', ['received', 'receivedSentByMe']),
	toTrigger('b', 'b2', 'trigger', ['delivery']),
];
const CRM = 'https://user:pass@crm.test/hook?key=a b&ü=1#x';
const BOT = 'https://bot.test';
const OTHER_NODE = 'https://a.test/webhook/official-example';

/** Remembers what it has read, as 10,000 runs read the same URLs. */
const known = new Map<string, ReceiverList>();
const read = (url = ''): ReceiverList => {
	const before = known.get(url);
	if (before) return before;
	const list = readReceivers(url);
	// The first one checks this before it passes a call on.
	const { list: signed = '', secret = '' } = Object.fromEntries(new URL(url || BOT).searchParams);
	if (signed || list.receivers.filter(isTrigger).length > 1) {
		assert(isSigned(signed, secret, TOKEN));
	}
	known.set(url, list);
	return list;
};
const others = (url: string | undefined) =>
	read(url).receivers.find(({ role }) => role === 'shared' || role === 'aside')?.url ?? '';
const NODES_BY_URL = new Map(NODES.map((one) => [one.url, one]));
const nodeOf = ({ url }: Receiver) => NODES_BY_URL.get(url);
const has = (url: string | undefined, wanted: Node) =>
	read(url).receivers.some((one) => nodeOf(one) === wanted);

/** An instance, those who use it, and what is right, which is computed in another way than by the code. */
class World {
	seconds = 1_800_000_000;
	registration: Registration;
	/** For each webhook: the URL from before, whether it is set aside, and the triggers that get its calls. */
	right: Record<string, { before: string; isAside: boolean; members: Set<Node> }>;
	sentByMeBefore: boolean;
	/** Those that n8n serves, and since when an n8n is down. */
	served = new Set<Node>();
	down = new Map<string, number>();

	constructor(before: string, hasSecond: boolean, sentByMe: boolean) {
		this.registration = {
			received: before,
			delivery: '',
			connected: '',
			disconnected: '',
			sentByMe,
		};
		if (hasSecond) this.registration.receivedSentByMe = before === BOT ? CRM : '';
		this.right = Object.fromEntries(
			WEBHOOKS.map((webhook) => [
				webhook,
				{ before: this.registration[webhook] ?? '', isAside: false, members: new Set<Node>() },
			]),
		);
		this.sentByMeBefore = sentByMe;
	}

	isAlive(node: Node): boolean {
		return this.served.has(node) && !this.down.has(node.n8n);
	}

	presencesFor(me: Node): Map<string, Presence> {
		const found = new Map<string, Presence>();
		for (const webhook of WEBHOOKS) {
			for (const one of read(this.registration[webhook]).receivers) {
				const node = nodeOf(one);
				if (!node || node === me) continue;
				const answer = this.served.has(node) ? 'here' : 'gone';
				found.set(one.url, this.down.has(node.n8n) ? 'unreachable' : answer);
			}
		}
		return found;
	}

	/** Who gets a call of a webhook, by name. */
	receiversOf(webhook: Webhook, fromMe = false): string[] {
		const url = this.registration[webhook] ?? '';
		const { receivers, hasSwitchedOn } = read(url);
		const [first] = receivers;
		if (!first || !isTrigger(first)) return url ? [url] : [];
		const nodes = receivers.map(nodeOf);
		if (!nodes[0] || !this.isAlive(nodes[0])) return [];
		return receivers.flatMap((one, index) => {
			const node = nodes[index];
			if (node) return this.isAlive(node) ? [node.name] : [];
			return one.role === 'aside' || (fromMe && hasSwitchedOn) ? [] : [one.url];
		});
	}

	rightFor(webhook: Webhook): string[] {
		const { before, isAside, members } = this.right[webhook] ?? assert.fail();
		const other = before && !(isAside && members.size > 0) ? [before] : [];
		return [...other, ...[...members].filter((node) => this.isAlive(node)).map(({ name }) => name)];
	}

	/** At any time: no URL is forgotten. `subject` is joining or leaving. */
	checkKept(subject?: Node): void {
		for (const webhook of WEBHOOKS) {
			const { before, members } = this.right[webhook] ?? assert.fail();
			assert.equal(others(this.registration[webhook]), before, webhook);
			for (const member of members) {
				const isThere = has(this.registration[webhook], member);
				const mayBeGone = member === subject || !this.isAlive(member);
				assert(isThere || mayBeGone, `${webhook} forgot ${member.name}`);
			}
		}
	}

	/** After any change: everyone gets each call once. */
	checkCalls(subject?: Node): void {
		for (const webhook of WEBHOOKS) {
			const { members } = this.right[webhook] ?? assert.fail();
			// While their n8n is down, nobody passes calls on.
			const isDown = members.size > 0 && [...members].every((one) => !this.isAlive(one));
			if (this.registration[webhook] === undefined || isDown) continue;
			const withoutSubject = (names: string[]) => names.filter((name) => name !== subject?.name);
			const guests = webhook === 'receivedSentByMe' ? this.guests() : [];
			const actual = withoutSubject(this.receiversOf(webhook)).sort();
			const expected = withoutSubject([...this.rightFor(webhook), ...guests]).sort();
			assert.deepEqual(actual, expected, webhook);
		}
	}

	/** After the last one has left, all is as before. */
	checkEnd(): void {
		for (const webhook of WEBHOOKS) {
			const { before, members } = this.right[webhook] ?? assert.fail();
			if (members.size === 0) assert.equal(this.registration[webhook] ?? '', before, webhook);
		}
		const members = [...(this.right.received?.members ?? [])];
		const isWanted = members.some(({ wantsSentByMe }) => wantsSentByMe);
		assert.equal(this.registration.sentByMe, isWanted || this.sentByMeBefore, 'sent by me');
		// Nobody who did not get what the connected number does gets it now.
		const { before = '' } = this.right.received ?? {};
		if (isWanted && before && !this.sentByMeBefore) {
			assert(!this.receiversOf('received', true).includes(before));
		}
	}

	guests(): string[] {
		const { received, receivedSentByMe: second } = this.right;
		assert(received && second);
		const isTaken = second.members.size > 0 && !second.before;
		const isSharing = received.before && !received.isAside && this.sentByMeBefore;
		return isTaken && isSharing ? [received.before] : [];
	}

	/** Takes over what a crash has left of a change by this node. */
	resume(node: Node): void {
		for (const webhook of WEBHOOKS) {
			const right = this.right[webhook] ?? assert.fail();
			const { receivers } = read(this.registration[webhook]);
			if (has(this.registration[webhook], node)) right.members.add(node);
			else right.members.delete(node);
			for (const one of right.members) {
				const isKept = this.isAlive(one) || has(this.registration[webhook], one);
				if (!isKept) right.members.delete(one);
			}
			right.isAside = receivers.some(({ role }) => role === 'aside');
		}
	}
}

type Requests = Generator<'pending' | 'written'>;

/** One change, a request at a time, as the hooks do it; `pending` while it could overwrite others' changes. */
function* change(world: World, node: Node, wish: Wish): Requests {
	if (wish.webhooks.length > 0) {
		yield* write(world, node, wish, world.presencesFor(node));
		return;
	}
	const left = WEBHOOKS.filter((webhook) => has(world.registration[webhook], node));
	yield* write(world, node, wish, new Map());
	yield* write(world, node, { ...wish, left }, world.presencesFor(node));
}

function* write(
	world: World,
	node: Node,
	wish: Wish,
	presences: ReadonlyMap<string, Presence>,
): Requests {
	let wasOff = false;
	for (let round = 0; round < 4; round++) {
		const now = { ...world.registration };
		const target = plan(now, toMe(node), wish, presences, TOKEN, wasOff, world.seconds);
		const changed = WEBHOOKS.filter((webhook) => target[webhook] !== now[webhook]);
		if (changed.length === 0 && target.sentByMe === now.sentByMe) return;
		yield 'pending';
		if (now.sentByMe && !target.sentByMe) {
			world.registration.sentByMe = false;
			yield 'pending';
		}
		for (const webhook of changed) {
			world.registration[webhook] = target[webhook];
			yield 'pending';
		}
		if (!now.sentByMe && target.sentByMe) world.registration.sentByMe = true;
		wasOff ||= [now, target].some(({ received }) => read(received).hasSwitchedOn);
		yield 'written';
		const after = world.registration;
		const isKept = changed.every((webhook) => after[webhook] === target[webhook]);
		if (isKept && (after.sentByMe === target.sentByMe || round > 0)) return;
	}
	assert.fail('Others changed it all the time');
}

type Step =
	| { do: 'one'; join: boolean; node: number; policy: Wish['policy']; crashAt: number }
	| { do: 'both'; node: number; node2: number; join: boolean; join2: boolean; order: boolean[] }
	| { do: 'other'; webhook: number; url: number; sentByMe: boolean }
	| { do: 'power'; isOn: boolean; n8n: number }
	| { do: 'wait'; seconds: number };

const node = fc.nat(NODES.length - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
	{
		weight: 8,
		arbitrary: fc.record({
			do: fc.constant('one'),
			join: fc.boolean(),
			node,
			policy: fc.constantFrom('stop', 'share', 'replace'),
			// Mostly there is no crash.
			crashAt: fc.nat(20),
		}),
	},
	{
		weight: 2,
		arbitrary: fc.record({
			do: fc.constant('both'),
			node,
			node2: node,
			join: fc.boolean(),
			join2: fc.boolean(),
			order: fc.array(fc.boolean(), { maxLength: 12 }),
		}),
	},
	{
		weight: 1,
		arbitrary: fc.record({
			do: fc.constant('other'),
			webhook: fc.nat(3),
			url: fc.nat(3),
			sentByMe: fc.boolean(),
		}),
	},
	{
		weight: 1,
		arbitrary: fc.record({ do: fc.constant('power'), isOn: fc.boolean(), n8n: fc.nat(1) }),
	},
	{ weight: 1, arbitrary: fc.record({ do: fc.constant('wait'), seconds: fc.nat(4000) }) },
);

const wishOf = ({ wants }: Node, isJoining: boolean, policy: Wish['policy']): Wish => ({
	webhooks: isJoining ? wants : [],
	policy: isJoining ? policy : 'stop',
});

/** What is right after a change. */
function settle(world: World, subject: Node, wish: Wish): void {
	for (const webhook of WEBHOOKS) {
		if (world.registration[webhook] === undefined) continue;
		const right = world.right[webhook] ?? assert.fail();
		if (wish.webhooks.includes(webhook)) {
			right.members.add(subject);
			const isOwn = right.before === OTHER_NODE && subject.n8n === 'a';
			// A test decides nothing that outlasts it.
			const isGuest =
				subject.role === 'test' &&
				[...right.members].some(
					(one) => one.role === 'trigger' && has(world.registration[webhook], one),
				);
			if (wish.policy !== 'stop' && !isGuest) right.isAside = wish.policy === 'replace' && !isOwn;
		} else {
			right.members.delete(subject);
		}
		// Those that do not respond may be dropped: a test that is over, or one that is away for long.
		for (const member of right.members) {
			if (world.isAlive(member) || has(world.registration[webhook], member)) continue;
			const since = world.down.get(member.n8n);
			const isLong = since !== undefined && world.seconds - since >= 3600;
			const isLast = right.before !== '' && [...right.members].every((one) => !world.isAlive(one));
			assert(since === undefined || isLong || isLast, `${member.name} was dropped`);
			right.members.delete(member);
		}
		if (right.members.size === 0) right.isAside = false;
	}
}

function run(world: World, step: Step): void {
	if (step.do === 'wait') {
		world.seconds += step.seconds;
	} else if (step.do === 'power') {
		const n8n = step.n8n ? 'b' : 'a';
		if (step.isOn) world.down.delete(n8n);
		else if (!world.down.has(n8n)) world.down.set(n8n, world.seconds);
		// n8n remembers no test.
		for (const one of NODES) if (one.n8n === n8n && one.role === 'test') world.served.delete(one);
	} else if (step.do === 'other') {
		const urls = WEBHOOKS.filter((_, index) => step.webhook === index || step.webhook === 3);
		for (const webhook of urls) {
			if (world.registration[webhook] === undefined) continue;
			const url = [CRM, BOT, OTHER_NODE, ''][step.url] ?? '';
			world.registration[webhook] = url;
			world.right[webhook] = { before: url, isAside: false, members: new Set() };
			if (webhook !== 'received') continue;
			if (step.webhook === 3) world.registration.sentByMe = step.sentByMe;
			world.sentByMeBefore = world.registration.sentByMe;
		}
	} else if (step.do === 'both') {
		const changes = [
			{ subject: NODES[step.node] ?? assert.fail(), isJoining: step.join },
			{ subject: NODES[step.node2] ?? assert.fail(), isJoining: step.join2 },
		].map(({ subject, isJoining }) => ({ subject, wish: wishOf(subject, isJoining, 'share') }));
		const [one, two] = changes;
		assert(one && two);
		// In one n8n, a lock does it.
		if (one.subject.n8n === two.subject.n8n || world.down.size > 0) return;
		for (const { subject, wish } of changes) if (wish.webhooks.length) world.served.add(subject);
		const running = changes.map(({ subject, wish }) => ({
			steps: change(world, subject, wish),
			state: 'begins',
		}));
		for (let turn = 0; running.some(({ state }) => state !== 'ends'); turn++) {
			const index = Number(step.order[turn] ?? turn % 2);
			// Who has written waits until the other one, which may have read before, has written too.
			const canGo = (i: number) => {
				const [own, other] = [running[i]?.state, running[1 - i]?.state];
				return own !== 'ends' && !(own === 'written' && other === 'pending');
			};
			const next = running[canGo(index) ? index : 1 - index] ?? assert.fail();
			const { done, value } = next.steps.next();
			next.state = done ? 'ends' : value;
			for (const webhook of WEBHOOKS) {
				assert.equal(others(world.registration[webhook]), world.right[webhook]?.before);
			}
		}
		for (const { subject, wish } of changes) {
			settle(world, subject, wish);
			if (wish.webhooks.length === 0) world.served.delete(subject);
		}
		// Whether a test changes anything depends on who comes first.
		const isTest = changes.some(({ subject }) => subject.role === 'test');
		for (const webhook of isTest ? WEBHOOKS : []) {
			const { receivers } = read(world.registration[webhook]);
			Object.assign(world.right[webhook] ?? {}, {
				isAside: receivers.some(({ role }) => role === 'aside'),
			});
		}
		world.checkKept();
		world.checkCalls();
		world.checkEnd();
	} else {
		const subject = NODES[step.node] ?? assert.fail();
		if (world.down.has(subject.n8n)) return;
		const { join: isJoining } = step;
		const wish = wishOf(subject, isJoining, step.policy);
		const isTaken = wish.webhooks.some((webhook) => {
			const { [webhook]: url = '' } = world.registration;
			const isOthers = url !== '' && !isTrigger(read(url).receivers[0] ?? assert.fail());
			return isOthers && !(url === OTHER_NODE && subject.n8n === 'a');
		});
		const wasServed = world.served.has(subject);
		if (isJoining) world.served.add(subject);
		const steps = change(world, subject, wish);
		try {
			for (let requests = 0; !steps.next().done; requests++) {
				world.checkKept(subject);
				if (requests === step.crashAt) {
					world.resume(subject);
					for (const one of NODES) {
						if (one.n8n === subject.n8n && one.role === 'test') world.served.delete(one);
					}
					return;
				}
			}
		} catch (error) {
			if (!(isTaken && isJoining && step.policy === 'stop')) throw error;
			assert.match((error as Error).message, /belongs to another system/);
			if (!wasServed) world.served.delete(subject);
			return;
		}
		assert(!(isTaken && isJoining && step.policy === 'stop'));
		settle(world, subject, wish);
		if (!isJoining) world.served.delete(subject);
		world.checkKept();
		world.checkCalls();
		world.checkEnd();
	}
}

test('whoever comes and goes: no URL is forgotten, everyone gets each call once, and at the end all is as before', () => {
	const property = fc.property(
		fc.constantFrom('', CRM, BOT, OTHER_NODE),
		fc.boolean(),
		fc.boolean(),
		fc.array(step, { minLength: 2, maxLength: 9 }),
		(before, hasSecond, sentByMe, steps) => {
			const world = new World(before, hasSecond, sentByMe);
			for (const one of steps) run(world, one);
			// The last one leaves.
			world.down.clear();
			for (const [index, one] of NODES.entries()) {
				if (!WEBHOOKS.some((webhook) => has(world.registration[webhook], one))) continue;
				run(world, { do: 'one', join: false, node: index, policy: 'stop', crashAt: 99 });
			}
			for (const webhook of WEBHOOKS) {
				assert.equal(world.registration[webhook] ?? '', world.right[webhook]?.before);
			}
			assert.equal(world.registration.sentByMe, world.sentByMeBefore);
		},
	);
	fc.assert(property, { numRuns: 10_000 });
});

const [A1, , A2, , B1] = NODES.map(toMe);
assert(A1 && A2 && B1);
const CRM_ASIDE: Receiver = { role: 'aside', url: CRM };
const NOTHING: Wish = { webhooks: [], policy: 'stop' };

/** What is left for `received` after `me` has left, with the others as they are at that time. */
const leaveAt = (seconds: number, presence: Presence, registered: Receiver[], me: Receiver) => {
	const received = writeReceivers({ receivers: registered, hasSwitchedOn: false }, TOKEN);
	const registration = { received, sentByMe: false };
	const others = registered.filter((one) => isTrigger(one) && one !== me);
	const presences = new Map(others.map(({ url }) => [url, presence]));
	const wish: Wish = { ...NOTHING, left: ['received'] };
	return read(plan(registration, me, wish, presences, TOKEN, false, seconds).received).receivers;
};

test('a trigger of another n8n that does not respond is dropped after an hour, and not before', () => {
	const away = { ...B1, unreachableSince: 1000 };
	expect(leaveAt(1000, 'unreachable', [A1, A2, B1], A1)).toStrictEqual([
		{ ...A2, unreachableSince: 1000 },
		away,
	]);
	expect(leaveAt(4599, 'gone', [A1, away], A1)).toStrictEqual([away]);
	expect(leaveAt(4600, 'gone', [A1, away], A1)).toStrictEqual([]);
	expect(leaveAt(4600, 'here', [A1, away], A1)).toStrictEqual([B1]);
});

test('a trigger that is gone from this n8n is dropped at once', () => {
	expect(leaveAt(1000, 'gone', [A1, A2, B1], A1)).toStrictEqual([
		{ ...B1, unreachableSince: 1000 },
	]);
});

test('a trigger that this n8n is just publishing is kept', () => {
	expect(leaveAt(1000, 'missing', [A1, A2, B1], A1)).toStrictEqual([
		A2,
		{ ...B1, unreachableSince: 1000 },
	]);
});

test('if no trigger is left that responds, another system gets its webhook back', () => {
	expect(leaveAt(1000, 'unreachable', [A1, B1, CRM_ASIDE], A1)).toStrictEqual([
		{ role: 'shared', url: CRM },
	]);
	expect(leaveAt(1000, 'here', [A1, B1, CRM_ASIDE], A1)).toStrictEqual([B1, CRM_ASIDE]);
});

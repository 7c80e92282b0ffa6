import { NotTried } from '../probe.mts';
import type { Assumption } from './assumption.mts';

const untried = (name: string, sandbox: string, why: string): Assumption => ({
	name,
	sandbox,
	look: async () => {
		throw new NotTried(why);
	},
});

/** What can't be tried without harm. */
export const UNTRIED: Assumption[] = [
	untried(
		'The 1,001st entry while disconnected',
		'400 {"error":"Queue limit reached"} → requestRefused',
		'a thousand pins would follow',
	),
	untried(
		'A pin while disconnected, where the account does not queue then',
		'400 {"error":"You are not connected."} → notConnected',
		'that setting can’t be read, so it could not be put back',
	),
	untried('The rate limit', 'none, unless switched on', 'the service would be loaded'),
	untried('A pin where only admins may pin', 'no such groups', 'it takes a group of that kind'),
	untried(
		'A pin of what can’t be pinned (view-once, deleted, an album, …)',
		'no such messages',
		'it takes such messages',
	),
	untried('An IP address that is not allowed', 'no such setting', 'it would lock the account'),
	untried(
		'A subscription that has lapsed',
		'400 {"error":"To continue sending a message, you must subscribe to this instance again"} → subscriptionLapsed, when switched on',
		'it would stop the instance',
	),
	untried(
		'How many callbacks come at once, and for how long they come again',
		'20; for a minute',
		'it would take many messages',
	),
];

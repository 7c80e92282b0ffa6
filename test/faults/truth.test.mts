import { checkTruth } from '../support/truth.mts';

test.each(['pin', 'sendAndPin'] as const)(
	'of at least 1,000 random items of %s, each says what the sandbox did, and none is sent twice',
	async (operation) => {
		expect(await checkTruth(operation, 120)).toBeGreaterThanOrEqual(1000);
	},
	600_000,
);

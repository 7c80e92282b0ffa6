import pWaitFor from 'p-wait-for';

/**
 * Asks until there is an answer.
 *
 * @param ask false is no answer yet
 * @param timeout in milliseconds
 * @returns the answer
 * @throws if there is none by then
 */
export async function waitFor<Answer>(
	ask: () => Answer | false | Promise<Answer | false>,
	timeout = 60_000,
): Promise<Answer> {
	return await pWaitFor(
		async () => {
			const answer = await ask();
			return answer !== false && pWaitFor.resolveWith(answer);
		},
		{
			interval: 50,
			timeout: { milliseconds: timeout, message: `Not within ${timeout} ms: ${ask}` },
		},
	);
}

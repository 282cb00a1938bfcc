import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 250;
/** Far more than anything takes on a slow machine: only what is broken gets here. */
const PATIENCE_MS = 180_000;

/**
 * Asks four times a second until the answer is as it should be.
 *
 * @throws after three minutes, with what is waited for and the last answer
 */
export async function eventually<Answer>(
	what: string,
	ask: () => Promise<Answer>,
	isRight: (answer: Answer) => boolean,
): Promise<Answer> {
	const deadlineMs = Date.now() + PATIENCE_MS;
	for (;;) {
		const answer = await ask();
		if (isRight(answer)) return answer;
		if (Date.now() > deadlineMs) {
			throw new Error(`In vain waited for ${what}. At last: ${JSON.stringify(answer)}`);
		}
		await sleep(POLL_MS);
	}
}

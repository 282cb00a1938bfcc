import { settled } from './settled';

/** Far more than anything takes on a slow machine: only what is broken gets here. */
const PATIENCE_MS = 180_000;

/**
 * Asks until the answer is as it should be.
 *
 * @throws after three minutes, with what is waited for and the last answer
 */
export async function eventually<Answer>(
	what: string,
	ask: () => Promise<Answer>,
	isRight: (answer: Answer) => boolean,
): Promise<Answer> {
	const answer = await settled(ask, isRight, PATIENCE_MS);
	if (isRight(answer)) return answer;
	throw new Error(`In vain waited for ${what}. At last: ${JSON.stringify(answer)}`);
}

import type { GatewayClient } from '../client/gatewayClient';
import type { Until } from '../client/retry';
import { omitUndefined } from '../core/json';
import { STOPPED, type Outcome, type Problem } from '../core/problem';
import { ENDED, taskName, type GeneratedImage } from '../core/task';
import type { EarlierPicture } from './checkedImage';

/**
 * Where the picture of an earlier task lies now: its status and its result are read, which costs
 * nothing. An old link may be dead, so the gateway is asked each time.
 *
 * @returns `earlierTaskUnavailable` where the task is unknown, has not finished, has failed, or has no
 * such picture; `stopped` on Stop
 */
export async function findEarlierPicture(
	client: GatewayClient,
	image: EarlierPicture,
	until: Until,
): Promise<Outcome<GeneratedImage>> {
	const { task, imageIndex, contradiction } = image;
	const status = await client.status(task, until);
	if (status.problem) {
		return unavailable(image, reasonOf(status.problem, contradiction), status.problem);
	}
	const isRead = status.value.status !== 'completed' || status.value.images?.length;
	const result = isRead
		? status
		: await client.result(status.value, { ...until, retryNotFound: true });
	if (result.problem) return unavailable(image, reasonOf(result.problem), result.problem);
	const { images = [], status: word, failure } = result.value;
	if (word !== 'completed') {
		const reason = ENDED.has(word)
			? `its status is ${word}${failure ? `: ${failure.message}` : ''}`
			: `it has not finished, its status is ${word}`;
		return unavailable(image, reason);
	}
	const picture = images[imageIndex];
	if (picture) return { value: picture };
	const count = images.length === 1 ? 'one picture' : `${images.length} pictures`;
	return unavailable(image, `it has ${count}, and none of the index ${imageIndex}`);
}

/** Why the picture cannot be had, with the image's place and the task's name. */
export function unavailable(
	{ name, task }: EarlierPicture,
	reason: string,
	problem?: Problem,
): { problem: Problem } {
	if (problem?.kind === 'stopped') return { problem: STOPPED };
	return {
		problem: {
			...omitUndefined({ httpCode: problem?.httpCode }),
			kind: 'earlierTaskUnavailable',
			reason: `${name}, task ${taskName(task)}: ${reason}`,
		},
	};
}

function reasonOf({ kind, reason, code }: Problem, contradiction?: string): string {
	const said = reason ?? code ?? 'the gateway did not answer in time';
	if (kind !== 'notFound') return said;
	const unknown = `the gateway does not know it: ${said}`;
	return contradiction === undefined ? unknown : `${unknown}; ${contradiction}`;
}

import type { GatewayClient } from '../client/gatewayClient';
import type { Until } from '../client/retry';
import { STOPPED, type Outcome, type Problem } from '../core/problem';
import { ENDED, taskName, type GeneratedImage, type TaskState } from '../core/task';
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
	if (status.problem)
		return unavailable(image, reasonOf(status.problem, contradiction), status.problem);
	const state = status.value;
	if (state.status !== 'completed') return unavailable(image, unfinished(state));
	const result = state.images?.length
		? status
		: await client.result(state, { ...until, retryNotFound: true });
	if (result.problem) return unavailable(image, reasonOf(result.problem), result.problem);
	const { images = [], status: word } = result.value;
	if (word !== 'completed') return unavailable(image, unfinished(result.value));
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
			...(problem?.httpCode !== undefined && { httpCode: problem.httpCode }),
			kind: 'earlierTaskUnavailable',
			reason: `${name}, task ${taskName(task)}: ${reason}`,
		},
	};
}

function reasonOf({ kind, reason, code }: Problem, contradiction?: string): string {
	const said = reason ?? code ?? 'the gateway did not answer in time';
	const isUnknown = kind === 'notFound';
	const words = isUnknown ? `the gateway does not know it: ${said}` : said;
	return isUnknown && contradiction !== undefined ? `${words}; ${contradiction}` : words;
}

function unfinished({ status, failure }: TaskState): string {
	if (!ENDED.has(status)) return `it has not finished, its status is ${status}`;
	return `its status is ${status}${failure ? `: ${failure.message}` : ''}`;
}

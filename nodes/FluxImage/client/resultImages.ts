import type { Outcome, Problem } from '../core/problem';
import { ENDED, type TaskState } from '../core/task';
import { startOf } from '../gateways/shownBody';

/**
 * A reply to a result call, as far as it has images. One that still says unfinished is asked for again,
 * and so is an error beside success for the time of a lag; a completed one without an image is a problem.
 */
export function withImages(outcome: Outcome<TaskState>): Outcome<TaskState> {
	if (outcome.problem) return outcome;
	const { status, images, partialImages, mayChange, raw } = outcome.value;
	if (mayChange) return { problem: LAGS_BEHIND };
	if (!ENDED.has(status)) return { problem: partialImages ? LAGS_BEHIND : STILL_UNFINISHED };
	if (status !== 'completed' || images?.length) return outcome;
	const reason = `the reply was ${startOf(raw) ?? 'empty'}`;
	return { problem: { kind: 'noImages', reason, reply: raw } };
}

/**
 * What a result comes to that had no images through the time of a lag: the failure that has stood so
 * long is one, and pictures beside a word that says unfinished are its images.
 *
 * @param last what the last reply said
 */
export function afterLag(last: TaskState, outcome: Outcome<TaskState>): Outcome<TaskState> {
	if (outcome.problem?.kind !== 'noImages') return outcome;
	if (last.mayChange) return { value: last };
	const { partialImages } = last;
	return partialImages
		? { value: { ...last, status: 'completed', images: partialImages } }
		: outcome;
}

const STILL_UNFINISHED: Problem = {
	kind: 'gatewayFault',
	reason: 'the result still says unfinished',
};

/** The pictures are there, beside a word that they have outrun: for the time of a lag it may catch up. */
const LAGS_BEHIND: Problem = { ...STILL_UNFINISHED, kind: 'noImages' };

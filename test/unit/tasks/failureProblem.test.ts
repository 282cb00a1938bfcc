import type { TaskFailure, TaskStatus } from '../../../nodes/FluxImage/core/task';
import { failureProblem } from '../../../nodes/FluxImage/tasks/ending';

const problemOf = (status: TaskStatus, failure?: TaskFailure) =>
	failureProblem({ requestId: 'x', modelId: 'm', status, raw: null, ...(failure && { failure }) });

describe('what a task that ended badly means', () => {
	it.each<TaskStatus>(['queued', 'running', 'completed'])('%s: nothing', (status) => {
		expect(problemOf(status)).toBeUndefined();
	});

	it.each([
		['CONTENT_BLOCKED', 'x'],
		['X', 'blocked by moderation'],
		['content_policy_violation', 'x'],
		['X', 'Contentfilter'],
		['X', 'NSFW picture'],
		['X', 'our safety system objects'],
	])('%s, "%s": it was moderated', (code, message) => {
		expect(problemOf('failed', { code, message })).toEqual({
			kind: 'moderated',
			code,
			reason: message,
		});
	});

	it('anything else: it failed', () => {
		const failure = { code: 'INFERENCE_FAILURE', message: 'it broke' };
		expect(problemOf('failed', failure)).toMatchObject({ kind: 'failed', reason: 'it broke' });
	});

	it('a cancel is a cancel, whatever its words', () => {
		const failure = { code: 'CANCELED', message: 'moderation' };
		expect(problemOf('cancelled', failure)).toMatchObject({ kind: 'cancelled' });
	});

	it('where the gateway gave no reason, says so', () => {
		expect(problemOf('failed')).toEqual({
			kind: 'failed',
			code: 'failed',
			reason: 'the gateway gave no reason',
		});
	});
});

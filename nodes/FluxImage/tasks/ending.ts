import { NO_REASON } from '../core/messages';
import type { Problem } from '../core/problem';
import type { KnownTask, TaskState } from '../core/task';

/** What came of a task: completed, with its images; or why not, and the task as it was last seen. */
export type Ending =
	| { readonly task: TaskState; readonly problem?: undefined }
	| { readonly task?: KnownTask; readonly problem: Problem };

/** What tells of moderation: the error type CONTENT_BLOCKED (docs/contracts/queue.md#status), or words in a reason. */
const MODERATED = /moderat|content.?(policy|blocked|filter)|nsfw|safety (system|filter)/i;

/** What a failed or cancelled task means to the item, or nothing where the task did not fail. */
export function failureProblem({ status, failure }: Partial<TaskState>): Problem | undefined {
	if (status !== 'failed' && status !== 'cancelled') return undefined;
	const { code, message } = failure ?? { code: status, message: NO_REASON };
	const moderated = MODERATED.test(`${code} ${message}`);
	const kind = status === 'cancelled' ? 'cancelled' : moderated ? 'moderated' : 'failed';
	return { kind, code, reason: message };
}

/** Whether a task failed or was cancelled: another one may be made in its place. */
export function endedBadly({ task }: Ending): boolean {
	return task !== undefined && failureProblem(task) !== undefined;
}

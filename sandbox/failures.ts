import type { Task } from './jobs';
import type { FailureKind } from './prompts';

/** Why a task ended without a picture, a cancel included. */
export type EndKind = FailureKind | 'cancelled';

/** What gateways say of each end. `code` is VTrix's kind of code, `toApisCode` that of ToAPIs. */
interface FailureText {
	/** The queue API's `error_type`. */
	errorType: string;
	message: string;
	code: string;
	toApisCode: string;
}

const texts: Record<EndKind, FailureText> = {
	moderated: {
		errorType: 'CONTENT_BLOCKED',
		message: 'The content was blocked by moderation',
		code: '002014003',
		toApisCode: 'content_policy_violation',
	},
	failed: {
		errorType: 'INFERENCE_FAILURE',
		message: 'Task execution failed',
		code: '002014001',
		toApisCode: 'generation_failed',
	},
	timedOut: {
		errorType: 'INFERENCE_TIMEOUT',
		message: 'The model took too long',
		code: '002014002',
		toApisCode: 'generation_timeout',
	},
	internal: {
		errorType: 'INTERNAL_SERVER_ERROR',
		message: 'Internal error of the gateway',
		code: '002014500',
		toApisCode: 'internal_error',
	},
	cancelled: {
		errorType: 'CANCELED',
		message: 'The task was cancelled',
		code: '002014004',
		toApisCode: 'cancelled',
	},
};

/** The texts for a task's end; the key is part of the message where the prompt asks for that. */
export function failureOf(task: Task, state: 'failed' | 'cancelled'): FailureText {
	const { trouble, key } = task.order;
	const text = texts[state === 'cancelled' ? 'cancelled' : (trouble.failure ?? 'failed')];
	if (trouble.echoKey !== 'failure') return text;
	return { ...text, message: `${text.message} (request was signed with Bearer ${key})` };
}

import type { Task } from './jobs';
import type { FailureKind } from './prompts';

/** Why a task ended without a picture, a cancel included. */
export type EndKind = FailureKind | 'cancelled';

/** What gateways say of each end. `code` and `number` are VTrix's kinds of code, `toApisCode` that of ToAPIs. */
interface FailureText {
	/** The queue API's `error_type`. */
	errorType: string;
	message: string;
	code: string;
	number: number;
	toApisCode: string;
}

const texts: Record<EndKind, FailureText> = {
	moderated: {
		errorType: 'CONTENT_BLOCKED',
		message: 'The content was blocked by moderation',
		code: '002014003',
		number: 110001,
		toApisCode: 'content_policy_violation',
	},
	failed: {
		errorType: 'INFERENCE_FAILURE',
		message: 'Task execution failed',
		code: '002014001',
		number: 190000,
		toApisCode: 'generation_failed',
	},
	requestInvalid: {
		errorType: 'REQUEST_INVALID',
		message: 'The model cannot do what the request asks',
		code: '002014000',
		number: 190000,
		toApisCode: 'invalid_request_error',
	},
	timedOut: {
		errorType: 'INFERENCE_TIMEOUT',
		message: 'The model took too long',
		code: '002014002',
		number: 190000,
		toApisCode: 'generation_timeout',
	},
	internal: {
		errorType: 'INTERNAL_SERVER_ERROR',
		message: 'Internal error of the gateway',
		code: '002014500',
		number: 190000,
		toApisCode: 'internal_error',
	},
	cancelled: {
		errorType: 'CANCELED',
		message: 'The task was cancelled',
		code: '002014004',
		number: 190000,
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

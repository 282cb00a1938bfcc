import { meaningOf } from '../../../nodes/FluxImage/gateways/taskWords';

/*
 * FAULTS F15, and both of its adversaries: the word of an end that is polled to the deadline, and the word
 * that only sounds like one, after which a second picture is paid.
 */
const WORDS: Record<ReturnType<typeof meaningOf>, readonly string[]> = {
	failed: [
		...['PROCESSING_FAILED', 'GENERATING_FAILED', 'RENDERING_ERROR', 'QUEUE_TIMEOUT', 'IN_ERROR'],
		...['FAILED_AFTER_RETRIES', 'QUEUE_EXPIRED', 'FAILED_TO_START', 'timed out', 'TaskFailed'],
		...['TASKFAILED', 'rejected by moderation', 'Content Moderated', 'ERROR_NSFW', 'TIMEOUT_ERROR'],
		...['FAILED_MODERATION', 'RETRY_FAILED', 'BLOCKED_BY_POLICY', 'failed', 'failure', 'fail'],
		...[
			'error',
			'errored',
			'aborted',
			'expired',
			'revoked',
			'terminated',
			'blocked',
			'fails',
			'errors',
		],
	],
	cancelled: [
		'CANCELLED_BY_USER',
		'user-canceled',
		'TASK_CANCELED',
		'cancelledByUser',
		'canceled',
		'cancelled',
		'cancel',
	],
	running: [
		...['CANCEL_FAILED', 'CANCEL_REJECTED', 'CANCELLATION_FAILED', 'CANCEL_ERROR'],
		...['inProgress', 'CANCELLING', 'running', 'processing', 'generating', 'started', 'starting'],
		...['working', 'active', 'executing', 'rendering', 'uploading', 'booting', 'warming up'],
		...['retrying', 'canceling', 'cancel requested', 'cancellation requested', 'moderation'],
	],
	unknown: [
		...['MODERATION_PASSED', 'CONTENT_MODERATION', 'UNDER_MODERATION', 'FAILOVER', 'FAILED_OVER'],
		...['FAILED_RETRYING', 'ERROR_RECOVERED', 'NO_ERROR', 'NoError', 'NOT_FAILED', 'UNBLOCKED'],
		...['PARTIALLY_FAILED', 'COMPLETED_WITH_ERRORS', 'AWAITING_TIMEOUT', 'TIMEOUT_EXTENDED'],
		...['RETRYING_AFTER_ERROR', 'BLOCKED_PENDING', '__proto__', ''],
	],
	queued: [
		...['inQueue', '  in -- queue  ', 'queued', 'queueing', 'queuing', 'pending', 'submitted'],
		...['waiting', 'created', 'not start', 'not started', 'scheduled', 'accepted', 'preparing'],
		...['init', 'initializing'],
	],
	completed: [
		...['Succeeded', '__done__', 'completed', 'complete', 'finished', 'finish', 'ready', 'succeed'],
		...['success', 'successful', 'ok', 'generated'],
	],
	lag: [
		'task not found',
		'unknown',
		'not_found',
		'request not found',
		'not_exist',
		'task_not_exist',
	],
};

describe.each(Object.entries(WORDS))('A word for a state that means %s', (meaning, words) => {
	it.each(words)('%s', (word) => {
		expect(meaningOf(word)).toBe(meaning);
	});
});

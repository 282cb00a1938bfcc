import type { IExecuteFunctions } from 'n8n-workflow';

import { inputError } from './errors';

/** What happens to an item whose task is not finished in time. */
export type OnTimeout = 'error' | 'returnTask' | 'cancelTask';

/** The options of an item, read and checked; units in the names. */
export interface TaskOptions {
	readonly timeoutMs: number;
	readonly onTimeout: OnTimeout;
	readonly cancelOnStop: boolean;
	readonly maxConcurrentTasks: number;
	/** Absent: polls are timed by the schedule. */
	readonly pollIntervalMs?: number;
	readonly downloadImages: boolean;
	readonly binaryPropertyName: string;
	readonly maxImageBytes: number;
	readonly includeRawResponse: boolean;
}

/** The name of each option in the editor, and what it is where the person did not add it. */
export const OPTIONS = {
	cancelOnStop: { label: 'Cancel on Stop', default: true },
	downloadImages: { label: 'Download Images', default: true },
	includeRawResponse: { label: 'Include Raw Response', default: false },
	maxConcurrentTasks: { label: 'Max Concurrent Tasks', default: 10 },
	maxImageSize: { label: 'Max Image Size (MB)', default: 100 },
	onTimeout: { label: 'On Timeout', default: 'error' },
	pollInterval: { label: 'Poll Interval (Seconds)', default: 2 },
	binaryPropertyName: { label: 'Put Output File in Field', default: 'data' },
	timeout: { label: 'Timeout (Seconds)', default: 600 },
} as const;

export type OptionName = keyof typeof OPTIONS;

/**
 * The options of an item; an option that was not added has its default.
 *
 * @throws NodeOperationError where a number is out of range
 */
export function readOptions(context: IExecuteFunctions, itemIndex: number): TaskOptions {
	const given = context.getNodeParameter('options', itemIndex, {}) as Record<string, unknown>;
	const value = (name: OptionName) => given[name] ?? OPTIONS[name].default;
	const number = (name: OptionName, minimum: number) => {
		const read = Number(value(name));
		if (value(name) !== '' && Number.isFinite(read) && read >= minimum) return read;
		throw inputError(
			context,
			itemIndex,
			`${OPTIONS[name].label} must be a number of ${minimum} or more, but is ${JSON.stringify(given[name])}`,
		);
	};
	return {
		timeoutMs: number('timeout', 0) * 1000,
		onTimeout: value('onTimeout') as OnTimeout,
		cancelOnStop: isTrue(value('cancelOnStop')),
		maxConcurrentTasks: Math.floor(number('maxConcurrentTasks', 1)),
		...(given['pollInterval'] === undefined
			? {}
			: { pollIntervalMs: number('pollInterval', 0.1) * 1000 }),
		downloadImages: isTrue(value('downloadImages')),
		binaryPropertyName: String(value('binaryPropertyName')) || 'data',
		maxImageBytes: number('maxImageSize', 0) * 1_000_000,
		includeRawResponse: isTrue(value('includeRawResponse')),
	};
}

/** An expression may give a boolean as text. */
const isTrue = (value: unknown) => value === true || value === 'true';

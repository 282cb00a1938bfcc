import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { inputError } from './inputError';

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

export type OptionName =
	| 'binaryPropertyName'
	| 'cancelOnStop'
	| 'downloadImages'
	| 'includeRawResponse'
	| 'maxConcurrentTasks'
	| 'maxImageSize'
	| 'onTimeout'
	| 'pollInterval'
	| 'timeout';

/** Every option as the editor shows it, in the order of the list that the person picks from. */
const OPTION_FIELDS: Readonly<Record<OptionName, INodeProperties>> = {
	cancelOnStop: {
		displayName: 'Cancel on Stop',
		name: 'cancelOnStop',
		type: 'boolean',
		default: true,
		description:
			'Whether stopping the execution also cancels its unfinished tasks at the gateway, where the gateway can',
	},
	downloadImages: {
		displayName: 'Download Images',
		name: 'downloadImages',
		type: 'boolean',
		default: true,
		description:
			'Whether to put each picture into a binary field. Links of gateways expire, some after 10 minutes.',
	},
	includeRawResponse: {
		displayName: 'Include Raw Response',
		name: 'includeRawResponse',
		type: 'boolean',
		default: false,
		description: "Whether to add the gateway's own reply to the output, under raw",
	},
	maxConcurrentTasks: {
		displayName: 'Max Concurrent Tasks',
		name: 'maxConcurrentTasks',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 10,
		description: 'How many items are worked on at the same time. Read from the first item.',
	},
	maxImageSize: {
		displayName: 'Max Image Size (MB)',
		name: 'maxImageSize',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 100,
		description: 'A larger picture is not downloaded, and the item says so',
	},
	onTimeout: {
		displayName: 'On Timeout',
		name: 'onTimeout',
		type: 'options',
		options: [
			{
				name: 'Cancel Task',
				value: 'cancelTask',
				description: 'Cancel it at the gateway, then fail the item',
			},
			{
				name: 'Fail',
				value: 'error',
				description: 'Fail the item; the task runs on, and its ID is in the error',
			},
			{
				name: 'Return Task',
				value: 'returnTask',
				description: 'Put out the task with its ID, for Task > Wait to collect later',
			},
		],
		default: 'error',
		description: 'What to do with a task that is not finished within the timeout',
	},
	pollInterval: {
		displayName: 'Poll Interval (Seconds)',
		name: 'pollInterval',
		type: 'number',
		typeOptions: { minValue: 0.5, numberPrecision: 1 },
		default: 2,
		description:
			'A fixed time between two looks at a task. Without this option the node times them by itself, which is faster and asks less.',
	},
	binaryPropertyName: {
		displayName: 'Put Output File in Field',
		name: 'binaryPropertyName',
		type: 'string',
		default: 'data',
		hint: 'The name of the output binary field to put the picture in',
	},
	timeout: {
		displayName: 'Timeout (Seconds)',
		name: 'timeout',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 600,
		description: 'How long one item may take, from the start of its task to its picture',
	},
};

/** The Options field of an operation. */
export function optionsField(
	names: readonly OptionName[],
	displayOptions: NonNullable<INodeProperties['displayOptions']>,
): INodeProperties {
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		displayOptions,
		options: Object.values(OPTION_FIELDS).filter(({ name }) =>
			(names as readonly string[]).includes(name),
		),
	};
}

/**
 * The options of an item; an option that was not added has its default.
 *
 * @throws NodeOperationError where a number is out of range
 */
export function readOptions(context: IExecuteFunctions, itemIndex: number): TaskOptions {
	const given = context.getNodeParameter('options', itemIndex, {}) as Record<string, unknown>;
	const value = (name: OptionName) => given[name] ?? OPTION_FIELDS[name].default;
	const number = (name: OptionName, minimum: number) => {
		const read = Number(value(name));
		if (value(name) !== '' && Number.isFinite(read) && read >= minimum) return read;
		const { displayName } = OPTION_FIELDS[name];
		throw inputError(
			context,
			itemIndex,
			`${displayName} must be a number of ${minimum} or more, but is ${JSON.stringify(given[name])}`,
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

import type { INodeProperties } from 'n8n-workflow';

import { defaultOf, OPTIONS, type OptionName } from '../operations/options';
import { IN_TOOL } from './displayOptions';

/** An option as the editor shows it. */
interface OptionField
	extends Pick<
		INodeProperties,
		'type' | 'typeOptions' | 'options' | 'placeholder' | 'description' | 'hint'
	> {
	/** Whether an agent's tool has it; absent: as the node has. */
	readonly inTool?: 'never' | 'whereImagesAreDownloaded';
}

/** Every option, in the order of the list that the person picks from. */
const OPTION_FIELDS: Readonly<Record<OptionName, OptionField>> = {
	cancelOnStop: {
		type: 'boolean',
		description:
			'Whether stopping the execution also cancels its unfinished tasks at the gateway, where the gateway can',
	},
	downloadImages: {
		type: 'boolean',
		description:
			'Whether to put each picture into a binary field. Links of gateways expire, some after 10 minutes.',
	},
	includeInputFields: {
		type: 'boolean',
		description:
			'Whether to include all fields and files of the input item in the output item. Where both have a field of the same name, it is that of this node.',
		inTool: 'never',
	},
	includeRawResponse: {
		type: 'boolean',
		description: "Whether to add the gateway's own reply to the output, under raw",
	},
	maxConcurrentTasks: {
		type: 'number',
		typeOptions: { minValue: 1 },
		description:
			'How many tasks are worked on at the same time: one an item, or one an image where it has several. Read from the first item.',
		inTool: 'never',
	},
	maxImageSize: {
		type: 'number',
		typeOptions: { minValue: 1 },
		description:
			'The largest picture to download, in megabytes: any number from 1. A larger one stays at its link, and the item says so.',
		inTool: 'whereImagesAreDownloaded',
	},
	maxPaidTasks: {
		type: 'number',
		typeOptions: { minValue: 0 },
		description:
			'How many tasks, 0 or more, all FLUX Image nodes of one execution may pay for together, loops and tool calls included. What is beyond fails with nothing sent. Sub-workflows and calls by MCP count for themselves.',
	},
	onTimeout: {
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
		description: 'What to do with a task that is not finished within the timeout',
	},
	payOnceKey: {
		type: 'string',
		placeholder: 'e.g. {{ $json.order }}-{{ $itemIndex }}',
		description:
			'Names the order, such as an order number or the ID of a row, with a key of its own for each picture. A second request with the same key gets the same task and pays nothing, also in another execution or after a restart. Never use a row number, since rows are sorted and deleted, nor $itemIndex alone, which is always 0 in a loop.',
	},
	pollInterval: {
		type: 'number',
		typeOptions: { minValue: 0.5, numberPrecision: 1 },
		description:
			'A fixed time between two looks at a task, at least 0.5. Without this option the node times them by itself, which is faster and asks less.',
	},
	binaryPropertyName: {
		type: 'string',
		hint: 'The name of the output binary field to put the picture in',
		inTool: 'whereImagesAreDownloaded',
	},
	reuseInTestRuns: {
		type: 'options',
		options: [
			{
				name: 'Always',
				value: 'always',
				description: 'Whenever the request is the same, also without a seed',
			},
			{ name: 'Never', value: 'never', description: 'Each test run pays' },
			{
				name: 'When Seed Is Set',
				value: 'whenSeedIsSet',
				description: 'Where a seed is set, and no input image comes by URL',
			},
		],
		description:
			'When a test run in the editor takes the pictures of an earlier test run with the same request, and pays nothing',
	},
	shareLink: {
		type: 'options',
		options: [
			{ name: 'Off', value: 'off' },
			{ name: '1 Hour', value: '1h' },
			{ name: '1 Day', value: '1d' },
			{ name: '7 Days', value: '7d' },
		],
		description:
			'How long shareUrl in the output shows the picture to whoever has that link, without login. It cannot be recalled, and ends earlier where the execution is deleted or not saved.',
	},
	timeout: {
		type: 'number',
		typeOptions: { minValue: 0 },
		description: 'How long one task may take, from its start to its picture: any number above 0',
	},
};

/** In the order of the list that the person picks from. */
const NAMES = Object.keys(OPTION_FIELDS) as OptionName[];

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
		options: NAMES.filter((name) => names.includes(name)).flatMap(formsOf),
	};
}

/** An option's forms: n8n makes a form of its own of the node, for an agent's tool. */
function formsOf(name: OptionName): INodeProperties[] {
	const { inTool, ...field } = OPTION_FIELDS[name];
	const form = (isTool: boolean): INodeProperties => ({
		displayName: OPTIONS[name].label,
		name,
		default: defaultOf(name, isTool),
		...field,
	});
	const inNode = { ...form(false), displayOptions: { hide: IN_TOOL } };
	if (inTool === 'never') return [inNode];
	// A value that was saved where it counts stays there: n8n drops what it does not show, at run time too.
	const show = inTool ? { ...IN_TOOL, downloadImages: [true] } : IN_TOOL;
	const isOneForm = !inTool && defaultOf(name, true) === defaultOf(name, false);
	return isOneForm ? [form(false)] : [inNode, { ...form(true), displayOptions: { show } }];
}

import type { INodeProperties } from 'n8n-workflow';

import { BY_GATEWAY, FIND_BY_MODEL } from './displayOptions';

/** One row: where its image comes from, or its images, and the fields of that source. */
const imageRow: INodeProperties[] = [
	{
		displayName: 'Source',
		name: 'source',
		type: 'options',
		options: [
			{
				name: 'Base64',
				value: 'base64',
				description: 'The picture as base64 text, with or without "data:image/…" before it',
			},
			{
				name: 'Binary Field',
				value: 'binary',
				description: 'Files of the input item, or by expression those of any node',
			},
			{
				name: 'Earlier Task',
				value: 'task',
				description: 'A picture that a task of the same gateway and account has made',
			},
			{ name: 'URL', value: 'url', description: 'Pictures that anyone can open on the web' },
		],
		default: 'binary',
	},
	{
		displayName: 'Input Binary Field',
		name: 'binaryPropertyName',
		type: 'string',
		default: 'data',
		required: true,
		hint: "One or more names of fields of the input item, with commas between them; or a file or files by expression, such as <code>{{ $binary }}</code> or <code>{{ $('Form').item.binary.photo }}</code>",
		displayOptions: { show: { source: ['binary'] } },
	},
	{
		displayName: 'URL',
		name: 'url',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. https://example.com/apple.png',
		hint: 'One or more addresses, with commas between them; or a list by expression',
		displayOptions: { show: { source: ['url'] } },
	},
	{
		displayName: 'Base64',
		name: 'base64',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. iVBORw0KGgo…',
		displayOptions: { show: { source: ['base64'] } },
	},
	{
		displayName: 'Request ID',
		name: 'requestId',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. {{ $json.requestId }}',
		description: 'The requestId in the output of the task whose picture is to be edited',
		displayOptions: { show: { source: ['task'] } },
	},
	{
		displayName: 'Image Index',
		name: 'imageIndex',
		type: 'number',
		default: 0,
		typeOptions: { minValue: 0, numberPrecision: 0 },
		description: "Which of the task's pictures, from 0: the imageIndex in its output",
		displayOptions: { show: { source: ['task'] } },
	},
	{
		displayName: 'Task Model',
		name: 'taskModel',
		type: 'string',
		default: '',
		placeholder: 'e.g. flux_kontext_max',
		description:
			'The ID of the model that made the earlier picture. Empty: the model in the input item where that has this Request ID, else the one that n8n knows the task by, else the model of this node.',
		displayOptions: { show: { source: ['task'], [BY_GATEWAY]: FIND_BY_MODEL } },
	},
];

/** The Input Images field of models that take up to `maximumCount` of them. */
export function inputImagesField(maximumCount: number): INodeProperties {
	const several = maximumCount > 1;
	return {
		displayName: 'Input Images',
		name: 'inputImages',
		type: 'fixedCollection',
		placeholder: 'Add image',
		default: {},
		typeOptions: { multipleValues: true, sortable: several, maxAllowedFields: maximumCount },
		description: several
			? `Images to edit or to draw from, at most ${maximumCount} for this model. The prompt may name them by their order.`
			: 'An image to guide the generation, at most one for this model',
		options: [{ displayName: 'Image', name: 'image', values: imageRow }],
	};
}

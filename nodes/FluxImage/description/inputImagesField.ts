import type { INodeProperties } from 'n8n-workflow';

/** One image's row: where it comes from, and the field of that source. */
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
			{ name: 'Binary Field', value: 'binary', description: 'A file in the input item' },
			{ name: 'URL', value: 'url', description: 'A picture that anyone can open on the web' },
		],
		default: 'binary',
	},
	{
		displayName: 'Input Binary Field',
		name: 'binaryPropertyName',
		type: 'string',
		default: 'data',
		required: true,
		hint: 'The name of the field of the input item that holds the file',
		displayOptions: { show: { source: ['binary'] } },
	},
	{
		displayName: 'URL',
		name: 'url',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. https://example.com/apple.png',
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

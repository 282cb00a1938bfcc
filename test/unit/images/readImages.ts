import type { IBinaryData, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { Gateway } from '../../../nodes/FluxImage/gateways/gateway';
import type { InputImage } from '../../../nodes/FluxImage/images/checkedImage';
import { readInputImages } from '../../../nodes/FluxImage/images/inputImages';
import { findOffer } from '../../../nodes/FluxImage/models';
import { inExecution } from '../client/inExecution';

/** The first bytes of a PNG. */
export const PNG_START = Buffer.from('89504e470d0a1a0a', 'hex');

/** A file that begins as a PNG, of so many bytes. */
export const pngOf = (bytes: number) =>
	Buffer.concat([PNG_START, Buffer.alloc(bytes - PNG_START.length)]);

/** What the field is read for. */
export interface For {
	readonly gateway?: Gateway['id'];
	readonly model?: string;
	readonly switches?: Record<string, unknown>;
	/** The input item, or how it is made with n8n's own helpers. */
	readonly item?: Partial<INodeExecutionData>;
	/** The field as it is written, where an expression gives it. */
	readonly written?: unknown;
	/** Whether the workflow is set to keep files in the JSON. */
	readonly filesAreInJson?: boolean;
	/** Whether n8n tells what the nodes before have put out. */
	readonly outputsAreTold?: boolean;
}

/** Reads the Input Images field, whatever stands in it, with n8n's own helpers for files. */
export async function readField(
	field: unknown,
	{
		gateway = 'vtrix',
		model = 'flux_2_pro',
		switches = {},
		item = {},
		written = field,
		filesAreInJson = false,
		outputsAreTold = true,
	}: For = {},
): Promise<readonly InputImage[]> {
	return await inExecution('http://127.0.0.1:1', async ({ context }) => {
		type Asked = IExecuteFunctions['getNodeParameter'];
		const getNodeParameter = ((name, _index, _fallback, options) => {
			if (name !== 'inputImages') throw new Error(`${name} is not read`);
			return options?.rawExpressions ? written : field;
		}) as Asked;
		const reading = Object.assign(Object.create(context) as IExecuteFunctions, {
			getNodeParameter,
			getInputData: () => [{ json: {}, ...item }],
			getWorkflowSettings: () => ({ binaryMode: filesAreInJson ? 'combined' : 'separate' }),
			...(!outputsAreTold && { runExecutionData: undefined }),
		});
		return await readInputImages(reading, 0, {
			offer: findOffer(gateway, model)!,
			switches,
			earlierTask: (requestId, told = 'flux_kontext_max') => ({
				task: { requestId, modelId: told },
			}),
		});
	});
}

/** A file as n8n keeps it in memory. */
export const held = (bytes: Buffer, fileName = 'a.png'): IBinaryData => ({
	data: bytes.toString('base64'),
	mimeType: 'image/png',
	fileName,
});

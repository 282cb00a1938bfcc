import type { Gateway } from './gateways';
import type { NamedGateway } from './gateways/gateway';
import { readInputImages, type Thumbnail } from './inputImages';
import type { Order } from './jobs';
import { soldModel, type ModelTable, type PictureFormat } from './models';
import type { PictureRequest } from './picture';
import { readTrouble, type Trouble } from './prompts';
import type { Call, Refusal, World } from './protocol';
import { complaintsAbout, complaintText, isObject, ratioOf, type Parameters } from './validation';

/** Pixels of a picture whose create gives a ratio only: about one megapixel. */
const pixels = 1024 * 1024;

/**
 * Reads a create as far as all gateways agree: model, parameters, images, trouble in the prompt.
 * Gives the order, or the first reason to refuse it.
 */
export async function readOrder(
	world: World,
	{ name: gateway, models }: NamedGateway,
	call: Call,
	model: unknown,
	parameters: unknown,
): Promise<Order | Refusal> {
	if (call.role === 'noCredit') return noCredit;
	const table = typeof model === 'string' ? soldModel({ models }, model) : undefined;
	if (!table || typeof model !== 'string') {
		return { kind: 'unknownModel', message: String(model), path: ['model'] };
	}
	if (!isObject(parameters)) return { kind: 'invalid', message: 'the body must be an object' };
	const complaints = complaintsAbout(parameters, table);
	const images = complaints.length
		? { thumbnails: [], complaints }
		: await readInputImages(parameters, table, world.localFiles);
	if (images.complaints.length) {
		const message = complaintText(images.complaints);
		return { kind: 'invalid', message, path: images.complaints[0]?.path ?? [] };
	}
	const prompt = String(parameters.prompt);
	const trouble = troubleOf(prompt);
	if ('kind' in trouble) return trouble;
	const refusal = troubleRefusal(trouble, call);
	if (refusal) return refusal;
	const quirks = world.quirks.with(trouble.quirks);
	const { thumbnails } = images;
	const pictures = picturesFor(gateway, model, table, parameters, thumbnails, world.pictureScale);
	return {
		gateway,
		model,
		prompt,
		parameters,
		trouble,
		quirks,
		key: call.key,
		thumbnails,
		pictures,
	};
}

const noCredit: Refusal = { kind: 'noCredit', message: 'Insufficient credits' };

function troubleOf(prompt: string): Trouble | Refusal {
	try {
		return readTrouble(prompt);
	} catch {
		return { kind: 'invalid', message: 'prompt: no such quirk or value', path: ['prompt'] };
	}
}

function troubleRefusal(trouble: Trouble, call: Call): Refusal | undefined {
	if (trouble.refusal === 'noCredit') return noCredit;
	if (trouble.refusal !== 'invalid') return undefined;
	const echo = trouble.echoKey === 'refusal' ? ` (your key: ${call.key})` : '';
	return { kind: 'invalid', message: `prompt: refused as asked${echo}`, path: ['prompt'] };
}

/** Whether an order came out of a create. */
export function isOrder(read: Order | Refusal): read is Order {
	return 'pictures' in read;
}

/** The pictures that parameters in order lead to. */
export function picturesFor(
	gateway: Gateway,
	model: string,
	table: ModelTable,
	parameters: Parameters,
	thumbnails: readonly Thumbnail[],
	scale: number,
): PictureRequest[] {
	const size = sizeFor(table, parameters, thumbnails[0]);
	const count = typeof parameters.n === 'number' ? parameters.n : 1;
	return Array.from({ length: count }, (_, index) => ({
		gateway,
		model,
		prompt: String(parameters.prompt),
		...(typeof parameters.seed === 'number' ? { seed: parameters.seed } : {}),
		width: Math.max(1, Math.round(size.width * scale)),
		height: Math.max(1, Math.round(size.height * scale)),
		format: (parameters.output_format as PictureFormat | undefined) ?? table.format,
		index,
		count,
		details: detailsOf(parameters),
	}));
}

interface Size {
	width: number;
	height: number;
}

function sizeFor(table: ModelTable, parameters: Parameters, firstImage: Size | undefined): Size {
	const ratioText = parameters.aspect_ratio ?? parameters.size;
	const ratio = typeof ratioText === 'string' ? ratioOf(ratioText) : undefined;
	const matched = 'size' in table.parameters && firstImage ? ratioOfSize(firstImage) : 1;
	const { resolution } = isObject(parameters.metadata) ? parameters.metadata : {};
	const square = sizeOfRatio(ratio ?? matched, pixels * (resolution === '2K' ? 4 : 1));
	const { width, height } = parameters;
	return {
		width: typeof width === 'number' ? width : (table.width ?? square.width),
		height: typeof height === 'number' ? height : (table.height ?? square.height),
	};
}

/** Kept within the ratios that the models know. */
function ratioOfSize({ width, height }: Size): number {
	return Math.min(21 / 9, Math.max(9 / 21, width / height));
}

/** Sides of that ratio and about that many pixels, in steps of 16 as the model's maker has them. */
function sizeOfRatio(ratio: number, area: number): Size {
	const side = (length: number): number => Math.round(length / 16) * 16;
	return { width: side(Math.sqrt(area * ratio)), height: side(Math.sqrt(area / ratio)) };
}

/** Parameters that the picture shows in other ways than as text below the prompt. */
const shownElsewhere = /^(prompt|seed|width|height|output_format|n|metadata|model)$|image/;

/** The remaining parameters, for the picture to show: `safety tolerance 2`. */
function detailsOf(parameters: Parameters): string[] {
	const inner = isObject(parameters.metadata) ? parameters.metadata : {};
	return Object.entries({ ...parameters, ...inner })
		.filter(([name]) => !shownElsewhere.test(name))
		.map(([name, value]) => `${name.replaceAll('_', ' ')} ${String(value)}`);
}

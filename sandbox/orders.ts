import type { Gateway } from './gateways';
import type { NamedGateway } from './gateways/gateway';
import { readInputImages, type Thumbnail } from './inputImages';
import type { Order } from './jobs';
import { soldModel, type ModelTable, type PictureFormat } from './models';
import type { PictureRequest } from './picture';
import { readTrouble, type Trouble } from './prompts';
import type { Call, Refusal, SandboxState } from './protocol';
import {
	complaintsAbout,
	complaintText,
	holdsWebhook,
	isObject,
	ratioOf,
	type Parameters,
} from './validation';

/** Pixels of a picture whose create gives a ratio only: about one megapixel. */
const pixels = 1024 * 1024;

/**
 * Reads a create as far as all gateways agree: model, parameters, images, trouble in the prompt.
 * Gives the order, or the first reason to refuse it.
 */
export async function readOrder(
	state: SandboxState,
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
	if (holdsWebhook(parameters)) return { kind: 'webhook', message: 'webhook not supported' };
	const complaints = complaintsAbout(parameters, table);
	const images = complaints.length
		? { thumbnails: [], complaints }
		: await readInputImages(parameters, table, state.localFiles);
	if (images.complaints.length) {
		const message = complaintText(images.complaints);
		return { kind: 'invalid', message, path: images.complaints[0]?.path ?? [] };
	}
	const prompt = String(parameters.prompt);
	const trouble = troubleOf(prompt);
	if ('kind' in trouble) return trouble;
	const quirks = state.quirks.with(trouble.quirks);
	const { thumbnails } = images;
	const refusal =
		troubleRefusal(trouble, call) ??
		(quirks.strictTolerance ? toleranceRefusal(parameters, thumbnails) : undefined);
	if (refusal) return refusal;
	const asked = picturesFor(gateway, model, table, parameters, thumbnails, state.pictureScale);
	const pictures = asked.slice(0, Math.max(1, asked.length - quirks.fewerPictures));
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
	if (trouble.refusal === 'moderated') {
		return { kind: 'moderated', message: 'input image may contain sensitive information' };
	}
	if (trouble.refusal !== 'invalid') return undefined;
	const echo = trouble.echoKey === 'refusal' ? ` (your key: ${call.key})` : '';
	return { kind: 'invalid', message: `prompt: refused as asked${echo}`, path: ['prompt'] };
}

/** The most that resellers of Kontext take with an input image (docs/contracts/models.md#flux_kontext_max). */
const mostToleranceWithImage = 2;

function toleranceRefusal(
	parameters: Parameters,
	thumbnails: readonly Thumbnail[],
): Refusal | undefined {
	const { safety_tolerance: told } = isObject(parameters.metadata)
		? parameters.metadata
		: parameters;
	if (thumbnails.length === 0 || !(Number(told) > mostToleranceWithImage)) return undefined;
	const message = `safety_tolerance: must be at most ${mostToleranceWithImage} with an image`;
	return { kind: 'invalid', message, path: ['safety_tolerance'] };
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
		format: formatOf(parameters) ?? table.format,
		index,
		count,
		details: detailsOf(parameters),
	}));
}

/** The format that a create names; ToAPIs calls it otherwise, and JPEG by its ending. */
function formatOf({ output_format: format, metadata }: Parameters): PictureFormat | undefined {
	const { response_format: ending } = isObject(metadata) ? metadata : {};
	return (ending === 'jpg' ? 'jpeg' : (ending ?? format)) as PictureFormat | undefined;
}

interface Size {
	width: number;
	height: number;
}

function sizeFor(table: ModelTable, parameters: Parameters, firstImage: Size | undefined): Size {
	const { width = table.width, height = table.height } = sidesIn(parameters);
	if (width !== undefined && height !== undefined) return { width, height };
	if (width !== undefined) return { width, height: chosenSide };
	if (height !== undefined) return { width: chosenSide, height };
	const { resolution } = isObject(parameters.metadata) ? parameters.metadata : {};
	return sizeOfRatio(
		ratioFor(table, parameters, firstImage),
		pixels * (resolution === '2K' ? 4 : 1),
	);
}

/** The sides that a create names; 0 is as good as none. */
function sidesIn({ width, height }: Parameters): Partial<Size> {
	const side = (value: unknown) => (typeof value === 'number' && value > 0 ? value : undefined);
	return { width: side(width), height: side(height) };
}

/** The side that the maker chooses beside one that is given; the contract leaves it to the maker. */
const chosenSide = 1024;

function ratioFor(table: ModelTable, parameters: Parameters, firstImage: Size | undefined): number {
	const text = parameters.aspect_ratio ?? parameters.size;
	const ratio = typeof text === 'string' ? ratioOf(text) : undefined;
	const matched = table.matchesImage && firstImage ? ratioOfSize(firstImage) : undefined;
	return ratio ?? matched ?? ratioOf(table.ratio ?? '') ?? 1;
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

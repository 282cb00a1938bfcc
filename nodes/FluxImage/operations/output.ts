import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { Until } from '../client/retry';
import { omitUndefined } from '../core/json';
import type { Outcome, Problem } from '../core/problem';
import {
	isEmbedded,
	taskName,
	type GeneratedImage,
	type KnownTask,
	type TaskFailure,
	type TaskState,
} from '../core/task';
import { toldDimensions } from '../images/dimensions';
import {
	fetchPicture,
	toldExtension,
	type FetchedPicture,
	type PictureTarget,
} from '../images/download';
import { digestOf } from '../tasks/order';
import { showHint } from './hint';
import type { Item, ItemOutcome } from './operation';
import { shareFields } from './shareLink';

/** Every name that an item of the node may have. A test holds the list to what comes out. */
export const OUTPUT_NAMES = [
	...['requestId', 'gateway', 'model', 'status', 'queuePosition', 'progress', 'failure', 'raw'],
	...['imageIndex', 'imageCount', 'url', 'shareUrl', 'shareUrlExpiresAt', 'flagged', 'fileName'],
	...['contentType', 'width', 'height', 'metrics', 'usage', 'expiresAt', 'cancellation', 'reused'],
	...['requestChanged', 'error', 'seed', 'requestIds'],
] as const;

/** The item that stands for a task. */
export function taskItem(
	item: Item,
	state: KnownTask,
	extra: IDataObject = {},
): INodeExecutionData {
	return { json: { ...taskFields(item, state), ...extra }, pairedItem: { item: item.itemIndex } };
}

/**
 * The items of a completed task: one an image, the picture in its binary field, its share link beside
 * it, as the options say. Where only some of the pictures can be had, those come out, and a hint tells
 * of the others.
 *
 * @returns the first problem where none of them can be had; `stopped` on Stop
 */
export async function imageItems(item: Item, task: TaskState, until: Until): Promise<ItemOutcome> {
	const images = task.images ?? [];
	const taken = await Promise.all(
		images.map(async (image, index) => await takeImage(item, task, image, index, until)),
	);
	const items = taken.flatMap(({ value }, index) =>
		value ? [imageItem(item, task, index, value)] : [],
	);
	const problems = taken.flatMap(({ problem }) => problem ?? []);
	const [problem] = problems;
	if (problem && (items.length === 0 || problem.kind === 'stopped')) return { problem, task };
	if (images.some(({ flagged }) => flagged)) showHint(item, flaggedHint(task));
	if (task.warning) showHint(item, warningHint(task, task.warning));
	if (task.partialImages) showHint(item, partialHint(task));
	const isOnlyHere = taken.some(({ value }) => value?.picture && isEmbedded(value.image));
	if (isOnlyHere && !item.options.downloadImages) showHint(item, embeddedHint(task));
	if (problem) showHint(item, missingHint(task, images.length, problems.length, problem));
	return { items };
}

const flaggedHint = (task: TaskState) =>
	`The gateway has flagged a picture of task ${taskName(task)}, perhaps for what it shows: such pictures are often black. Its item has flagged: true.`;

const warningHint = (task: TaskState, { message }: TaskFailure) =>
	`The gateway told of an error beside the pictures of task ${taskName(task)}: ${message}`;

const partialHint = (task: TaskState) =>
	`The gateway still calls task ${taskName(task)} unfinished ("${task.word ?? task.status}"), but has pictures of it: they may be previews.`;

const embeddedHint = (task: TaskState) =>
	`A picture of task ${taskName(task)} came within the gateway's reply, and has no link. It is put out as a file although Download Images is off, since nothing else holds it.`;

const missingHint = (task: TaskState, all: number, missing: number, { reason }: Problem) =>
	`Of ${all} pictures of task ${taskName(task)}, ${missing} could not be fetched: ${reason}.${
		task.requestId === '' ? '' : ' Task > Get Result fetches them again without paying again.'
	}`;

/**
 * HTTP statuses by which a host says that a link is no longer good: the result may have a new one. Some
 * say 400 of a signature that has run out, and some no longer know the picture.
 */
const LINK_EXPIRED: ReadonlySet<number> = new Set([400, 401, 403, 404, 410]);

/** An image, and its picture in n8n's store; absent where its link is all that is asked for. */
interface TakenImage {
	readonly image: GeneratedImage;
	readonly picture?: FetchedPicture;
}

/** One image of a task. Where its link has expired, the result is read again, which costs nothing. */
async function takeImage(
	item: Item,
	task: TaskState,
	image: GeneratedImage,
	index: number,
	until: Until,
): Promise<Outcome<TakenImage>> {
	const { downloadImages, shareLink } = item.options;
	const isStored = downloadImages || shareLink !== 'off' || isEmbedded(image);
	if (!isStored) return { value: { image } };
	const { client } = item.execution;
	const target = targetOf(item, task, index);
	const fetch = async (from: GeneratedImage): Promise<Outcome<TakenImage>> => {
		const { value: picture, problem } = await fetchPicture(client, from, target, until);
		return problem ? { problem } : { value: { image: from, picture } };
	};
	const taken = await fetch(image);
	// Without an id there is nothing to read again.
	const isExpired = LINK_EXPIRED.has(taken.problem?.httpCode ?? 0) && task.requestId !== '';
	if (!isExpired) return taken;
	const renewed = (await client.result(task, until)).value?.images?.[index];
	return renewed && renewed.url !== image.url ? await fetch(renewed) : taken;
}

function targetOf({ context, options }: Item, task: TaskState, index: number): PictureTarget {
	return {
		store: async (bytes, fileName, contentType) =>
			await context.helpers.prepareBinaryData(bytes, fileName, contentType),
		stem: stemOf(task, index),
		maximumBytes: options.maxImageBytes,
	};
}

/** Names tell model, task and number, so that no two pictures have the same. */
function stemOf({ modelId, requestId, images }: TaskState, index: number): string {
	const plain = (text: string) => text.replace(/[^A-Za-z0-9-]+/g, '');
	// Two tasks without an id have other pictures.
	const task =
		plain(requestId) || digestOf(images?.map(({ url }) => url) ?? '').slice(0, DIGEST_LENGTH);
	const model = plain(modelId.replace(/[_.]/g, '-')) || 'flux';
	return `${model.slice(0, LONGEST_NAME)}_${task.slice(0, LONGEST_NAME)}_${index + 1}`;
}

/** The name of a picture that is not fetched: its gateway gives many the same, or one with a path. */
function nameByGateway(task: TaskState, image: GeneratedImage, index: number): string {
	const extension = toldExtension(image);
	return stemOf(task, index) + (extension === undefined ? '' : `.${extension}`);
}

/** Digits of a digest that stands for a task's id in a file name. */
const DIGEST_LENGTH = 16;

/** Longest part of a file name, in characters: file systems take 255 bytes in all. */
const LONGEST_NAME = 80;

/** The item of an image; a picture that is stored is handed on in it, shared, or both. */
function imageItem(
	item: Item,
	task: TaskState,
	imageIndex: number,
	{ image, picture }: TakenImage,
): INodeExecutionData {
	const { downloadImages, binaryPropertyName } = item.options;
	const dimensions = toldDimensions(image) ?? picture?.dimensions;
	// First what people look for: further columns of a table are off the screen.
	const json = {
		...omitUndefined({
			// One that came within the reply would fill the item with its bytes.
			url: isEmbedded(image) ? undefined : image.url,
			fileName: picture?.fileName ?? nameByGateway(task, image, imageIndex),
			width: dimensions?.width,
			height: dimensions?.height,
			contentType: picture?.contentType ?? image.contentType,
			flagged: image.flagged,
		}),
		...taskFields(item, task),
		...omitUndefined({
			imageIndex,
			imageCount: task.images?.length,
			metrics: task.metrics && { ...task.metrics },
			usage: task.usage && { ...task.usage },
			expiresAt: task.expiresAt,
		}),
		...(picture && shareFields(item, picture.binary)),
	};
	const isHandedOn = picture && (downloadImages || isEmbedded(image));
	return {
		json,
		pairedItem: { item: item.itemIndex },
		...(isHandedOn && { binary: { [binaryPropertyName]: picture.binary } }),
	};
}

function taskFields({ gateway, options }: Item, state: KnownTask): IDataObject {
	const { requestId, modelId, status = 'queued', queuePosition, progress, failure, raw } = state;
	return omitUndefined({
		requestId: requestId || undefined,
		gateway: gateway.id,
		model: modelId || undefined,
		status,
		queuePosition: status === 'queued' ? queuePosition : undefined,
		progress: status === 'completed' ? undefined : progress,
		failure: failure && { ...failure },
		raw: options.includeRawResponse ? raw : undefined,
	}) as IDataObject;
}

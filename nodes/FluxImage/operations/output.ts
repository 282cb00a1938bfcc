import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { Until } from '../client/retry';
import { present } from '../core/json';
import type { Outcome } from '../core/problem';
import type { GeneratedImage, KnownTask, TaskState } from '../core/task';
import { fetchPicture, type FetchedPicture } from '../images/download';
import type { Execution } from '../tasks/execution';
import type { ItemInput, ItemOutcome } from './operation';

/** The item that stands for a task. */
export function taskItem(
	item: ItemInput,
	state: KnownTask,
	extra: IDataObject = {},
): INodeExecutionData {
	return { json: { ...taskFields(item, state), ...extra }, pairedItem: { item: item.itemIndex } };
}

/**
 * The items of a completed task: one an image, the picture in its binary field.
 *
 * @returns `pictureUnavailable` where one cannot be had; `stopped` on Stop
 */
export async function imageItems(
	item: ItemInput,
	execution: Execution,
	task: TaskState,
	until: Until,
): Promise<ItemOutcome> {
	const images = task.images ?? [];
	const fetched = item.options.downloadImages
		? await fetchImages(item, execution, images, until)
		: { value: [] };
	if (fetched.problem) return { problem: fetched.problem, task };
	const pictures = fetched.value;
	return {
		items: images.map((image, index) => imageItem(item, task, index, image, pictures[index])),
	};
}

/** All of them together; the first that fails ends the others before its problem goes up. */
async function fetchImages(
	{ context, options }: ItemInput,
	{ client }: Execution,
	images: readonly GeneratedImage[],
	until: Until,
): Promise<Outcome<FetchedPicture[]>> {
	const failed = new AbortController();
	const signal = AbortSignal.any([until.signal, failed.signal]);
	let firstProblem: Outcome<FetchedPicture[]> | undefined;
	const fetches = images.map(async (image) => {
		const fetched = await fetchPicture(
			client,
			image,
			async (bytes, fileName, contentType) =>
				await context.helpers.prepareBinaryData(bytes, fileName, contentType),
			{ ...until, signal },
			options.maxImageBytes,
		);
		if (!fetched.problem) return [fetched.value];
		firstProblem ??= { problem: fetched.problem };
		failed.abort();
		return [];
	});
	const pictures = (await Promise.all(fetches)).flat();
	return firstProblem ?? { value: pictures };
}

function imageItem(
	item: ItemInput,
	state: TaskState,
	imageIndex: number,
	image: GeneratedImage,
	picture: FetchedPicture | undefined,
): INodeExecutionData {
	const json = {
		...taskFields(item, state),
		...present({
			imageIndex,
			imageCount: state.images?.length,
			url: image.url,
			fileName: picture?.fileName ?? image.fileName,
			contentType: picture?.contentType ?? image.contentType,
			width: image.width,
			height: image.height,
			metrics: state.metrics && { ...state.metrics },
			usage: state.usage && { ...state.usage },
			expiresAt: state.expiresAt,
		}),
	};
	return {
		json,
		...(picture ? { binary: { [item.options.binaryPropertyName]: picture.binary } } : {}),
		pairedItem: { item: item.itemIndex },
	};
}

function taskFields({ gateway, options }: ItemInput, state: KnownTask): IDataObject {
	const { requestId, modelId, status = 'queued', queuePosition, progress, failure, raw } = state;
	return present({
		requestId,
		gateway: gateway.id,
		model: modelId || undefined,
		status,
		queuePosition: status === 'queued' ? queuePosition : undefined,
		progress: status === 'completed' ? undefined : progress,
		failure: failure && { ...failure },
		raw: options.includeRawResponse ? raw : undefined,
	}) as IDataObject;
}

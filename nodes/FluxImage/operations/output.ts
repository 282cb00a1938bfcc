import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { present } from '../core/json';
import type { FetchedPicture } from '../images/download';
import { fetchPicture } from '../images/download';
import { about } from '../core/problem';
import type { TaskRoom } from '../tasks/lifecycle';
import type { Session } from '../client/gatewayClient';
import type { GeneratedImage, TaskState } from '../core/task';
import type { ItemInput } from './operation';

/** The item that stands for a task. */
export function taskItem(
	item: ItemInput,
	state: TaskState,
	extra: IDataObject = {},
): INodeExecutionData {
	return { json: { ...taskFields(item, state), ...extra }, pairedItem: { item: item.itemIndex } };
}

/**
 * The items of a completed task: one an image, the picture in its binary field.
 *
 * @throws ProblemError `pictureUnavailable`, naming the task; `stopped` on Stop
 */
export async function imageItems(
	item: ItemInput,
	room: TaskRoom,
	state: TaskState,
	deadlineMs: number,
): Promise<INodeExecutionData[]> {
	const images = state.images ?? [];
	const pictures = item.options.downloadImages
		? await about(state, fetchImages(item, room.session, images, deadlineMs))
		: [];
	return images.map((image, index) => imageItem(item, state, index, image, pictures[index]));
}

/** All of them together; the first that fails ends the others before its error goes up. */
async function fetchImages(
	item: ItemInput,
	session: Session,
	images: readonly GeneratedImage[],
	deadlineMs: number,
): Promise<FetchedPicture[]> {
	const failed = new AbortController();
	const together = { ...session, halt: AbortSignal.any([session.halt, failed.signal]) };
	const fetches = images.map(async (image) => {
		return await fetchImage(item, together, image, deadlineMs).catch((error: unknown) => {
			failed.abort(error);
			throw error;
		});
	});
	await Promise.allSettled(fetches);
	if (failed.signal.aborted) throw failed.signal.reason;
	return await Promise.all(fetches);
}

async function fetchImage(
	{ context, options }: ItemInput,
	session: Session,
	image: GeneratedImage,
	deadlineMs: number,
): Promise<FetchedPicture> {
	return await fetchPicture(
		session,
		image,
		async (bytes, fileName, contentType) =>
			await context.helpers.prepareBinaryData(bytes, fileName, contentType),
		{ deadlineMs, maximumBytes: options.maxImageBytes },
	);
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

function taskFields({ gateway, options }: ItemInput, state: TaskState): IDataObject {
	const { requestId, modelId, status, queuePosition, progress, failure, raw } = state;
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

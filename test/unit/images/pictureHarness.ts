import type { Outcome, Problem } from '../../../nodes/FluxImage/core/problem';
import type { GeneratedImage } from '../../../nodes/FluxImage/core/task';
import {
	fetchPicture,
	type FetchedPicture,
	type StorePicture,
} from '../../../nodes/FluxImage/images/download';
import { binaryBytes } from '../../../tooling/engine/engine';
import { clientThrough, inExecution, type RunningNode } from '../client/inExecution';

/** How a picture is asked for. */
export interface PictureAsk {
	readonly image: GeneratedImage;
	/** Milliseconds from now. Default: enough for a picture that is there. */
	readonly patienceMs?: number;
	readonly maximumBytes?: number;
	/** Default: n8n's own binary store. */
	readonly store?: StorePicture;
}

/** What came of it. */
export interface PictureEnding {
	readonly picture?: FetchedPicture;
	readonly bytes?: Buffer;
	readonly problem?: Problem;
}

/** Fetches a picture within an execution, into n8n's real binary store. */
export async function storeInEngine(
	{ context, http }: RunningNode,
	{ image, patienceMs = 10_000, maximumBytes = 100_000_000, store }: PictureAsk,
): Promise<Outcome<FetchedPicture>> {
	const { client, clock } = clientThrough(http);
	return await fetchPicture(
		client,
		image,
		{
			store:
				store ??
				(async (stream, fileName, contentType) =>
					await context.helpers.prepareBinaryData(stream, fileName, contentType)),
			stem: 'picture',
			maximumBytes,
		},
		{ deadlineMs: clock.nowMs() + patienceMs, signal: new AbortController().signal },
	);
}

/** Fetches a picture in an execution of its own. */
export async function fetchInEngine(ask: PictureAsk): Promise<PictureEnding> {
	return await inExecution('http://127.0.0.1:1', async (node) => {
		const { value: picture, problem } = await storeInEngine(node, ask);
		return picture ? { picture, bytes: await binaryBytes(picture.binary) } : { problem };
	});
}

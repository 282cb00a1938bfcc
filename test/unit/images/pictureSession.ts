import { fetchPicture, type FetchedPicture } from '../../../nodes/FluxImage/images/download';
import { ProblemError, type Problem } from '../../../nodes/FluxImage/core/problem';
import { wallClock } from '../../../nodes/FluxImage/core/clock';
import { JobLengths } from '../../../nodes/FluxImage/tasks/durations';
import { GatewayPacer } from '../../../tooling/limits/pacerOf10';
import type { Session } from '../../../nodes/FluxImage/client/gatewayClient';
import type { GeneratedImage } from '../../../nodes/FluxImage/core/task';
import { binaryBytes } from '../../../tooling/engine/engine';
import { GATEWAY, inExecution, type RunningNode } from '../client/inExecution';

/** How a picture is asked for. */
export interface PictureAsk {
	readonly image: GeneratedImage;
	/** Milliseconds from now. Default: enough for a picture that is there. */
	readonly patienceMs?: number;
	readonly maximumBytes?: number;
}

/** What came of it. */
export interface PictureEnding {
	readonly picture?: FetchedPicture;
	readonly bytes?: Buffer;
	readonly problem?: Problem;
}

/** Fetches a picture within an execution, into n8n's real binary store. */
export async function storeInEngine(
	{ context, transport }: RunningNode,
	{ image, patienceMs = 10_000, maximumBytes = 100_000_000 }: PictureAsk,
): Promise<FetchedPicture> {
	const never = new AbortController().signal;
	const session: Session = {
		gateway: GATEWAY,
		transport,
		clock: wallClock,
		lengths: new JobLengths(),
		pacer: new GatewayPacer(wallClock),
		random: () => 0,
		stop: never,
		halt: never,
		log: () => undefined,
	};
	return await fetchPicture(
		session,
		image,
		async (stream, fileName, contentType) =>
			await context.helpers.prepareBinaryData(stream, fileName, contentType),
		{ deadlineMs: wallClock.nowMs() + patienceMs, maximumBytes },
	);
}

/** Fetches a picture in an execution of its own. */
export async function fetchInEngine(ask: PictureAsk): Promise<PictureEnding> {
	return await inExecution('http://127.0.0.1:1', async (node) => {
		try {
			const picture = await storeInEngine(node, ask);
			return { picture, bytes: await binaryBytes(picture.binary) };
		} catch (error) {
			if (error instanceof ProblemError) return { problem: error.problem };
			throw error;
		}
	});
}

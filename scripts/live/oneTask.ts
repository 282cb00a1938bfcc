import { setTimeout as sleep } from 'node:timers/promises';

import type { GatewayClient } from '../../nodes/FluxImage/client/gatewayClient';
import { systemClock } from '../../nodes/FluxImage/core/clock';
import { asObject, asText } from '../../nodes/FluxImage/core/json';
import { ENDED, type GeneratedImage, type TaskState } from '../../nodes/FluxImage/core/task';
import type { GatewayReply } from '../../nodes/FluxImage/gateways/gateway';
import { pictureTypeOf } from '../../nodes/FluxImage/images/signature';
import { findOffer } from '../../nodes/FluxImage/models';
import { readParameters } from '../../nodes/FluxImage/models/validation';
import { told, type CheckRow } from './checkRow';
import { CONTRACTS } from './contract';
import { bytesOf } from './undiciHttp';

/** How the task is waited for, in milliseconds. */
export interface Pace {
	readonly pollIntervalMs: number;
	readonly timeoutMs: number;
}

/** What the replies of one task held, to be compared with what the contract names. */
export class SeenReplies {
	readonly words = new Set<string>();

	readonly fields = new Set<string>();

	add({ body }: GatewayReply): void {
		const fields = asObject(body);
		for (const name of Object.keys(fields)) this.fields.add(name);
		const word = asText(fields['status']);
		if (word) this.words.add(word);
	}
}

/**
 * Pays for one cheap picture with the node's own client, and compares all that the gateway says on the
 * way to it. Stops at the first step that the next one cannot do without.
 *
 * @param seen has seen every reply to the client
 */
export async function checkOneTask(
	client: GatewayClient,
	seen: SeenReplies,
	pace: Pace,
): Promise<CheckRow[]> {
	const rows: CheckRow[] = [];
	const until = {
		deadlineMs: systemClock.nowMs() + pace.timeoutMs,
		signal: AbortSignal.timeout(pace.timeoutMs),
		retryNotFound: true,
	};
	const created = await create(client, until, rows);
	const ended = created && (await waitFor(client, created, until, pace, rows));
	const image = ended && (await readImage(client, ended, until, rows));
	// The last reply about the task itself: what a cancel says has words of its own.
	rows.push(...newsRows(client, seen));
	if (image) await checkPicture(client, image, until, rows);
	if (ended && client.canCancel) await checkLateCancel(client, ended, until, rows);
	return rows;
}

type Until = Parameters<GatewayClient['status']>[1];

async function create(
	client: GatewayClient,
	until: Until,
	rows: CheckRow[],
): Promise<TaskState | undefined> {
	const { id, displayName } = client.gateway;
	const { model, fields } = CONTRACTS[id].cheapest;
	const offer = findOffer(id, model);
	if (!offer) throw new Error(`The tables do not hold ${model} for ${displayName}`);
	const value = { modelId: offer.id, ...readParameters(offer, fields) };
	const outcome = await client.create(
		{ modelId: offer.id, tasks: 1, build: async () => ({ value }) },
		until,
	);
	rows.push({
		name: `Create with ${model}`,
		expected: 'a task with an id',
		came: told(outcome, ({ requestId, status }) => `${requestId}, ${status}`),
		matched: outcome.value !== undefined,
	});
	return outcome.value;
}

async function waitFor(
	client: GatewayClient,
	created: TaskState,
	until: Until,
	{ pollIntervalMs }: Pace,
	rows: CheckRow[],
): Promise<TaskState | undefined> {
	const startedMs = systemClock.nowMs();
	let latest = created;
	let polls = 0;
	let came = '';
	while (!ENDED.has(latest.status) && systemClock.nowMs() < until.deadlineMs && !came) {
		await sleep(pollIntervalMs);
		polls++;
		const outcome = await client.status(latest, until);
		if (outcome.problem) came = told(outcome);
		else latest = outcome.value;
	}
	const seconds = ((systemClock.nowMs() - startedMs) / 1000).toFixed(1);
	const reason = latest.failure ? `: ${latest.failure.code} "${latest.failure.message}"` : '';
	const matched = latest.status === 'completed';
	rows.push({
		name: 'Status until the end',
		expected: 'completed',
		came: `${latest.status} after ${seconds} s, polls: ${polls}${reason}${matched ? '' : ` ${came}`}`,
		matched,
	});
	return matched ? latest : undefined;
}

async function readImage(
	client: GatewayClient,
	ended: TaskState,
	until: Until,
	rows: CheckRow[],
): Promise<GeneratedImage | undefined> {
	const inStatus = ended.images !== undefined && ended.images.length > 0;
	const outcome = inStatus ? { value: ended } : await client.result(ended, until);
	const images = outcome.value?.images ?? [];
	rows.push({
		name: inStatus ? 'Images in the status' : 'Images in the result',
		expected: 'one image with a URL',
		came: told(outcome, () => `images: ${images.length}`),
		matched: images.length === 1,
	});
	return images[0];
}

async function checkPicture(
	client: GatewayClient,
	image: GeneratedImage,
	until: Until,
	rows: CheckRow[],
): Promise<void> {
	const outcome = await client.download(image.url, until, async ({ statusCode, body }) => {
		const bytes = await bytesOf(body);
		return bytes.problem ? bytes : { value: { statusCode, bytes: bytes.value } };
	});
	const type = outcome.value && pictureTypeOf(outcome.value.bytes);
	rows.push({
		name: 'The picture, without the key',
		expected: 'HTTP 200, a picture file',
		came: told(
			outcome,
			({ statusCode, bytes }) =>
				`HTTP ${statusCode}, ${bytes.length} bytes, ${type?.contentType ?? 'no picture'}`,
		),
		matched: outcome.value?.statusCode === 200 && type !== undefined,
	});
}

/** A cancel of a finished task changes nothing, and shows how the gateway says so. */
async function checkLateCancel(
	client: GatewayClient,
	ended: TaskState,
	until: Until,
	rows: CheckRow[],
): Promise<void> {
	const outcome = await client.cancel(ended, until);
	rows.push({
		name: 'Cancel of the finished task',
		expected: 'alreadyCompleted',
		came: told(outcome, ({ cancellation }) => cancellation),
		matched: outcome.value?.cancellation === 'alreadyCompleted',
	});
}

function newsRows({ gateway }: GatewayClient, seen: SeenReplies): CheckRow[] {
	const { stateWords, fields } = CONTRACTS[gateway.id];
	const news = (name: string, values: Set<string>, isKnown: (value: string) => boolean) => {
		const unknown = [...values].filter((value) => !isKnown(value));
		return {
			name,
			expected: 'all of them are known',
			came: unknown.length > 0 ? `new: ${unknown.join(', ')}` : [...values].join(', '),
			matched: unknown.length === 0,
		};
	};
	return [
		news('Words for states', seen.words, (word) => stateWords.has(word.toLowerCase())),
		news('Fields of replies', seen.fields, (name) => fields.has(name)),
	];
}

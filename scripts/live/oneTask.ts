import { setTimeout as sleep } from 'node:timers/promises';

import type { GatewayReply } from '../../nodes/FluxImage/gateways/gateway';
import { fieldsOf, textOf } from '../../nodes/FluxImage/core/json';
import { pictureTypeOf } from '../../nodes/FluxImage/images/signature';
import { findOffer } from '../../nodes/FluxImage/models';
import { readParameters } from '../../nodes/FluxImage/models/validation';
import type { Outcome } from '../../nodes/FluxImage/core/problem';
import { ENDED, type GeneratedImage, type TaskState } from '../../nodes/FluxImage/core/task';
import { told, type CheckRow } from './checkRow';
import { CONTRACTS } from './contract';
import type { Wire } from './wire';

/** How the task is waited for, in milliseconds. */
export interface Patience {
	readonly pollIntervalMs: number;
	readonly timeoutMs: number;
}

/** What the replies of one task held, to be compared with what the contract names. */
class Seen {
	readonly words = new Set<string>();

	readonly fields = new Set<string>();

	add({ body }: GatewayReply): void {
		const fields = fieldsOf(body);
		for (const name of Object.keys(fields)) this.fields.add(name);
		const word = textOf(fields['status']);
		if (word) this.words.add(word);
	}
}

/**
 * Pays for one cheap picture, and compares all that the gateway says on the way to it. Stops at the
 * first step that the next one cannot do without.
 */
export async function checkOneTask(wire: Wire, patience: Patience): Promise<CheckRow[]> {
	const rows: CheckRow[] = [];
	const seen = new Seen();
	const created = await create(wire, seen, rows);
	if (created) {
		const ended = await waitFor(wire, created, seen, rows, patience);
		const image = ended && (await readImage(wire, ended, seen, rows));
		if (image) await checkPicture(wire, image, rows);
		if (ended) await checkLateCancel(wire, ended, rows);
	}
	rows.push(...newsRows(wire, seen));
	return rows;
}

async function create(wire: Wire, seen: Seen, rows: CheckRow[]): Promise<TaskState | undefined> {
	const { gateway } = wire;
	const { model, fields } = CONTRACTS[gateway.id].cheapest;
	const offer = findOffer(gateway.id, model);
	if (!offer) throw new Error(`The tables do not hold ${model} for ${gateway.displayName}`);
	const submission = { modelId: offer.id, ...readParameters(offer, fields) };
	const reply = await wire.send(gateway.create(submission));
	const outcome = read(reply, seen, (value) => gateway.readCreate(value, offer.id));
	rows.push({
		name: `Create with ${model}`,
		expected: 'a task with an id',
		came: outcome.value
			? `${told(reply)}: ${outcome.value.requestId}, ${outcome.value.status}`
			: told(reply, outcome.problem),
		matched: outcome.value !== undefined,
	});
	return outcome.value;
}

async function waitFor(
	wire: Wire,
	created: TaskState,
	seen: Seen,
	rows: CheckRow[],
	{ pollIntervalMs, timeoutMs }: Patience,
): Promise<TaskState | undefined> {
	const startedMs = Date.now();
	let latest = created;
	let polls = 0;
	let came = '';
	while (!ENDED.has(latest.status) && Date.now() - startedMs < timeoutMs) {
		await sleep(pollIntervalMs);
		polls++;
		const reply = await wire.send(wire.gateway.status(latest));
		const outcome = read(reply, seen, (value) => wire.gateway.readStatus(value, latest));
		if (outcome.problem) came = told(reply, outcome.problem);
		else latest = outcome.value;
	}
	const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
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
	wire: Wire,
	ended: TaskState,
	seen: Seen,
	rows: CheckRow[],
): Promise<GeneratedImage | undefined> {
	const { gateway } = wire;
	const inStatus = ended.images !== undefined;
	const reply = inStatus ? undefined : await wire.send(gateway.result(ended));
	const outcome: Outcome<TaskState> = reply
		? read(reply, seen, (value) => gateway.readResult(value, ended))
		: { value: ended };
	const images = outcome.value?.images ?? [];
	rows.push({
		name: inStatus ? 'Images in the status' : 'Images in the result',
		expected: 'one image with a URL',
		came: `images: ${images.length}${reply ? `, ${told(reply, outcome.problem)}` : ''}`,
		matched: images.length === 1,
	});
	return images[0];
}

async function checkPicture(wire: Wire, image: GeneratedImage, rows: CheckRow[]): Promise<void> {
	const row = { name: 'The picture, without the key', expected: 'HTTP 200, a picture file' };
	try {
		const { statusCode, bytes } = await wire.fetchPicture(image.url);
		const type = pictureTypeOf(bytes);
		const came = `HTTP ${statusCode}, ${bytes.length} bytes, ${type?.contentType ?? 'no picture'}`;
		rows.push({ ...row, came, matched: statusCode === 200 && type !== undefined });
	} catch (error) {
		const came = wire.redact.text(error instanceof Error ? error.message : String(error));
		rows.push({ ...row, came, matched: false });
	}
}

/** A cancel of a finished task changes nothing, and shows how the gateway says so. */
async function checkLateCancel(wire: Wire, ended: TaskState, rows: CheckRow[]): Promise<void> {
	const { cancel, readCancel } = wire.gateway;
	if (!cancel || !readCancel) return;
	const reply = await wire.send(cancel(ended));
	const outcome = reply.value ? readCancel(reply.value) : reply;
	rows.push({
		name: 'Cancel of the finished task',
		expected: 'alreadyCompleted',
		came: outcome.value?.cancellation ?? told(reply, outcome.problem),
		matched: outcome.value?.cancellation === 'alreadyCompleted',
	});
}

function newsRows({ gateway }: Wire, seen: Seen): CheckRow[] {
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

function read<T>(
	reply: Outcome<GatewayReply>,
	seen: Seen,
	reader: (value: GatewayReply) => Outcome<T>,
): Outcome<T> {
	if (reply.problem) return reply;
	seen.add(reply.value);
	return reader(reply.value);
}

import {
	NodeApiError,
	NodeOperationError,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { OPERATIONS } from './index';
import { findGateway } from '../gateways';
import type { Gateway } from '../gateways/gateway';
import { ProblemError } from '../core/problem';
import type { TaskRoom } from '../tasks/lifecycle';
import { runTogether } from './pool';
import { inputError } from './inputError';
import { openRoom } from './execution';
import type { Job, Operation } from './operation';
import { readOptions, type TaskOptions } from './options';
import { failedItem, taskFailure, type ItemFailure } from './errors';

/** What an item came to. */
type Ending =
	| { readonly items: INodeExecutionData[]; readonly failure?: undefined }
	| { readonly failure: ItemFailure; readonly items?: undefined };

/** An item that is ready to run, or what is wrong with it. */
interface Prepared {
	readonly itemIndex: number;
	/** Absent where they are wrong. */
	readonly options?: TaskOptions;
	readonly job?: Job;
	readonly failure?: ItemFailure;
}

/**
 * Runs the node: every item is read and checked, then all run together, and come out in the order of
 * the input.
 *
 * @throws NodeOperationError or NodeApiError of the first item that fails, unless the node is set to
 * continue on fail
 */
export async function runItems(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const count = context.getInputData().length;
	if (count === 0) return [];
	const gateway = readGateway(context);
	const room = await openRoom(context, gateway);
	const prepared: Prepared[] = [];
	for (let itemIndex = 0; itemIndex < count; itemIndex++) {
		prepared.push(await prepareItem(context, itemIndex, gateway));
	}
	let firstFailure: ItemFailure | undefined;
	// After a stop or a failure the rest is run too: nothing is sent for it any more, but a task that
	// an earlier attempt paid for is cancelled, or named in the error.
	const endings = await runTogether(prepared, maxConcurrentTasks(prepared), async (item) => {
		const ending = await runItem(context, room, gateway, item);
		firstFailure ??= ending.failure;
		if (ending.failure && !context.continueOnFail()) room.giveUp();
		return ending;
	});
	await room.inFlight.close();
	if (firstFailure) room.memory.handOn();
	if (firstFailure && !context.continueOnFail()) throw nodeError(firstFailure, endings);
	return endings.flatMap(({ items, failure }) => items ?? [failedItem(context, failure)]);
}

/** Without Continue On Fail, an item that is wrong ends the node before anything is sent. */
async function prepareItem(
	context: IExecuteFunctions,
	itemIndex: number,
	gateway: Gateway,
): Promise<Prepared> {
	let options: TaskOptions | undefined;
	try {
		options = readOptions(context, itemIndex);
		const operation = readOperation(context, itemIndex);
		const job = await operation.prepare({ context, itemIndex, gateway, options });
		return { itemIndex, options, job };
	} catch (error) {
		const shown =
			error instanceof NodeOperationError
				? error
				: new NodeOperationError(context.getNode(), error as Error, { itemIndex });
		if (!context.continueOnFail()) throw shown;
		const failure = { itemIndex, error: shown, json: { gateway: gateway.id } };
		return { itemIndex, ...(options && { options }), failure };
	}
}

async function runItem(
	context: IExecuteFunctions,
	room: TaskRoom,
	gateway: Gateway,
	{ itemIndex, job, failure }: Prepared,
): Promise<Ending> {
	if (!job) return failure ? { failure } : { items: [] };
	try {
		return { items: await job(room) };
	} catch (error) {
		if (error instanceof ProblemError) {
			const { redact } = room.session.transport;
			return { failure: taskFailure(context, itemIndex, gateway, error, redact) };
		}
		return { failure: { itemIndex, error: asNodeError(context, itemIndex, error), json: {} } };
	}
}

/** What is no problem of the wire: a fault of n8n's store, or of our own. */
function asNodeError(context: IExecuteFunctions, itemIndex: number, error: unknown) {
	if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
	return new NodeOperationError(context.getNode(), error as Error, { itemIndex });
}

/**
 * The error that ends the node. The other items' pictures do not come out then, so it names their
 * tasks: paid, remembered for a Retry, and to be had by Task > Wait.
 */
function nodeError(first: ItemFailure, endings: readonly Ending[]): ItemFailure['error'] {
	const facts = endings.flatMap(({ items, failure }) =>
		failure ? [failure.json] : items.map(({ json }) => json),
	);
	const paid = new Set(facts.map(({ requestId }) => requestId));
	paid.delete(first.json['requestId']);
	const doubtful = endings.flatMap(({ failure }) =>
		failure && failure !== first && failure.kind === 'mayHaveBeenAccepted'
			? [failure.itemIndex]
			: [],
	);
	const others = [...paid].filter(Boolean).join(', ');
	const { error } = first;
	error.description = [
		error.description,
		others &&
			`Tasks of the other items, paid already: ${others}. Retry picks them up without paying again; Task > Wait collects them too.`,
		doubtful.length > 0 &&
			`May have been accepted as well: the tasks of items ${doubtful.join(', ')}.`,
	]
		.filter(Boolean)
		.join(' ');
	return error;
}

function readGateway(context: IExecuteFunctions): Gateway {
	const name = context.getNodeParameter('gateway', 0) as string;
	const gateway = findGateway(name);
	if (gateway) return gateway;
	throw inputError(context, 0, `Gateway must be one of the list, but is "${name}"`);
}

function readOperation(context: IExecuteFunctions, itemIndex: number): Operation {
	const [resource, value] = ['resource', 'operation'].map(
		(name) => context.getNodeParameter(name, itemIndex) as string,
	);
	const operation = OPERATIONS.find((row) => row.resource === resource && row.value === value);
	if (operation) return operation;
	throw inputError(
		context,
		itemIndex,
		`Operation must be one of the list, but is "${resource} > ${value}"`,
	);
}

/** Of the first item whose options are right, since one number holds for all. */
function maxConcurrentTasks(prepared: readonly Prepared[]): number {
	return prepared.find(({ options }) => options)?.options?.maxConcurrentTasks ?? 1;
}

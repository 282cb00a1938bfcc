import {
	NodeApiError,
	NodeOperationError,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { CredentialError } from '../client/credential';
import { findGateway } from '../gateways';
import type { Gateway } from '../gateways/gateway';
import type { Execution } from '../tasks/execution';
import { failedItem, inputError, taskFailure, type ItemFailure } from './errors';
import { NodeExecution, SYSTEM_PORTS, type NodePorts } from './execution';
import { OPERATIONS } from './index';
import type { ItemInput, Operation } from './operation';
import { readOptions, type TaskOptions } from './options';
import { runTogether } from './pool';

/** What an item came to. */
type ItemEnding =
	| { readonly items: INodeExecutionData[]; readonly failure?: undefined }
	| { readonly failure: ItemFailure; readonly items?: undefined };

/** An item that is read and checked. */
interface ReadyItem {
	readonly item: ItemInput;
	readonly operation: Operation;
	/** What its operation read. */
	readonly plan: unknown;
	readonly execution: Execution;
}

/** An item that is ready to run, or what is wrong with it. */
interface PreparedItem {
	/** Absent where they are wrong. */
	readonly options?: TaskOptions;
	readonly ready?: ReadyItem;
	readonly failure?: ItemFailure;
}

/**
 * Runs the node: every item is read and checked, then all run together, and come out in the order of
 * the input.
 *
 * @throws NodeOperationError or NodeApiError of the first item that fails, unless the node is set to
 * continue on fail
 */
export async function runItems(
	context: IExecuteFunctions,
	ports: NodePorts = SYSTEM_PORTS,
): Promise<INodeExecutionData[]> {
	const count = context.getInputData().length;
	if (count === 0) return [];
	const gateway = readGateway(context);
	const node = new NodeExecution(context, gateway, ports);
	const prepared: PreparedItem[] = [];
	for (let itemIndex = 0; itemIndex < count; itemIndex++) {
		prepared.push(await prepareItem(context, itemIndex, gateway, node));
	}
	let firstFailure = await checkTogether(context, prepared, node);
	// After a stop or a failure the rest is run too: nothing is sent for it any more, but a task that
	// an earlier attempt paid for is cancelled, or named in the error.
	const endings = await runTogether(prepared, maxConcurrentTasks(prepared), async (item) => {
		const ending = await runItem(item);
		firstFailure ??= ending.failure;
		if (ending.failure && !context.continueOnFail()) node.giveUp();
		return ending;
	});
	await node.close();
	if (firstFailure) node.publish();
	if (firstFailure && !context.continueOnFail()) throw nodeError(firstFailure, endings);
	return endings.flatMap(({ items, failure }) => items ?? [failedItem(context, failure)]);
}

/** Without Continue On Fail, an item that is wrong ends the node before anything is sent. */
async function prepareItem(
	context: IExecuteFunctions,
	itemIndex: number,
	gateway: Gateway,
	node: NodeExecution,
): Promise<PreparedItem> {
	let options: TaskOptions | undefined;
	try {
		options = readOptions(context, itemIndex);
		const operation = readOperation(context, itemIndex);
		const execution = await node.at(itemIndex);
		const item = { context, itemIndex, gateway, options };
		return { options, ready: { item, operation, plan: await operation.read(item), execution } };
	} catch (error) {
		const shown = asNodeError(context, itemIndex, error);
		if (!context.continueOnFail()) throw shown;
		const failure = { itemIndex, error: shown, json: { gateway: gateway.id } };
		return { ...(options && { options }), failure };
	}
}

/**
 * Looks at what the items need before any of them is paid for. One that stands alone, or that fails for
 * itself, is looked at when it is its turn.
 *
 * @returns the first failure; the node gives up then
 */
async function checkTogether(
	context: IExecuteFunctions,
	prepared: readonly PreparedItem[],
	node: NodeExecution,
): Promise<ItemFailure | undefined> {
	if (context.continueOnFail() || prepared.length < 2) return undefined;
	let failure: ItemFailure | undefined;
	await runTogether(prepared, maxConcurrentTasks(prepared), async ({ ready }) => {
		if (!ready || failure) return;
		const { item, operation, plan, execution } = ready;
		const problem = await operation.check?.(item, plan, execution);
		if (!problem || problem.kind === 'stopped') return;
		const { redact } = execution.client;
		failure ??= taskFailure(context, item.itemIndex, item.gateway, { problem }, redact);
		node.giveUp();
	});
	return failure;
}

async function runItem({ ready, failure }: PreparedItem): Promise<ItemEnding> {
	if (!ready) return failure ? { failure } : { items: [] };
	const { item, operation, plan, execution } = ready;
	const { context, itemIndex, gateway } = item;
	try {
		const outcome = await operation.run(item, plan, execution);
		if (outcome.items) return { items: outcome.items };
		const { redact } = execution.client;
		return { failure: taskFailure(context, itemIndex, gateway, outcome, redact) };
	} catch (error) {
		return { failure: { itemIndex, error: asNodeError(context, itemIndex, error), json: {} } };
	}
}

/** What is no problem of the wire: wrong input, a fault of n8n's store, or of our own. */
function asNodeError(context: IExecuteFunctions, itemIndex: number, error: unknown) {
	if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
	if (error instanceof CredentialError) {
		const remedy = 'Correct the credential of the gateway.';
		return inputError(context, itemIndex, error.message, remedy);
	}
	return new NodeOperationError(context.getNode(), error as Error, { itemIndex });
}

/**
 * The error that ends the node. The other items' pictures do not come out then, so it names their
 * tasks: paid, remembered for a Retry, and to be had by Task > Wait.
 */
function nodeError(first: ItemFailure, endings: readonly ItemEnding[]): ItemFailure['error'] {
	const facts = endings.flatMap(({ items, failure }) =>
		failure ? [failure.json] : items.map(({ json }) => json),
	);
	const paid = new Set(facts.map(({ requestId }) => requestId));
	paid.delete(first.json['requestId']);
	const doubtful = endings.flatMap(({ failure }) =>
		failure && failure !== first && failure.kind === 'createUncertain' ? [failure.itemIndex] : [],
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
function maxConcurrentTasks(prepared: readonly PreparedItem[]): number {
	return prepared.find(({ options }) => options)?.options?.maxConcurrentTasks ?? 1;
}

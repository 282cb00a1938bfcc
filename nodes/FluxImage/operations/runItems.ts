import {
	NodeApiError,
	NodeOperationError,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { CredentialError } from '../client/credential';
import { findGateway } from '../gateways';
import type { Gateway } from '../gateways/gateway';
import { ParameterError } from '../models/parameterError';
import type { Execution } from '../tasks/execution';
import { failedItem, inputError, parameterError, taskFailure, type ItemFailure } from './errors';
import { NodeExecution, SYSTEM_PORTS, type NodePorts } from './execution';
import { OPERATIONS } from './index';
import { nodeError, type ItemEnding } from './nodeError';
import type { ItemInput, Operation } from './operation';
import { readOptions, type TaskOptions } from './options';
import { runTogether } from './pool';

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
	let firstFailure: ItemFailure | undefined;
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
	if (firstFailure && !context.continueOnFail()) {
		throw nodeError(context, firstFailure, endings);
	}
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

async function runItem({ ready, failure }: PreparedItem): Promise<ItemEnding> {
	if (!ready) return failure ? { failure } : { items: [] };
	const { item, operation, plan, execution } = ready;
	const { context, itemIndex } = item;
	try {
		const outcome = await operation.run(item, plan, execution);
		if (outcome.items) return { items: outcome.items };
		const { redact } = execution.client;
		return { failure: taskFailure(item, outcome, redact) };
	} catch (error) {
		return { failure: { itemIndex, error: asNodeError(context, itemIndex, error), json: {} } };
	}
}

/** What is no problem of the wire: wrong input, a fault of n8n's store, or of our own. */
function asNodeError(context: IExecuteFunctions, itemIndex: number, error: unknown) {
	if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
	if (error instanceof CredentialError) {
		const remedy = 'Correct the credential of the gateway.';
		const remedyForModel = `Tell the user: ${remedy}`;
		return inputError(context, itemIndex, error.message, { remedy, remedyForModel });
	}
	return new NodeOperationError(context.getNode(), error as Error, { itemIndex });
}

function readGateway(context: IExecuteFunctions): Gateway {
	const name: unknown = context.getNodeParameter('gateway', 0);
	const gateway = typeof name === 'string' ? findGateway(name) : undefined;
	if (gateway) return gateway;
	throw parameterError(context, 0, new ParameterError('Gateway', 'one of the list', name));
}

function readOperation(context: IExecuteFunctions, itemIndex: number): Operation {
	const [resource, value] = ['resource', 'operation'].map(
		(name) => context.getNodeParameter(name, itemIndex) as string,
	);
	const operation = OPERATIONS.find((row) => row.resource === resource && row.value === value);
	if (operation) return operation;
	const name = `${resource} > ${value}`;
	throw parameterError(
		context,
		itemIndex,
		new ParameterError('Operation', 'one of the list', name),
	);
}

/** Of the first item whose options are right, since one number holds for all. */
function maxConcurrentTasks(prepared: readonly PreparedItem[]): number {
	return prepared.find(({ options }) => options)?.options?.maxConcurrentTasks ?? 1;
}

import {
	NodeApiError,
	NodeOperationError,
	type IExecuteFunctions,
	type INodeExecutionData,
	type JsonObject,
} from 'n8n-workflow';

import { CredentialError } from '../client/credential';
import { findGateway } from '../gateways';
import type { Gateway } from '../gateways/gateway';
import { ParameterError } from '../models/parameterError';
import type { Execution } from '../tasks/execution';
import { failedItem, inputError, parameterError, taskFailure, type ItemFailure } from './errors';
import { worstPaid, type Paid } from '../tasks/order';
import { paidIn, paidOf, withFacts } from './failureFacts';
import { NodeExecution, SYSTEM_PORTS, type NodePorts } from './execution';
import { OPERATIONS } from './index';
import { withInputFields } from './inputFields';
import { failureOfItem, nodeError, type TaskEnding } from './nodeError';
import type { ItemInput, Operation } from './operation';
import { readOptions, type TaskOptions } from './options';
import { paidUnderKey } from './orderKey';
import { tellOtherFormat } from './output';
import { runTogether } from './pool';

/** An item that is read and checked. */
interface ReadyItem {
	readonly item: ItemInput;
	readonly operation: Operation;
	/** What its operation read: one a task. */
	readonly plans: readonly unknown[];
	readonly execution: Execution;
}

/** One of its tasks. */
interface ReadyTask extends Omit<ReadyItem, 'plans'> {
	readonly plan: unknown;
}

/** An item that is ready to run, or what is wrong with it. */
interface PreparedItem {
	/** Absent where they are wrong. */
	readonly options?: TaskOptions;
	readonly ready?: ReadyItem;
	readonly failure?: ItemFailure;
}

/** What there is to do for an item: one of its tasks, or to say what is wrong with it. */
interface Job {
	readonly itemIndex: number;
	readonly ready?: ReadyTask;
	readonly failure?: ItemFailure | undefined;
}

/**
 * Runs the node: every item is read and checked, then the tasks of all run together, and come out in the
 * order of the input.
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
	const node = new NodeExecution(context, ports);
	const prepared: PreparedItem[] = [];
	for (let itemIndex = 0; itemIndex < count; itemIndex++) {
		prepared.push(await prepareItem(context, itemIndex, gateway, node));
	}
	let firstFailure =
		checkPaidTasks(context, node, prepared) ?? (await checkTogether(context, prepared, node));
	// After a stop or a failure the rest is run too: nothing is sent for it any more, but a task that
	// an earlier attempt paid for is cancelled, or named in the error.
	const jobs = prepared.flatMap(jobsOf);
	const endings = await runTogether(jobs, maxConcurrentTasks(prepared), async (job) => {
		const ending = await runTask(job, node);
		firstFailure ??= ending.failure;
		if (ending.failure && !context.continueOnFail()) node.giveUp();
		return ending;
	});
	await node.close();
	if (firstFailure) node.publish();
	if (firstFailure && !context.continueOnFail()) {
		throw nodeError(context, firstFailure, endings);
	}
	const outputs = inputItemsOf(endings, count).map((ofItem, index) => {
		const { options, ready } = prepared[index] ?? {};
		return { items: outputOf(context, ofItem), options, operation: ready?.operation };
	});
	return withInputFields(context, outputs);
}

/** The tasks of an item, by number. */
function jobsOf({ ready, failure }: PreparedItem, itemIndex: number): Job[] {
	if (!ready) return [{ itemIndex, failure }];
	const { item, operation, plans, execution } = ready;
	return plans.map((plan, number) => {
		const image = plans.length > 1 ? { image: { number, count: plans.length } } : {};
		return { itemIndex, ready: { item: { ...item, ...image }, operation, plan, execution } };
	});
}

/** The endings of tasks, item by item. */
function inputItemsOf(endings: readonly TaskEnding[], count: number): TaskEnding[][] {
	const byItem = Array.from({ length: count }, (): TaskEnding[] => []);
	for (const ending of endings) byItem[ending.itemIndex]?.push(ending);
	return byItem;
}

/** What an item puts out: one error for all that went wrong with it, then its pictures by number. */
function outputOf(
	context: IExecuteFunctions,
	endings: readonly TaskEnding[],
): INodeExecutionData[] {
	const items = endings.flatMap(({ items = [] }) => items);
	const failure = failureOfItem(endings);
	return failure ? [failedItem(context, failure), ...items] : items;
}

/** Without Continue On Fail, an item that is wrong ends the node before anything is sent. */
async function prepareItem(
	context: IExecuteFunctions,
	itemIndex: number,
	gateway: Gateway | Error,
	node: NodeExecution,
): Promise<PreparedItem> {
	let options: TaskOptions | undefined;
	let execution: Execution | undefined;
	try {
		if (gateway instanceof Error) throw gateway;
		options = readOptions(context, itemIndex);
		const operation = readOperation(context, itemIndex);
		execution = await node.at(gateway, itemIndex);
		const item = { context, itemIndex, gateway, options };
		return {
			options,
			ready: { item, operation, plans: await operation.read(item, execution), execution },
		};
	} catch (error) {
		const shown = asNodeError(context, itemIndex, error);
		const elsewhere = execution ? paidUnderKey(context, itemIndex, execution) : 'no';
		const paid = worstPaid([node.paidBefore(itemIndex), elsewhere]);
		const json: JsonObject = gateway instanceof Error ? {} : { gateway: gateway.id };
		const failure = withFacts({ itemIndex, error: shown, json }, { problem: 'invalidInput', paid });
		if (!context.continueOnFail()) throw withPaidOfAll(failure, node, context);
		return { ...(options && { options }), failure };
	}
}

/** The error that ends the node before anything is sent; earlier attempts may have paid. */
function withPaidOfAll(failure: ItemFailure, node: NodeExecution, context: IExecuteFunctions) {
	const all = context.getInputData().map((_, itemIndex) => node.paidBefore(itemIndex));
	const facts = failure.error.context['failure'] as JsonObject;
	facts['paid'] = worstPaid([paidIn(failure), ...all]);
	return failure.error;
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
		const { item, operation, plans, execution } = ready;
		const problem = await operation.check?.(item, plans, execution);
		if (!problem || problem.kind === 'stopped') return;
		const { redact } = execution.client;
		failure ??= withFacts(taskFailure(item, { problem }, redact), {
			problem: problem.kind,
			paid: worstPaid(plans.map((plan) => paidBefore({ ...ready, plan }, node))),
		});
		node.giveUp();
	});
	return failure;
}

async function runTask(
	{ itemIndex, ready, failure }: Job,
	node: NodeExecution,
): Promise<TaskEnding> {
	if (!ready) return failure ? { itemIndex, failure } : { itemIndex, items: [] };
	const { item, operation, plan, execution } = ready;
	const { context } = item;
	try {
		const outcome = await operation.run(item, plan, execution);
		if (outcome.items) {
			tellOtherFormat(item, operation.format?.(plan), outcome.items);
			return { itemIndex, items: outcome.items };
		}
		const { kind, mayBePaid } = outcome.problem;
		const before = worstPaid([paidBefore(ready, node), mayBePaid ? 'maybe' : 'no']);
		const paid = paidOf(operation, kind, outcome.task !== undefined, before);
		const doubt = kind === 'notFound' ? operation.doubt?.(item, plan) : undefined;
		const reason = [outcome.problem.reason, doubt].filter(Boolean).join('; ');
		const problem = doubt ? { ...outcome.problem, reason } : outcome.problem;
		const told = taskFailure(item, { ...outcome, problem }, execution.client.redact);
		return { itemIndex, failure: withFacts(told, { problem: kind, paid }) };
	} catch (error) {
		const json = { gateway: item.gateway.id };
		const told = { itemIndex, error: asNodeError(context, itemIndex, error), json };
		const paid = paidOf(operation, 'unexpected', false, paidBefore(ready, node));
		return { itemIndex, failure: withFacts(told, { problem: 'unexpected', paid }) };
	}
}

/** Whether a task was paid for before it runs, by its attempts or by whoever else has its key. */
function paidBefore({ item, operation, plan, execution }: ReadyTask, node: NodeExecution): Paid {
	const order = operation.order?.(plan);
	return order ? execution.ledger.paidFor(order) : node.paidBefore(item.itemIndex);
}

/**
 * Without Continue On Fail nothing is sent where not all items fit the limit: the node would fail, and
 * what was paid before would be of no use.
 *
 * @returns the failure of the first item that does not fit; the node gives up then
 */
function checkPaidTasks(
	context: IExecuteFunctions,
	node: NodeExecution,
	prepared: readonly PreparedItem[],
): ItemFailure | undefined {
	if (context.continueOnFail()) return undefined;
	let tasks = 0;
	const names = new Set<string>();
	for (const { ready } of prepared.flatMap(jobsOf)) {
		if (!ready) continue;
		const { item, operation, plan, execution } = ready;
		const { maxPaidTasks = Infinity } = item.options;
		const { shared } = operation.order?.(plan) ?? {};
		// Items with one key are one order.
		if (shared && names.has(shared.name)) continue;
		if (shared) names.add(shared.name);
		const cost = operation.costs?.(plan, execution) ?? 0;
		tasks += cost;
		if (cost === 0 || execution.paidTasks.count + tasks <= maxPaidTasks) continue;
		const outcome = { problem: { kind: 'limitReached' } } as const;
		const told = taskFailure(item, outcome, execution.client.redact);
		node.giveUp();
		return withFacts(told, { problem: 'limitReached', paid: paidBefore(ready, node) });
	}
	return undefined;
}

/** What is no problem of the wire: wrong input, a fault of n8n's store, or of our own. */
function asNodeError(context: IExecuteFunctions, itemIndex: number, error: unknown) {
	if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
	if (error instanceof ParameterError) return parameterError(context, itemIndex, error);
	if (error instanceof CredentialError) {
		const remedy = 'Correct the credential of the gateway.';
		const remedyForModel = `Tell the user: ${remedy}`;
		return inputError(context, itemIndex, error.message, { remedy, remedyForModel });
	}
	return new NodeOperationError(context.getNode(), error as Error, { itemIndex });
}

/** The gateway of all items, or what is wrong with it: an expression may give anything. */
function readGateway(context: IExecuteFunctions): Gateway | Error {
	try {
		const name: unknown = context.getNodeParameter('gateway', 0);
		const gateway = typeof name === 'string' ? findGateway(name) : undefined;
		return gateway ?? new ParameterError('Gateway', 'one of the list', name);
	} catch (error) {
		return error as Error;
	}
}

function readOperation(context: IExecuteFunctions, itemIndex: number): Operation {
	const [resource, value] = ['resource', 'operation'].map(
		(name) => context.getNodeParameter(name, itemIndex) as string,
	);
	const operation = OPERATIONS.find((row) => row.resource === resource && row.value === value);
	if (operation) return operation;
	throw new ParameterError('Operation', 'one of the list', `${resource} > ${value}`);
}

/** Of the first item whose options are right, since one number holds for all. */
function maxConcurrentTasks(prepared: readonly PreparedItem[]): number {
	return prepared.find(({ options }) => options)?.options?.maxConcurrentTasks ?? 1;
}

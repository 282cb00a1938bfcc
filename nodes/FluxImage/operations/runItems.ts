import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { omitUndefined } from '../core/json';
import { findGateway } from '../gateways';
import type { Gateway } from '../gateways/gateway';
import { ParameterError } from '../models/parameterError';
import type { Execution } from '../tasks/execution';
import { worstPaid } from '../tasks/order';
import { taskFailure, type ItemFailure } from './errors';
import { NodeExecution, SYSTEM_PORTS, type NodePorts } from './execution';
import { paidOf } from './failureFacts';
import { checkInputUrls, tasksToPay } from './image/imageOrders';
import { OPERATIONS } from './index';
import { asNodeError } from './inputError';
import { failedItem, withInputFields } from './inputFields';
import { failureOfItem, nodeError, type TaskEnding } from './nodeError';
import type { Item, Operation, Plan } from './operation';
import { readOptions } from './options';
import { paidUnderKey } from './orderKey';
import { runTogether } from './pool';

/** An item that is read and checked: its tasks, or what is wrong with it. */
interface PreparedItem {
	/** Absent where something is wrong with it. */
	readonly item?: Item;
	readonly plans: readonly Plan[];
	readonly failure?: ItemFailure;
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
	const node = new NodeExecution(context, ports);
	const continueOnFail = context.continueOnFail();
	const prepared: PreparedItem[] = [];
	for (const itemIndex of context.getInputData().keys()) {
		const item = await prepareItem(context, itemIndex, node);
		if (item.failure && !continueOnFail) throw beforeAnyWasSent(context, item.failure, node);
		prepared.push(item);
	}
	const plans = prepared.flatMap((item) => item.plans);
	const limit = maxConcurrentTasks(prepared);
	let failure = continueOnFail
		? prepared.find((item) => item.failure)?.failure
		: (checkPaidTasks(plans, node) ?? (await checkImages(prepared, limit, node)));
	// After a stop or a failure the rest is run too: nothing is sent for it any more, but a task that
	// an earlier attempt paid for is cancelled, or named in the error.
	const endings = await runTogether(plans, limit, async (plan) => {
		const ending = await runPlan(plan, node);
		failure ??= ending.failure;
		if (ending.failure && !continueOnFail) node.giveUp();
		return ending;
	});
	await node.close();
	if (failure) node.publish();
	if (failure && !continueOnFail) throw nodeError(context, failure, endings);
	return outputOf(context, prepared, endings);
}

/** Without Continue On Fail, an item that is wrong ends the node; earlier attempts may have paid. */
function beforeAnyWasSent(context: IExecuteFunctions, failure: ItemFailure, node: NodeExecution) {
	const paid = [...context.getInputData().keys()].map((index) => node.paidBefore(index));
	return nodeError(context, failure, [], paid);
}

/** Reads and checks an item; what is wrong with it is a failure, and no exception. */
async function prepareItem(
	context: IExecuteFunctions,
	itemIndex: number,
	node: NodeExecution,
): Promise<PreparedItem> {
	let gateway: Gateway | undefined;
	let execution: Execution | undefined;
	try {
		gateway = readGateway(context);
		const options = readOptions(context, itemIndex);
		const operation = readOperation(context, itemIndex);
		execution = await node.at(gateway, itemIndex);
		const item = { context, itemIndex, gateway, options, operation, execution };
		return { item, plans: await operation.read(item) };
	} catch (thrown) {
		const elsewhere = execution ? paidUnderKey(context, itemIndex, execution) : 'no';
		const paid = worstPaid([node.paidBefore(itemIndex), elsewhere]);
		const error = asNodeError(context, itemIndex, thrown, paid);
		const json = omitUndefined({ gateway: gateway?.id });
		const failure = { itemIndex, error, json, problem: 'invalidInput', paid } as const;
		return { plans: [], failure };
	}
}

/** The gateway of all items is that of the first. */
function readGateway(context: IExecuteFunctions): Gateway {
	const name: unknown = context.getNodeParameter('gateway', 0);
	const gateway = typeof name === 'string' ? findGateway(name) : undefined;
	if (!gateway) throw new ParameterError('Gateway', 'one of the list', name);
	return gateway;
}

function readOperation(context: IExecuteFunctions, itemIndex: number): Operation {
	const [resource, value] = ['resource', 'operation'].map(
		(name) => context.getNodeParameter(name, itemIndex) as string,
	);
	const operation = OPERATIONS.find((row) => row.resource === resource && row.value === value);
	if (operation) return operation;
	throw new ParameterError('Operation', 'one of the list', `${resource} > ${value}`);
}

/** Of the first item that is right, since one number holds for all. */
const maxConcurrentTasks = (prepared: readonly PreparedItem[]): number =>
	prepared.find(({ item }) => item)?.item?.options.maxConcurrentTasks ?? 1;

/**
 * Without Continue On Fail nothing is sent where not all items fit the limit: the node would fail, and
 * what was paid before would be of no use.
 *
 * @returns the failure of the first item that does not fit; the node gives up then
 */
function checkPaidTasks(plans: readonly Plan[], node: NodeExecution): ItemFailure | undefined {
	let tasks = 0;
	const counted = new Set<unknown>();
	for (const { item, order } of plans) {
		// Items with one key are one order.
		const name = order?.key.shared?.name ?? order;
		if (!order || counted.has(name)) continue;
		counted.add(name);
		const cost = tasksToPay(item, order);
		tasks += cost;
		const { maxPaidTasks = Infinity } = item.options;
		if (cost === 0 || item.execution.paidTasks.count + tasks <= maxPaidTasks) continue;
		node.giveUp();
		return taskFailure(
			item,
			{ problem: { kind: 'limitReached' } },
			node.paidBefore(item.itemIndex, order),
		);
	}
	return undefined;
}

/**
 * Looks at the input images that the items need before any of them is paid for. An item that stands
 * alone is looked at when it is its turn.
 *
 * @returns the first failure; the node gives up then
 */
async function checkImages(
	prepared: readonly PreparedItem[],
	limit: number,
	node: NodeExecution,
): Promise<ItemFailure | undefined> {
	if (prepared.length < 2) return undefined;
	let failure: ItemFailure | undefined;
	await runTogether(prepared, limit, async ({ item, plans }) => {
		if (!item || failure) return;
		const orders = plans.flatMap(({ order }) => order ?? []);
		const problem = await checkInputUrls(item, orders);
		if (!problem || problem.kind === 'stopped') return;
		const paid = worstPaid(orders.map((order) => node.paidBefore(item.itemIndex, order)));
		failure ??= taskFailure(item, { problem }, paid);
		node.giveUp();
	});
	return failure;
}

async function runPlan({ item, order, run }: Plan, node: NodeExecution): Promise<TaskEnding> {
	const { context, itemIndex, gateway, operation } = item;
	try {
		const outcome = await run();
		if (outcome.items) return { itemIndex, items: outcome.items };
		const { problem, task } = outcome;
		const before = worstPaid([
			node.paidBefore(itemIndex, order),
			problem.mayBePaid ? 'maybe' : 'no',
		]);
		const paid = paidOf(operation, problem.kind, task !== undefined, before);
		return { itemIndex, failure: taskFailure(item, outcome, paid) };
	} catch (thrown) {
		const paid = paidOf(operation, 'unexpected', false, node.paidBefore(itemIndex, order));
		const error = asNodeError(context, itemIndex, thrown, paid);
		const json = { gateway: gateway.id };
		return { itemIndex, failure: { itemIndex, error, json, problem: 'unexpected', paid } };
	}
}

/** What each item puts out: one error for all that went wrong with it, then its pictures by number. */
function outputOf(
	context: IExecuteFunctions,
	prepared: readonly PreparedItem[],
	endings: readonly TaskEnding[],
): INodeExecutionData[] {
	const endingsOf = prepared.map(({ failure }, itemIndex): TaskEnding[] =>
		failure ? [{ itemIndex, failure }] : [],
	);
	for (const ending of endings) endingsOf[ending.itemIndex]?.push(ending);
	const outputs = endingsOf.map((ofItem, itemIndex) => {
		const failure = failureOfItem(ofItem);
		const errors = failure ? [failedItem(context, failure)] : [];
		const items = [...errors, ...ofItem.flatMap(({ items = [] }) => items)];
		return { items, item: prepared[itemIndex]?.item };
	});
	return withInputFields(context, outputs);
}

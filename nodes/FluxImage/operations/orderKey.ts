import type { IExecuteFunctions, JsonObject } from 'n8n-workflow';

import type { GatewayClient } from '../client/gatewayClient';
import { makesTaskForEach } from '../models/numberOfImages';
import { n } from '../models/parameters';
import type { Execution } from '../tasks/execution';
import type { Context } from '../tasks/ledger';
import { digestOf, requestOf, type OrderKey, type Paid, type SharedName } from '../tasks/order';
import { executionIdOf, isTestRun, runIndexOf } from './caller';
import { showHint } from './hint';
import type { ImageRequest } from './imageRequest';
import { InputError } from './inputError';
import type { Item } from './operation';
import { readPayOnceKey, type PayOnceKey } from './payOnceKey';

/** The field of the execution's context that is ours: one object for all nodes, turns and tool calls. */
const FIELD = 'fluxImageRequests';

/** What was asked for in one execution. */
interface Asked {
	readonly executionId: string | undefined;
	/** By Pay Once Key: where in the execution it was used first, and for what. */
	readonly keys: Record<string, { readonly place: string; readonly request: string }>;
	/** By request: the places that asked for it, in the order of their asking. */
	readonly places: Record<string, string[]>;
	/** The nodes that have paid in this test run, by their scope. */
	readonly paid: Record<string, true>;
}

/** What names this node, apart from all nodes of all workflows. A rename keeps it. */
export function nodeScope(context: IExecuteFunctions): string {
	return digestOf([context.getWorkflow().id, context.getNode().id]).slice(0, 12);
}

/** How the names of a node's Pay Once Keys begin. */
export const keyPrefix = (context: IExecuteFunctions): string => `key/${nodeScope(context)}/`;

/**
 * What makes the orders of an image item, by number, the same orders here and in other executions.
 *
 * @throws InputError where a Pay Once Key is none, or names two orders in one execution
 */
export function orderKeysOf(item: Item, requests: readonly ImageRequest[]): OrderKey[] {
	const { context, itemIndex, gateway } = item;
	const runIndex = runIndexOf(context, itemIndex);
	const payOnce = readPayOnceKey(context, itemIndex);
	if (payOnce?.isOnlyANumber) showHint(item, ONLY_A_NUMBER);
	return requests.map((request, number) => {
		const { modelId, parameters, switches, images } = request;
		const seed = parameters['seed'];
		const key = {
			runIndex,
			itemIndex,
			// The first is named as the only one is: a higher number later pays for the added ones alone.
			...(number > 0 && { number }),
			...(typeof seed === 'number' && { seed }),
			origin: originOf(item, request),
			payload: [gateway.id, modelId, parameters, switches, images.map(({ digest }) => digest)],
		};
		const shared = payOnce ? payOnceName(item, payOnce, key) : testRunName(item, request, key);
		return shared ? { ...key, shared } : key;
	});
}

function payOnceName(item: Item, payOnce: PayOnceKey, key: OrderKey): SharedName {
	const { context, execution } = item;
	const whole = wholeKey(execution.client, payOnce);
	checkOneRequest(item, key, digestOf(whole));
	const order = key.number === undefined ? whole : [...whole, key.number];
	if (!isTestRun(context)) return keyName(context, order);
	const name = `testKey/${nodeScope(context)}/${digestOf([...order, requestOf(key)])}`;
	return { kind: 'testKey', name };
}

/** What a Pay Once Key names an order by; with Number of Images that of the first. */
const wholeKey = ({ gateway, host }: GatewayClient, { key }: PayOnceKey) => [gateway.id, host, key];

const keyName = (context: IExecuteFunctions, order: readonly unknown[]): SharedName => ({
	kind: 'key',
	name: `${keyPrefix(context)}${digestOf(order)}`,
});

/**
 * Whether the order that an item's Pay Once Key names was paid for, where the rest of the item is wrong:
 * then it must not go to another gateway either. `no` where it has none, or a wrong one; test runs have
 * keys by their request.
 */
export function paidUnderKey(
	context: IExecuteFunctions,
	itemIndex: number,
	{ client, ledger }: Execution,
): Paid {
	try {
		const isOrder = context.getNodeParameter('resource', itemIndex) === 'image';
		if (isTestRun(context) || !isOrder) return 'no';
		const payOnce = readPayOnceKey(context, itemIndex);
		if (!payOnce) return 'no';
		return ledger.paidUnder(keyName(context, wholeKey(client, payOnce)));
	} catch {
		return 'no';
	}
}

const ONLY_A_NUMBER =
	'The Pay Once Key is only a row number or an index. After rows are sorted or deleted, and in a loop, where $itemIndex is always 0, it names another order, which would get an earlier picture: take an order number, or the ID of the row. The ID of the workflow or the execution beside it names no order either.';

/** Line items of one order are several orders: one key is for one item. */
function checkOneRequest({ context }: Item, key: OrderKey, name: string): void {
	const { keys } = askedIn(context);
	const [place, request] = [placeOf(context, key), requestOf(key)];
	const first = keys[name];
	if (first && first.place !== place && first.request !== request) {
		throw new InputError('Pay Once Key names two different requests in one execution', {
			remedy: 'Give each picture a key of its own, such as {{ $json.order }}-{{ $itemIndex }}.',
		});
	}
	if (!first || first.place === place) keys[name] = { place, request };
}

/** The same request of an earlier test run: by default only where it has a seed, and known bytes. */
function testRunName(
	{ context, options, execution }: Item,
	{ parameters, images }: ImageRequest,
	key: OrderKey,
): SharedName | undefined {
	const { reuseInTestRuns } = options;
	if (!isTestRun(context) || reuseInTestRuns === 'never') return undefined;
	const isSteady =
		hasSeed(parameters) && images.every(({ form }) => form !== 'url' && form !== 'fetchedUrl');
	if (reuseInTestRuns === 'whenSeedIsSet' && !isSteady) return undefined;
	const order = digestOf([execution.client.account, key.payload]);
	const { places } = askedIn(context);
	const asked = (places[order] ??= []);
	const place = placeOf(context, key);
	if (!asked.includes(place)) asked.push(place);
	return { kind: 'testRun', name: `testRun/${order}/${asked.indexOf(place)}` };
}

/**
 * Says how the next test run can take what this one has paid for, where an earlier one of the node has
 * paid as well: once an execution. Not where the person wants each to pay, nor where they changed the
 * request by their own hand.
 */
export function tellPaidTestRun(item: Item, { shared }: OrderKey): void {
	const { context, options, execution } = item;
	if (!isTestRun(context) || options.reuseInTestRuns === 'never') return;
	if (shared && (shared.kind !== 'testRun' || !hasExpression(context))) return;
	const { paid } = askedIn(context);
	const scope = nodeScope(context);
	if (paid[scope]) return;
	paid[scope] = true;
	if (execution.orders.markOnce(`testRun/${scope}`)) showHint(item, PAID_AGAIN);
}

const PAID_AGAIN =
	'This test run was paid, as an earlier one was. The next one takes the pictures of the last and pays nothing where the request is the same and a Seed is set, or Reuse in Test Runs is Always (which an input image by URL needs as well). Where a node before this one writes the prompt anew each time, pin its data.';

/** Whether anything of the request comes from elsewhere, and may have changed by itself. */
const hasExpression = (context: IExecuteFunctions): boolean =>
	JSON.stringify(context.getNode().parameters).includes('"=');

/** ToAPIs has it within an object of further parameters. */
const hasSeed = (parameters: JsonObject): boolean => JSON.stringify(parameters).includes('"seed":');

/** Where in its execution an order is asked for. */
const placeOf = (context: IExecuteFunctions, { runIndex, itemIndex, number }: OrderKey) =>
	[context.getNode().id, runIndex, itemIndex, ...(number === undefined ? [] : [number])].join('/');

/** What this execution has asked for so far. */
function askedIn(context: IExecuteFunctions): Asked {
	const flow = context.getContext('flow') as Context;
	const executionId = executionIdOf(context);
	const asked = flow[FIELD] as Asked | undefined;
	if (asked?.executionId === executionId && asked) return asked;
	return (flow[FIELD] = { executionId, keys: {}, places: {}, paid: {} } satisfies Asked) as Asked;
}

/** Parameters that change nothing of what is ordered. */
const BESIDE_THE_ORDER: ReadonlySet<string> = new Set(['operation', 'options', 'resource']);

/** What the order comes from: the parameters as the person wrote them, the account, the input item. */
function originOf({ context, itemIndex, execution }: Item, { offer }: ImageRequest): unknown {
	// Where each image has an order, their number is none of the order's own.
	const isBeside = (name: string) =>
		BESIDE_THE_ORDER.has(name) || (name === n.name && offer && makesTaskForEach(offer));
	const written = Object.entries(context.getNode().parameters)
		.filter(([name]) => !isBeside(name))
		.sort(([one], [other]) => one.localeCompare(other));
	const { json, binary } = context.getInputData()[itemIndex] ?? {};
	return [written, execution.client.account, json, binary];
}

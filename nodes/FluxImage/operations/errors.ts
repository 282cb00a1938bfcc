import {
	NodeApiError,
	type IExecuteFunctions,
	type JsonObject,
	type NodeOperationError,
} from 'n8n-workflow';

import { omitUndefined } from '../core/json';
import { MESSAGES, REMEDY_WITHOUT_ID, remedyFor } from '../core/messages';
import type { ProblemKind } from '../core/problem';
import { taskName } from '../core/task';
import type { Paid } from '../tasks/order';
import { adviceForModel, adviceForUser } from './agentTool';
import { isAgentTool } from './caller';
import type { ImageNumber } from './imageRequest';
import type { Item, TaskProblem } from './operation';

/** Why an item ended without its output: the error for the editor, and its fields for the workflow. */
export interface ItemFailure {
	readonly itemIndex: number;
	readonly error: NodeApiError | NodeOperationError;
	readonly json: JsonObject;
	/** `invalidInput` for what the person gave; `unexpected` for a fault of n8n or ours. */
	readonly problem: ProblemKind | 'invalidInput' | 'unexpected';
	/** Whether money went for it. */
	readonly paid: Paid;
}

/** What a failure says to a program, in the item and in the context of the error. */
export const factsOf = ({ problem, paid, json }: ItemFailure): JsonObject => ({
	problem,
	paid,
	...(json['failure'] as JsonObject | undefined),
});

/** Puts the problem of an item into words, with its task and the remedy. */
export function taskFailure(item: Item, failure: TaskProblem, paid: Paid): ItemFailure {
	const { context, itemIndex, gateway } = item;
	const { problem, task } = failure;
	const requestId = task?.requestId || undefined;
	const { message, description } = wordsOf(item, failure, paid);
	const httpCode = problem.httpCode === undefined ? undefined : String(problem.httpCode);
	const error = new NodeApiError(
		context.getNode(),
		omitUndefined({ requestId }) as JsonObject,
		omitUndefined({ itemIndex, message, description, httpCode }),
	);
	// n8n puts a stock phrase in place of a message that holds a network code such as ECONNREFUSED.
	error.message = message;
	error.messages = [];
	const json = omitUndefined({
		requestId,
		gateway: gateway.id,
		model: task?.modelId || problem.modelId,
		status: task?.status,
		failure: task?.failure && { ...task.failure },
		url: problem.pictureUrl,
	}) as JsonObject;
	return { itemIndex, error, json, problem: problem.kind, paid };
}

/** The words of a failure: what n8n shows as the headline, and what it shows below. */
function wordsOf(
	item: Item,
	{ problem, task }: TaskProblem,
	paid: Paid,
): { message: string; description?: string } {
	const { context, itemIndex, gateway, options, execution, image } = item;
	const { kind, reason, code } = problem;
	const isTool = isAgentTool(context);
	const { message, messageOfCreate = message } = MESSAGES[kind];
	const head = (task ? message : messageOfCreate)
		.replace('{gateway}', gateway.displayName)
		.replace('{id}', () => taskName(task ?? NO_TASK))
		.replace('{timeout}', `${options.timeoutMs / 1000} s`);
	const told = isTool && STOCK_PHRASE.test(`${reason} ${code}`) ? {} : { reason, code };
	const headline = told.reason ? `${head}: ${told.reason}` : head;
	const hasNoId = task?.requestId === '';
	const join = (...parts: unknown[]) => parts.filter(Boolean).join(' ');
	const remedy = join(
		hasNoId ? REMEDY_WITHOUT_ID : remedyFor(kind, task !== undefined),
		MAY_BE_ELSEWHERE.has(kind) && gateway.addresses,
	);
	const facts = join(
		task?.requestId && `Request ID: ${task.requestId}.`,
		told.code && !isTold(told.code, headline) && `Code: ${told.code}.`,
		problem.gatewayRequestId && `The gateway's ID of the call: ${problem.gatewayRequestId}.`,
		problem.pictureUrl && `Picture: ${problem.pictureUrl}`,
	);
	const { redact } = execution.client;
	const money = moneyOf(image, paid);
	if (!isTool) {
		const name = itemName(context, itemIndex, image);
		const description = join(name && `${name}.`, money(remedy), facts);
		return { message: redact.text(headline), description: redact.text(description) };
	}
	const advice = hasNoId
		? adviceForUser(remedy)
		: adviceForModel(item, kind, task !== undefined, remedy);
	const sentence = /[.!?…]$/.test(headline) ? headline : `${headline}.`;
	return { message: redact.text(join(sentence, money(advice), facts)) };
}

/** The item by n8n's number of it, where there are several, and the image: else it is noise. */
export function itemName(
	context: IExecuteFunctions,
	itemIndex: number,
	image?: ImageNumber,
): string {
	const item = context.getInputData().length > 1 && `item ${itemIndex}`;
	const ofItem = image && `image ${image.number + 1} of ${image.count}`;
	const name = [item, ofItem].filter(Boolean).join(', ');
	return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Of a create that came to nothing. */
const NO_TASK = { requestId: '', modelId: '' };

/** Makes true what a remedy says of money. */
function moneyOf(image: ImageNumber | undefined, paid: Paid): (text: string) => string {
	// Others of its item may be paid.
	if (image) return (text) => text.replace(NOTHING_BILLED, 'Nothing was billed for this image');
	if (paid === 'no') return (text) => text;
	return (text) => text.replace(NOTHING_BILLED, PAID_BEFORE);
}

const NOTHING_BILLED = /nothing was (sent (for this item )?and nothing was )?billed/gi;

/** By another attempt, or by whoever has its Pay Once Key. */
const PAID_BEFORE = 'Nothing was billed this time, but the order may have been paid before';

/** Problems that another address of the gateway may not have. */
const MAY_BE_ELSEWHERE: ReadonlySet<ProblemKind> = new Set([
	...(['neverConnected', 'notFound', 'requestTimedOut', 'unreadable', 'blockedByEdge'] as const),
]);

/** Where n8n finds one of these in what it tells a model, it tells a stock phrase and nothing else. */
const STOCK_PHRASE =
	/ECONN(REFUSED|RESET|ABORTED)|ENOTFOUND|ETIMEDOUT|E(RR)?ADDR|EHOSTUNREACH|EAI_AGAIN|ENOENT|EISDIR|ENOTDIR|EACCES|EEXIST|EPERM|GETADDRINFO/i;

/** Whether a code stands in a text already, as a word of its own. */
const isTold = (code: string, text: string) =>
	text
		.toLowerCase()
		.split(/[^\p{L}\p{N}_]+/u)
		.includes(code.toLowerCase());

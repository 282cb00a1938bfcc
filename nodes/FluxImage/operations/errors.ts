import {
	NodeApiError,
	NodeOperationError,
	type IExecuteFunctions,
	type INodeExecutionData,
	type JsonObject,
} from 'n8n-workflow';

import type { Redact } from '../client/redaction';
import { omitUndefined } from '../core/json';
import { MESSAGES, REMEDY_WITHOUT_ID, remedyFor } from '../core/messages';
import type { Problem, ProblemKind } from '../core/problem';
import { taskName, type KnownTask } from '../core/task';
import type { Gateway } from '../gateways/gateway';
import type { ParameterError } from '../models/parameterError';
import { adviceForModel, adviceForUser, isAgentTool } from './agentTool';
import type { ImageNumber } from './imageRequest';

/** What can be done about a wrong input, where it is not the usual. */
export interface InputRemedy {
	readonly remedy: string;
	/** For a language model whose tool the node is; absent: the same. */
	readonly remedyForModel?: string;
}

const CORRECT_IT: InputRemedy = {
	remedy: 'Correct it in the node, or in the expression that gives it.',
	remedyForModel:
		'If it is one of the values that you gave, call again with a right one; else tell the user.',
};

const NOTHING_PAID = 'nothing was sent and nothing was paid';

/** The item by n8n's number of it, where there are several, and the image: else it is noise. */
function nameOf(
	context: IExecuteFunctions,
	itemIndex: number,
	image?: ImageNumber,
): string | undefined {
	const item = context.getInputData().length > 1 ? `Item ${itemIndex}` : undefined;
	if (!image) return item;
	const name = `mage ${image.number + 1} of ${image.count}`;
	return item === undefined ? `I${name}` : `${item}, i${name}`;
}

/** An error in what the person gave an item, found before anything was sent. */
export function inputError(
	context: IExecuteFunctions,
	itemIndex: number,
	message: string,
	{ remedy, remedyForModel = remedy }: InputRemedy = CORRECT_IT,
): NodeOperationError {
	const node = context.getNode();
	if (isAgentTool(context)) {
		const whole = `${message}. So ${NOTHING_PAID}. ${remedyForModel}`;
		return new NodeOperationError(node, whole, { itemIndex });
	}
	const item = nameOf(context, itemIndex);
	const description = `${item === undefined ? 'So' : `${item}:`} ${NOTHING_PAID}. ${remedy}`;
	return new NodeOperationError(node, message, { itemIndex, description });
}

/** The same of a parameter that its model would refuse. */
export function parameterError(
	context: IExecuteFunctions,
	itemIndex: number,
	{ message, parameter, fitting }: ParameterError,
): NodeOperationError {
	if (fitting.length === 0) return inputError(context, itemIndex, message);
	const values = fitting.join(' or ');
	if (values === '') {
		return inputError(context, itemIndex, message, {
			remedy: 'Choose Default, or let the expression give nothing: the gateway decides then.',
			remedyForModel: `Call again without ${parameter}, or with an empty text for it.`,
		});
	}
	return inputError(context, itemIndex, message, {
		remedy: `Set it to ${values}, in the node or in the expression that gives it.`,
		remedyForModel: `Call again with ${parameter} ${values}.`,
	});
}

/** Of a create that came to nothing. */
const NO_TASK = { requestId: '', modelId: '' };

/** Why an item ended without its output: the error for the editor, and its fields for the workflow. */
export interface ItemFailure {
	readonly itemIndex: number;
	readonly error: NodeApiError | NodeOperationError;
	readonly json: JsonObject;
	/** The kind of problem, where it was one of the wire. */
	readonly kind?: ProblemKind;
}

/** An item whose task, or whose create, went wrong. */
interface FailedItem {
	readonly context: IExecuteFunctions;
	readonly itemIndex: number;
	readonly gateway: Gateway;
	readonly options: { readonly timeoutMs: number };
	readonly image?: ImageNumber;
}

/** What became of it. */
interface Failure {
	readonly problem: Problem;
	readonly task?: KnownTask;
}

/** Puts the problem of an item into words, with its task and the remedy. */
export function taskFailure(item: FailedItem, failure: Failure, redact: Redact): ItemFailure {
	const { context, itemIndex, gateway } = item;
	const { problem, task } = failure;
	const requestId = task?.requestId || undefined;
	const json = omitUndefined({
		requestId,
		gateway: gateway.id,
		model: task?.modelId || problem.modelId,
		status: task?.status,
		failure: task?.failure && { ...task.failure },
		url: problem.pictureUrl,
	}) as JsonObject;
	const { message, description } = wordsOf(item, failure, redact);
	const error = new NodeApiError(context.getNode(), omitUndefined({ requestId }) as JsonObject, {
		itemIndex,
		message,
		...(description === undefined ? {} : { description }),
		...(problem.httpCode === undefined ? {} : { httpCode: String(problem.httpCode) }),
	});
	// n8n puts a stock phrase in place of a message that holds a network code such as ECONNREFUSED.
	error.message = message;
	error.messages = [];
	return { itemIndex, json, kind: problem.kind, error };
}

/** The words of a failure: what n8n shows as the headline, and what it shows below. */
function wordsOf(
	{ context, itemIndex, gateway, options, image }: FailedItem,
	{ problem, task }: Failure,
	redact: Redact,
): { message: string; description?: string } {
	const { kind, reason, code } = problem;
	const { message, messageOfCreate = message } = MESSAGES[kind];
	const fill = (text: string) =>
		text
			.replace('{gateway}', gateway.displayName)
			.replace('{id}', () => taskName(task ?? NO_TASK))
			.replace('{timeout}', `${options.timeoutMs / 1000} s`);
	const isTool = isAgentTool(context);
	const told = isTool && STOCK_PHRASE.test(`${reason} ${code}`) ? {} : { reason, code };
	const head = fill(task ? message : messageOfCreate);
	const headline = told.reason ? `${head}: ${told.reason}` : head;
	const remedy = [
		task?.requestId === '' ? REMEDY_WITHOUT_ID : remedyFor(kind, task !== undefined),
		MAY_BE_ELSEWHERE.has(kind) && gateway.addresses,
	]
		.filter(Boolean)
		.join(' ');
	const ofImage = (text: string) => (image ? text.replace(NOTHING_BILLED, NOTHING_OF_IMAGE) : text);
	const facts = [
		task?.requestId && `Request ID: ${task.requestId}.`,
		told.code && !isTold(told.code, headline) && `Code: ${told.code}.`,
		problem.gatewayRequestId && `The gateway's ID of the call: ${problem.gatewayRequestId}.`,
		problem.pictureUrl && `Picture: ${problem.pictureUrl}`,
	];
	const join = (...parts: unknown[]) => redact.text(parts.filter(Boolean).join(' '));
	if (!isTool) {
		const name = nameOf(context, itemIndex, image);
		return {
			message: redact.text(headline),
			description: join(name && `${name}.`, ofImage(remedy), ...facts),
		};
	}
	const isAboutTask = task !== undefined;
	const advice =
		task?.requestId === ''
			? adviceForUser(remedy)
			: adviceForModel({ context, itemIndex, kind, isAboutTask, remedy });
	return { message: join(withStop(headline), ofImage(advice), ...facts) };
}

/** Of one image among several: others of its item may be paid. */
const NOTHING_BILLED = /nothing was (sent for this item and nothing was )?billed/i;
const NOTHING_OF_IMAGE = 'Nothing was billed for this image';

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

const withStop = (text: string) => (/[.!?…]$/.test(text) ? text : `${text}.`);

/** Every name that an item of the node may have. A test holds the list to what comes out. */
export const OUTPUT_NAMES = [
	...['requestId', 'gateway', 'model', 'status', 'queuePosition', 'progress', 'failure', 'raw'],
	...[
		'imageIndex',
		'imageCount',
		'url',
		'shareUrl',
		'shareUrlExpiresAt',
		'flagged',
		'fileName',
		'contentType',
		'width',
		'height',
	],
	...['metrics', 'usage', 'expiresAt', 'cancellation', 'reused', 'requestChanged', 'error'],
	...['seed', 'requestIds'],
] as const;

/** What a row has of its own under one of our names: a second gateway is to draw with its seed. */
const OF_THE_ROW: ReadonlySet<string> = new Set(['seed']);

/**
 * A failed item as the workflow sees it, under Continue On Fail or in an error output. In an error
 * output n8n routes an item by its `error`; that is kept non-enumerable, since an enumerable one
 * makes n8n put a bare message in place of the item's JSON. There n8n also lays the item over its
 * input item: a name of ours that has no value here is null, or it would show that of another task.
 * The input's files come along, for a second gateway to edit; on the regular output the next node
 * would publish the unedited photo.
 */
export function failedItem(
	context: IExecuteFunctions,
	{ itemIndex, error, json }: ItemFailure,
): INodeExecutionData {
	const { json: row = {}, binary } = context.getInputData()[itemIndex] ?? {};
	const covered = OUTPUT_NAMES.filter((name) => name in row && !OF_THE_ROW.has(name)).map(
		(name) => [name, null] as const,
	);
	const item: INodeExecutionData = {
		json: { ...Object.fromEntries(covered), error: error.message, ...json },
		pairedItem: { item: itemIndex },
	};
	if (context.getNode().onError === 'continueErrorOutput') {
		if (binary) item.binary = binary;
		Object.defineProperty(item, 'error', { value: error, enumerable: false });
	}
	return item;
}

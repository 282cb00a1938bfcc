import {
	NodeApiError,
	NodeOperationError,
	type IExecuteFunctions,
	type INodeExecutionData,
	type JsonObject,
} from 'n8n-workflow';

import type { Redact } from '../client/redaction';
import { omitUndefined } from '../core/json';
import { MESSAGES, REMEDY_WITHOUT_ID } from '../core/messages';
import type { Problem, ProblemKind } from '../core/problem';
import { taskName, type KnownTask } from '../core/task';
import type { Gateway } from '../gateways/gateway';

/** An error in what the person gave an item, found before anything was sent. */
export function inputError(
	context: IExecuteFunctions,
	itemIndex: number,
	message: string,
	remedy = 'Correct it in the node, or in the expression that gives it.',
): NodeOperationError {
	return new NodeOperationError(context.getNode(), message, {
		itemIndex,
		description: `Item ${itemIndex}: nothing was sent and nothing was paid. ${remedy}`,
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

/** Puts the problem of an item into words, with its task and the remedy. */
export function taskFailure(
	context: IExecuteFunctions,
	itemIndex: number,
	gateway: Gateway,
	{ problem, task }: { readonly problem: Problem; readonly task?: KnownTask },
	redact: Redact,
): ItemFailure {
	const fill = (text: string) =>
		redact.text(
			text
				.replace('{gateway}', gateway.displayName)
				.replace('{id}', () => taskName(task ?? NO_TASK)),
		);
	const words = MESSAGES[problem.kind];
	const { remedy, remedyOfTask = remedy, messageOfCreate = words.message } = words;
	const requestId = task?.requestId || undefined;
	const remedyHere = requestId ? remedyOfTask : REMEDY_WITHOUT_ID;
	const head = task ? words.message : messageOfCreate;
	const reason = problem.reason && redact.text(problem.reason);
	const json = omitUndefined({
		requestId,
		gateway: gateway.id,
		model: task?.modelId || problem.modelId,
		status: task?.status,
		failure: task?.failure && { ...task.failure },
		url: problem.pictureUrl,
	}) as JsonObject;
	const facts = [
		`Item ${itemIndex}.`,
		task ? remedyHere : remedy,
		requestId && `Request ID: ${requestId}.`,
		problem.code && `Code: ${problem.code}.`,
		problem.gatewayRequestId && `The gateway's ID of the call: ${problem.gatewayRequestId}.`,
		problem.pictureUrl && `Picture: ${problem.pictureUrl}`,
	];
	const message = reason ? `${fill(head)}: ${reason}` : fill(head);
	const nodeError = new NodeApiError(
		context.getNode(),
		omitUndefined({ requestId }) as JsonObject,
		{
			itemIndex,
			message,
			description: fill(facts.filter(Boolean).join(' ')),
			...(problem.httpCode === undefined ? {} : { httpCode: String(problem.httpCode) }),
		},
	);
	// n8n puts a stock phrase in place of a message that holds a network code such as ECONNREFUSED.
	nodeError.message = message;
	nodeError.messages = [];
	return { itemIndex, json, kind: problem.kind, error: nodeError };
}

/**
 * A failed item as the workflow sees it, under Continue On Fail or in an error output. In an error
 * output n8n routes an item by its `error`; that is kept non-enumerable, since an enumerable one
 * makes n8n put a bare message in place of the item's JSON.
 */
export function failedItem(
	context: IExecuteFunctions,
	{ itemIndex, error, json }: ItemFailure,
): INodeExecutionData {
	const item: INodeExecutionData = {
		json: { error: error.message, ...json },
		pairedItem: { item: itemIndex },
	};
	if (context.getNode().onError === 'continueErrorOutput') {
		Object.defineProperty(item, 'error', { value: error, enumerable: false });
	}
	return item;
}

import { NodeApiError, NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';

import { CredentialError } from '../client/credential';
import { ImageInputError } from '../images/checkedImage';
import { ParameterError } from '../models/parameterError';
import type { Paid } from '../tasks/order';
import { isAgentTool } from './caller';
import { itemName } from './errors';

/** What can be done about a wrong input. */
interface InputRemedy {
	readonly remedy: string;
	/** For a language model whose tool the node is; absent: the same. */
	readonly remedyForModel?: string;
}

/** A flaw in what the person gave an item, found before anything was sent. */
export class InputError extends Error {
	override readonly name = 'InputError';

	constructor(
		message: string,
		/** Absent: to correct what was given. */
		readonly way: InputRemedy = CORRECT_IT,
	) {
		super(message);
	}
}

const CORRECT_IT: InputRemedy = {
	remedy: 'Correct it in the node, or in the expression that gives it.',
	remedyForModel:
		'If it is one of the values that you gave, call again with a right one; else tell the user.',
};

const CORRECT_CREDENTIAL: InputRemedy = {
	remedy: 'Correct the credential of the gateway.',
	remedyForModel: 'Tell the user: Correct the credential of the gateway.',
};

/**
 * What is no problem of the wire, as n8n shows it: a wrong input, a fault of n8n's store, or of our own.
 *
 * @param paid whether the item was paid for before
 */
export function asNodeError(
	context: IExecuteFunctions,
	itemIndex: number,
	error: unknown,
	paid: Paid,
): NodeApiError | NodeOperationError {
	if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
	const way = wayOut(error);
	const node = context.getNode();
	if (!way) return new NodeOperationError(node, error as Error, { itemIndex });
	const { message } = error as Error;
	const { remedy, remedyForModel = remedy } = way;
	if (isAgentTool(context)) {
		const whole = `${message}. So nothing was sent and nothing was paid. ${remedyForModel}`;
		return new NodeOperationError(node, whole, { itemIndex });
	}
	const name = itemName(context, itemIndex);
	const money =
		paid === 'no'
			? 'nothing was sent and nothing was paid'
			: 'nothing was sent this time, but the item may have been paid before';
	const description = `${name ? `${name}:` : 'So'} ${money}. ${remedy}`;
	return new NodeOperationError(node, message, { itemIndex, description });
}

/** What can be done about an error in what the person gave; nothing where it is another. */
function wayOut(error: unknown): InputRemedy | undefined {
	if (error instanceof InputError) return error.way;
	if (error instanceof ParameterError) return wayOutOf(error);
	if (error instanceof ImageInputError) return CORRECT_IT;
	return error instanceof CredentialError ? CORRECT_CREDENTIAL : undefined;
}

/** The values that the model would take in place of the one that it refuses. */
function wayOutOf({ parameter, fitting }: ParameterError): InputRemedy {
	if (fitting.length === 0) return CORRECT_IT;
	const values = fitting.join(' or ');
	if (values === '') {
		return {
			remedy: 'Choose Default, or let the expression give nothing: the gateway decides then.',
			remedyForModel: `Call again without ${parameter}, or with an empty text for it.`,
		};
	}
	return {
		remedy: `Set it to ${values}, in the node or in the expression that gives it.`,
		remedyForModel: `Call again with ${parameter} ${values}.`,
	};
}

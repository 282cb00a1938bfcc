import type { IExecuteFunctions, INode } from 'n8n-workflow';

import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import type { Gateway } from '../../../nodes/FluxImage/gateways/gateway';
import { MESSAGES } from '../../../nodes/FluxImage/core/messages';
import { ParameterError } from '../../../nodes/FluxImage/models/parameterError';
import { taskFailure } from '../../../nodes/FluxImage/operations/errors';
import { asNodeError, InputError } from '../../../nodes/FluxImage/operations/inputError';
import { failedItem } from '../../../nodes/FluxImage/operations/inputFields';
import type { Item } from '../../../nodes/FluxImage/operations/operation';
import type { Paid } from '../../../nodes/FluxImage/tasks/order';
import type { Problem } from '../../../nodes/FluxImage/core/problem';
import type { KnownTask, TaskState } from '../../../nodes/FluxImage/core/task';
import { redactor } from '../../../nodes/FluxImage/client/redaction';

const KEY = 'key-that-must-not-be-seen';

const task: TaskState = {
	requestId: 'mmsu_1',
	modelId: 'flux_kontext_max',
	status: 'running',
	raw: {},
};

/** Whence the node is called. */
interface Caller {
	/** Of the operation; `image` unless said otherwise. */
	readonly resource?: 'image' | 'task';
	/** Null: n8n gives none, as to a call by MCP. */
	readonly executionId?: null;
}

/** @param items how many the node has */
const contextOf = (node: Partial<INode> = {}, items = 5, caller: Caller = {}) =>
	({
		getNode: () => ({ name: 'FLUX Image', type: 'fluxImage', ...node }),
		getInputData: () => Array.from({ length: items }),
		getExecutionId: () => (caller.executionId === null ? undefined : '1'),
	}) as unknown as IExecuteFunctions;

const failure = (
	problem: Problem,
	about?: KnownTask,
	node: Partial<INode> = {},
	gateway: Gateway = GATEWAYS.seaArtCloud,
	caller: Caller = {},
	paid: Paid = 'no',
) => {
	const item = {
		...{ context: contextOf(node, 5, caller), itemIndex: 3, gateway },
		...{ operation: { resource: caller.resource ?? 'image' }, options: { timeoutMs: 90_500 } },
		...{ execution: { client: { redact: redactor(KEY) } } },
	} as Item;
	return taskFailure(item, { problem, ...(about && { task: about }) }, paid);
};

describe("an item's failure", () => {
	it('says what happened, with the gateway and its own reason', () => {
		const { error } = failure({ kind: 'failed', reason: 'out of paint', code: 'BROKE' }, task);
		expect(error.message).toBe('Task mmsu_1 failed at SeaArt Cloud: out of paint');
	});

	it('says item, remedy, task, code and the id of the call', () => {
		const { error } = failure(
			{ kind: 'gatewayFault', code: 'E1', gatewayRequestId: 'call-9', httpCode: 503 },
			task,
		);
		expect(error.description).toBe(
			"Item 3. The task is paid. Collect it with Task > Wait later. If the fault stays, tell the support of the gateway. Request ID: mmsu_1. Code: E1. The gateway's ID of the call: call-9.",
		);
		expect(error).toMatchObject({ httpCode: '503', context: { itemIndex: 3 } });
	});

	it('names the picture that could not be fetched, in words and in JSON', () => {
		const pictureUrl = 'https://pictures.test/1.png';
		const { error, json } = failure({ kind: 'pictureUnavailable', pictureUrl }, task);
		expect(error.description).toContain(`Picture: ${pictureUrl}`);
		expect(json.url).toBe(pictureUrl);
	});

	it.each(['badKey', 'notAllowed', 'redirected', 'unreadable', 'refusedByProxy'] as const)(
		'of a task that is paid says so, and how to collect it, though %s (FAULTS E1)',
		(kind) => {
			const { description } = failure({ kind }, task).error;
			expect(description).toMatch(/The task is paid\..*Task > Wait.*Request ID: mmsu_1/);
			expect(failure({ kind }).error.description).toContain('Nothing was billed.');
		},
	);

	it('says how long was waited (FAULTS E12)', () => {
		const { message } = failure({ kind: 'deadlineReached' }, task).error;
		expect(message).toBe('Task mmsu_1 was not finished within the timeout of 90.5 s');
	});

	it.each([
		['EXPIRED', 'EXPIRED'],
		['ECONNREFUSED', 'connect ECONNREFUSED ::1:9'],
		['content_blocked', 'refused: CONTENT_BLOCKED'],
		['FAILED', 'the gateway gave no reason'],
	])('says the code %s once, where the message has it already (FAULTS E12)', (code, reason) => {
		const { description } = failure({ kind: 'failed', code, reason }, task).error;
		expect(description).not.toContain('Code:');
	});

	it('says a code that is only a part of a word in the message', () => {
		const { description } = failure({ kind: 'failed', code: 'E1', reason: 'E12' }, task).error;
		expect(description).toContain('Code: E1.');
	});

	it('of a finished task without an ID asks for none', () => {
		const about = { ...task, requestId: '' };
		const { message, description } = failure({ kind: 'pictureUnavailable' }, about).error;
		expect(message).toContain('The picture of task without an ID');
		expect(description).toContain('The task is paid and finished, but the gateway gave it no ID');
		expect(description).not.toMatch(/Get Result|Request ID: \./);
	});

	it.each(['neverConnected', 'notFound', 'blockedByEdge', 'unreadable'] as const)(
		'%s names the other addresses of the gateway, where it has some',
		(kind) => {
			const at = (gateway: Gateway) => failure({ kind }, undefined, {}, gateway).error.description;
			expect(at(GATEWAYS.toApis)).toContain('in mainland China at https://toapis.cn');
			expect(at(GATEWAYS.odiRouter)).toContain('https://api.odirouter.ai/model');
			expect(at(GATEWAYS.vtrix)).not.toContain('https://');
		},
	);

	it('other problems name no address', () => {
		const { error } = failure({ kind: 'noCredit' }, undefined, {}, GATEWAYS.toApis);
		expect(error.description).not.toContain('https://');
	});

	it('a model that the gateway does not know may be spelled otherwise there', () => {
		const { message, description } = failure({ kind: 'notFound' }).error;
		expect(message).toBe('SeaArt Cloud does not know this model');
		expect(description).toMatch(/host may be another.*with Other as the Model.*hyphens/);
	});

	it('has the task, gateway, model, status and failure as JSON', () => {
		const failed = { ...task, status: 'failed' as const, failure: { code: 'C', message: 'm' } };
		expect(failure({ kind: 'failed' }, failed).json).toEqual({
			requestId: 'mmsu_1',
			gateway: 'seaArtCloud',
			model: 'flux_kontext_max',
			status: 'failed',
			failure: { code: 'C', message: 'm' },
		});
	});

	it('of a call that created nothing says so', () => {
		const { error } = failure({ kind: 'noCredit' });
		expect(error.description).toContain('Nothing was billed.');
		expect(failure({ kind: 'noCredit' }, task).error.description).not.toContain('billed');
	});

	it.each(['limitReached', 'notSentInTime', 'noCredit', 'inputImageUnavailable'] as const)(
		'of an order that may have been paid before does not say that nothing was billed: %s',
		(kind) => {
			for (const paid of ['maybe', 'yes'] as const) {
				const node = { type: 'fluxImageTool' };
				const told = failure({ kind }, undefined, {}, GATEWAYS.vtrix, {}, paid).error.description;
				const heard = failure({ kind }, undefined, node, GATEWAYS.vtrix, {}, paid).error.message;
				for (const text of [told, heard]) {
					expect(text).toContain('the order may have been paid before');
					expect(text).not.toMatch(/billed[.]|was sent (for this item )?and nothing/);
				}
			}
		},
	);

	it('claims no status of a task that no reply has told of', () => {
		const { requestId, modelId } = task;
		const { json } = failure({ kind: 'notFound' }, { requestId, modelId });
		expect(json).not.toHaveProperty('status');
	});

	it('keeps an id that looks like a pattern', () => {
		const { error } = failure({ kind: 'failed' }, { ...task, requestId: "a$&b$'c" });
		expect(error.message).toContain("Task a$&b$'c failed");
	});

	it('about a task without an id names none, and no remedy that needs one', () => {
		const finished = { ...task, requestId: '', status: 'completed' as const };
		const pictureUrl = 'https://pictures.test/1.png';
		const { error, json } = failure({ kind: 'pictureUnavailable', pictureUrl }, finished);
		expect(error.message).toBe(
			'The picture of task without an ID is finished, but could not be fetched',
		);
		expect(error.description).toContain('gave it no ID to collect it by');
		expect(error.description).not.toMatch(/Request ID|Get Result/);
		expect(json).not.toHaveProperty('requestId');
	});

	it('without a task has the model of its create', () => {
		const { json } = failure({ kind: 'createUncertain', modelId: 'flux_2_pro' });
		expect(json).toEqual({ gateway: 'seaArtCloud', model: 'flux_2_pro' });
	});

	it('keeps a message that holds a network code, for which n8n has a stock phrase', () => {
		const { error } = failure({ kind: 'neverConnected', reason: 'connect ECONNREFUSED ::1:9' });
		expect(error.message).toBe('SeaArt Cloud could not be reached: connect ECONNREFUSED ::1:9');
		expect(error.messages).toEqual([]);
	});

	it('never shows the key', () => {
		const problem = { kind: 'failed', reason: `signed ${KEY}`, code: KEY } as const;
		const { error } = failure({ ...problem, gatewayRequestId: KEY }, task);
		const seen = [error.message, error.description, JSON.stringify(error)];
		for (const text of seen) expect(text).not.toContain(KEY);
	});
});

describe("as an agent's tool, a failure (FAULTS E13)", () => {
	const TOOL = { type: 'n8n-nodes-flux-image.fluxImageTool' };
	const heard = (problem: Problem, about?: KnownTask, caller: Caller = {}) => {
		const { error } = failure(problem, about, TOOL, GATEWAYS.seaArtCloud, caller);
		expect(error.description).toBeFalsy();
		return error.message;
	};

	const CALLERS: ReadonlyArray<readonly [name: string, Caller]> = [
		['in an execution', {}],
		['by MCP', { executionId: null }],
		['about a task', { resource: 'task' }],
	];
	const KINDS = Object.keys(MESSAGES) as Array<keyof typeof MESSAGES>;

	it.each(KINDS.flatMap((kind) => CALLERS.map(([name, caller]) => [kind, name, caller] as const)))(
		'%s, %s, says all in its message, and nothing of items or of the editor to act in',
		(kind, _name, caller) => {
			for (const message of [
				heard({ kind, reason: 'why' }, task, caller),
				heard({ kind, reason: 'why' }, undefined, caller),
			]) {
				expect(message).toMatch(/: why\. /);
				expect(message).not.toMatch(/\bItem\b|undefined|\{/);
				expect(message).toMatch(/[Cc]all again|Tell the user|tell the user/);
			}
		},
	);

	it('that the prompt causes asks for another one', () => {
		expect(heard({ kind: 'moderated', reason: 'Violence.' }, task)).toBe(
			'Task mmsu_1 was blocked by the moderation of SeaArt Cloud: Violence. Call again with another prompt or other values, as the reason says: that makes a new task, and pays for it. Request ID: mmsu_1.',
		);
	});

	it('that leaves a paid task asks for the same call, never for another', () => {
		for (const kind of ['deadlineReached', 'interrupted', 'pictureUnavailable'] as const) {
			expect(heard({ kind }, task)).toMatch(/The task is paid\. .*exactly the same values/);
		}
	});

	it.each(KINDS)('%s by MCP never has a paid task drawn again: no execution ties them', (kind) => {
		const told = heard({ kind, reason: 'why' }, task, { executionId: null });
		expect(told).not.toMatch(/same values: that fetches/);
		if (told.includes('The task is paid.')) expect(told).toMatch(/Do not call again/);
	});

	it('about a task that is not finished asks for the same call, which pays nothing', () => {
		expect(heard({ kind: 'deadlineReached' }, task, { resource: 'task' })).toMatch(
			/exactly the same values: that asks for the same task and pays nothing\./,
		);
	});

	it('about a task that ended badly sends the model back to drawing', () => {
		for (const kind of ['failed', 'moderated'] as const) {
			expect(heard({ kind }, task, { resource: 'task' })).toMatch(
				/Do not ask for this task again\. If you have a tool that draws/,
			);
		}
	});

	it('that an input image causes asks for another address of it', () => {
		expect(heard({ kind: 'inputImageUnavailable' })).toMatch(
			/If you gave the address of the image, call again with one that shows the picture by itself/,
		);
	});

	it.each(['createUncertain', 'badKey', 'noCredit', 'notStored'] as const)(
		'that a model cannot mend, such as %s, is for the user',
		(kind) => {
			expect(heard({ kind })).toContain('. Do not call again. Tell the user: ');
		},
	);

	it('keeps the codes of the network to itself: n8n makes a stock phrase of them', () => {
		const problem = { kind: 'interrupted', code: 'ECONNRESET', reason: 'read ECONNRESET' } as const;
		expect(heard(problem)).toMatch(/^The connection to SeaArt Cloud broke\. Nothing was billed\./);
		expect(heard({ kind: 'notStored', reason: 'ENOENT: no such folder' }, task)).not.toMatch(
			/ENOENT/,
		);
	});

	it('tells the codes of gateways, which may begin as those of the network do', () => {
		const problem = { kind: 'failed', code: 'E77', reason: 'EXPIRED' } as const;
		expect(heard(problem, task)).toMatch(/: EXPIRED\. .* Code: E77\.$/);
	});

	it('of a finished task without an ID is for the user: another call would pay again', () => {
		const about = { ...task, requestId: '' };
		expect(heard({ kind: 'pictureUnavailable' }, about)).toMatch(
			/Do not call again\. Tell the user: The task is paid and finished, but the gateway gave it no ID/,
		);
	});

	it('never shows the key', () => {
		expect(heard({ kind: 'failed', reason: `signed ${KEY}`, code: KEY }, task)).not.toContain(KEY);
	});
});

describe('a wrong input', () => {
	const width = new ParameterError('Width', 'a multiple of 32', 1000, undefined, {
		nearest: [992, 1024],
	});

	it('says its item, that nothing was paid, and the values that would do', () => {
		const { message, description } = asNodeError(contextOf(), 3, width, 'no');
		expect(message).toBe('Width must be a multiple of 32, but is 1000');
		expect(description).toBe(
			'Item 3: nothing was sent and nothing was paid. Set it to 992 or 1024, in the node or in the expression that gives it.',
		);
	});

	it('of an item that was paid before does not say that nothing was paid', () => {
		const { description } = asNodeError(contextOf(), 3, width, 'maybe');
		expect(description).toMatch(
			/^Item 3: nothing was sent this time, but the item may have been paid before\. Set it to/,
		);
	});

	it("that is another service's name says in the message what it is here", () => {
		const named = new ParameterError('Size', 'a ratio', 'square_hd', undefined, { meant: ['1:1'] });
		const { message, description } = asNodeError(contextOf(), 3, named, 'no');
		expect(message).toBe('Size must be a ratio, but is "square_hd", which is 1:1 here');
		expect(description).toMatch(/Set it to 1:1, in the node or in the expression that gives it\.$/);
	});

	it("that leaves it to the gateway, by another service's word, is to be left empty", () => {
		const automatic = new ParameterError('Size', 'a ratio', 'auto', undefined, { meant: [''] });
		const { message, description } = asNodeError(contextOf(), 3, automatic, 'no');
		expect(message).toBe('Size must be a ratio, but is "auto", for which it is left empty here');
		expect(description).toMatch(
			/Choose Default, or let the expression give nothing: the gateway decides then\.$/,
		);
		const tool = contextOf({ type: 'n8n-nodes-flux-image.fluxImageTool' });
		expect(asNodeError(tool, 3, automatic, 'no').message).toMatch(
			/Call again without Size, or with an empty text for it\.$/,
		);
	});

	it('that is the only one needs no number', () => {
		const { description } = asNodeError(contextOf({}, 1), 0, width, 'no');
		expect(description).toMatch(/^So nothing was sent and nothing was paid\. Set it/);
	});

	it("of an agent's tool is for the model, in one message (FAULTS E13)", () => {
		const context = contextOf({ type: 'n8n-nodes-flux-image.fluxImageTool' });
		const { message, description } = asNodeError(context, 3, width, 'no');
		expect(message).toBe(
			'Width must be a multiple of 32, but is 1000. So nothing was sent and nothing was paid. Call again with Width 992 or 1024.',
		);
		expect(description).toBeFalsy();
		expect(asNodeError(context, 3, new InputError('Prompt must be text'), 'no').message).toContain(
			'If it is one of the values that you gave, call again with a right one; else tell the user.',
		);
	});
});

describe('a failed item', () => {
	const item = (onError: NonNullable<INode['onError']>) =>
		failedItem(contextOf({ onError }), failure({ kind: 'failed', reason: 'no' }, task));

	it('has the message beside its JSON, and its pairing', () => {
		expect(item('continueRegularOutput')).toEqual({
			json: {
				error: 'Task mmsu_1 failed at SeaArt Cloud: no',
				requestId: 'mmsu_1',
				gateway: 'seaArtCloud',
				model: 'flux_kontext_max',
				status: 'running',
				failure: { problem: 'failed', paid: 'no' },
			},
			pairedItem: { item: 3 },
		});
	});

	it('is routed to an error output by an error that n8n cannot enumerate', () => {
		const routed = item('continueErrorOutput');
		expect(routed.error).toBeDefined();
		expect(Object.keys(routed)).not.toContain('error');
		expect(item('continueRegularOutput').error).toBeUndefined();
	});
});

it('a create that moderation refused is told without a task, since there is none', () => {
	const { error } = failure({ kind: 'moderated' });
	expect(error.message).toBe('The moderation of SeaArt Cloud refused the request');
	expect(error.description).toContain('Nothing was billed.');
	const ofTask = failure({ kind: 'moderated' }, task).error;
	expect(ofTask.message).toBe('Task mmsu_1 was blocked by the moderation of SeaArt Cloud');
});

import type { IExecuteFunctions, INode } from 'n8n-workflow';

import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import { failedItem, taskFailure } from '../../../nodes/FluxImage/operations/errors';
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

const contextOf = (onError?: INode['onError']) =>
	({ getNode: () => ({ name: 'FLUX Image', onError }) }) as unknown as IExecuteFunctions;

const failure = (problem: Problem, about?: KnownTask) =>
	taskFailure(
		contextOf(),
		3,
		GATEWAYS['seaArtCloud']!,
		{ problem, ...(about && { task: about }) },
		redactor(KEY),
	);

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
			"Item 3. Collect the task with Task > Wait later. If it stays, tell the support of the gateway. Request ID: mmsu_1. Code: E1. The gateway's ID of the call: call-9.",
		);
		expect(error).toMatchObject({ httpCode: '503', context: { itemIndex: 3 } });
	});

	it('names the picture that could not be fetched, in words and in JSON', () => {
		const pictureUrl = 'https://pictures.test/1.png';
		const { error, json } = failure({ kind: 'pictureUnavailable', pictureUrl }, task);
		expect(error.description).toContain(`Picture: ${pictureUrl}`);
		expect(json.url).toBe(pictureUrl);
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

describe('a failed item', () => {
	const item = (onError: INode['onError']) =>
		failedItem(contextOf(onError), failure({ kind: 'failed', reason: 'no' }, task));

	it('has the message beside its JSON, and its pairing', () => {
		expect(item('continueRegularOutput')).toEqual({
			json: {
				error: 'Task mmsu_1 failed at SeaArt Cloud: no',
				requestId: 'mmsu_1',
				gateway: 'seaArtCloud',
				model: 'flux_kontext_max',
				status: 'running',
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
	const refused = { problem: { kind: 'moderated' } as const };
	const { error } = taskFailure(contextOf(), 0, GATEWAYS.toApis, refused, redactor(KEY));
	expect(error.message).toBe('The moderation of ToAPIs refused the request');
	const ofTask = taskFailure(contextOf(), 0, GATEWAYS.toApis, { ...refused, task }, redactor(KEY));
	expect(ofTask.error.message).toBe('Task mmsu_1 was blocked by the moderation of ToAPIs');
});

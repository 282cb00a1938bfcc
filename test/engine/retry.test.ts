import type { INodeExecutionData } from 'n8n-workflow';

import {
	FLUX_NAME,
	nodeType,
	plainNode,
	startWorkflow,
	type Outcome,
} from '../../tooling/engine/engine';
import { NodeHarness, type Ask } from './nodeHarness';

let harness: NodeHarness;

beforeAll(async () => (harness = await NodeHarness.open()));
afterAll(async () => await harness.close());
beforeEach(() => harness.reset());

const RETRIES = { retryOnFail: true, maxTries: 3, waitBetweenTries: 50 } as const;
const NO_WAIT: Ask = { options: { timeout: 20 } };

/** How often each prompt was paid. */
function paidByPrompt(): Record<string, number> {
	const paid: Record<string, number> = {};
	for (const { prompt, billed } of harness.sandbox.ledger.taskRows()) {
		paid[prompt] = (paid[prompt] ?? 0) + billed;
	}
	return paid;
}

/** What a person's Retry starts: another execution that goes on with the node contexts of the first. */
async function pressRetry(failed: Outcome, ask: Ask): Promise<Outcome> {
	const contextData = JSON.parse(JSON.stringify(failed.contextData)) as Outcome['contextData'];
	return await harness.run({ ...ask, contextData, executionId: '2', mode: 'retry' });
}

describe("n8n's Retry On Fail", () => {
	it('picks up the tasks that the first attempt paid for', async () => {
		harness.sandbox.faults.add({
			call: 'status',
			fault: 'redirect',
			promptIncludes: 'two',
			times: 1,
		});
		const { items, error } = await harness.run({
			prompts: ['one', 'two [seconds=0.5]', 'three [seconds=0.5]'],
			settings: RETRIES,
		});
		expect(error).toBeUndefined();
		expect(items.map(({ json }) => json.status)).toEqual(['completed', 'completed', 'completed']);
		expect(Object.values(paidByPrompt())).toEqual([1, 1, 1]);
	});

	it('pays for equal prompts in several items once each, and mixes none up', async () => {
		harness.sandbox.faults.add({ call: 'result', fault: 'redirect', times: 1 });
		const { items } = await harness.run({ prompts: ['same', 'same', 'same'], settings: RETRIES });
		const ids = items.map(({ json }) => json.requestId);
		expect(new Set(ids).size).toBe(3);
		expect(harness.sandbox.ledger.billed()).toBe(3);
	});

	it('picks them up for Image > Create too', async () => {
		harness.sandbox.faults.add({ call: 'create', fault: '401', promptIncludes: 'two', times: 1 });
		const { items, error } = await harness.run({
			operation: 'image > create',
			prompts: ['one', 'two', 'three'],
			settings: RETRIES,
		});
		expect(error).toBeUndefined();
		expect(new Set(items.map(({ json }) => json.requestId))).toEqual(new Set(harness.taskIds()));
		expect(Object.values(paidByPrompt())).toEqual([1, 1, 1]);
	});

	it('makes a task that failed anew, and only that', async () => {
		const { error } = await harness.run({ prompts: ['good', '[failed] bad'], settings: RETRIES });
		expect(error!.message).toContain('failed at SeaArt Cloud');
		expect(paidByPrompt()).toEqual({ good: 1, '[failed] bad': 3 });
	});

	it('does not send a create again that may have been accepted', async () => {
		harness.sandbox.faults.add({ call: 'create', fault: 'reset', when: 'afterAcceptance' });
		const { error } = await harness.run({ ...NO_WAIT, settings: RETRIES });
		expect(error!.message).toContain('may have accepted the task');
		expect(harness.creates()).toBe(1);
	});

	it('names at its end the tasks that an earlier attempt paid for and the last did not reach', async () => {
		harness.sandbox.faults.add({ call: 'status', fault: 'redirect', promptIncludes: 'first' });
		const { error } = await harness.run({
			prompts: ['first [seconds=1]', 'second [seconds=1]', 'third [seconds=1]'],
			options: { maxConcurrentTasks: 3 },
			settings: RETRIES,
		});
		for (const id of harness.taskIds()) {
			expect(`${error!.message} ${error!.description}`).toContain(id);
		}
		expect(harness.sandbox.ledger.billed()).toBe(3);
	});

	it('together with Continue On Fail makes only the failed item anew', async () => {
		harness.sandbox.faults.add({ call: 'create', fault: '401', promptIncludes: 'first', times: 1 });
		const { items } = await harness.run({
			prompts: ['first', 'second', 'third'],
			settings: { ...RETRIES, onError: 'continueRegularOutput' },
		});
		expect(items.map(({ json }) => json.status)).toEqual(['completed', 'completed', 'completed']);
		expect(paidByPrompt()).toEqual({ first: 1, second: 1, third: 1 });
		expect(new Set(items.map(({ json }) => json.requestId))).toEqual(new Set(harness.taskIds()));
	});
});

describe("a person's Retry", () => {
	it('picks up the paid tasks in a new execution', async () => {
		const ask: Ask = { prompts: ['one', 'two [seconds=0.5]'] };
		harness.sandbox.faults.add({
			call: 'status',
			fault: 'redirect',
			promptIncludes: 'two',
			times: 1,
		});
		const failed = await harness.run(ask);
		expect(failed.error).toBeDefined();
		const { items, error } = await pressRetry(failed, ask);
		expect(error).toBeUndefined();
		expect(items).toHaveLength(2);
		expect(Object.values(paidByPrompt())).toEqual([1, 1]);
	});

	it('only fetches what is finished', async () => {
		// The host's last word: another fault would be tried until the timeout.
		harness.sandbox.faults.add({ call: 'picture', fault: { statusCode: 451, body: '' } });
		const failed = await harness.run({});
		expect(failed.error!.message).toContain('could not be fetched');
		harness.sandbox.faults.clear();
		const { items } = await pressRetry(failed, {});
		expect(items[0]!.binary).toBeDefined();
		expect(harness.sandbox.ledger.billed()).toBe(1);
	});

	it('sends a create again that may have been accepted: the person was told', async () => {
		harness.sandbox.faults.add({ call: 'create', fault: '500', times: 1 });
		const failed = await harness.run(NO_WAIT);
		expect(failed.error!.message).toContain('may have accepted');
		const { items } = await pressRetry(failed, NO_WAIT);
		expect(items[0]!.json.status).toBe('completed');
		expect(harness.creates()).toBe(2);
	});

	it('with another prompt is another create', async () => {
		harness.sandbox.faults.add({ call: 'status', fault: 'redirect', times: 1 });
		const failed = await harness.run({ prompts: ['old'] });
		await pressRetry(failed, { prompts: ['new'] });
		expect(paidByPrompt()).toEqual({ old: 1, new: 1 });
	});
});

describe('a loop', () => {
	const TURNS = 3;

	/** Items, then FLUX Image and back, three times; each turn's picture goes on to the next. */
	async function loop(ask: Ask): Promise<Outcome> {
		const { node, credentials } = harness.node(ask);
		let turn = 0;
		const gate = nodeType(['loop', 'done'], async function () {
			const items: INodeExecutionData[] = [{ json: { prompt: 'the same each turn' } }];
			return turn++ < TURNS ? [items, []] : [[], this.getInputData()];
		});
		const to = (name: string) => [{ node: name, type: 'main' as const, index: 0 }];
		return await startWorkflow(
			[plainNode('Items'), plainNode('Gate', 'test.gate'), node],
			{
				Items: { main: [to('Gate')] },
				Gate: { main: [to(FLUX_NAME), []] },
				[FLUX_NAME]: { main: [to('Gate')] },
			},
			{ credentials },
			{ 'test.gate': gate },
		).finished;
	}

	const idsOfTurns = ({ run }: Outcome) =>
		run.data.resultData.runData[FLUX_NAME]!.map(({ data }) => data?.main?.[0]?.[0]?.json.requestId);

	it('makes a new picture each turn', async () => {
		const ids = idsOfTurns(await loop({ settings: RETRIES }));
		expect(new Set(ids).size).toBe(TURNS);
		expect(harness.sandbox.ledger.billed()).toBe(TURNS);
	});

	it('pays once a turn, though an attempt fails in one of them', async () => {
		harness.sandbox.faults.add({ call: 'status', fault: 'redirect', nth: 2 });
		const ids = idsOfTurns(await loop({ settings: RETRIES }));
		expect(new Set(ids).size).toBe(TURNS);
		expect(harness.sandbox.ledger.billed()).toBe(TURNS);
	});
});

/** Parameters that come out otherwise each time that they are evaluated. */
const CHANGING = {
	prompt: '={{ $json.prompt + " at " + $now.toMillis() + Math.random() }}',
	additionalFields: { seed: '={{ Math.floor(Math.random() * 1e9) }}' },
};

describe('What changes by itself from attempt to attempt is no other order (FAULTS A1)', () => {
	it.each(['image > generateAndWait', 'image > create'] as const)(
		'with several items of %s, each is paid once under Retry On Fail',
		async (operation) => {
			const isCreate = operation === 'image > create';
			harness.sandbox.faults.add({
				call: isCreate ? 'create' : 'status',
				fault: isCreate ? '401' : 'redirect',
				promptIncludes: 'two',
				times: 1,
			});
			const { items, error } = await harness.run({
				operation,
				prompts: ['one', 'two', 'three'],
				parameters: CHANGING,
				settings: RETRIES,
			});
			expect(error).toBeUndefined();
			expect(new Set(items.map(({ json }) => json.requestId)).size).toBe(3);
			expect(harness.sandbox.ledger.billed()).toBe(3);
		},
	);

	it.each(['continueRegularOutput', 'continueErrorOutput'] as const)(
		'and with the first item failing under %s',
		async (onError) => {
			harness.sandbox.faults.add({ call: 'create', fault: '401', promptIncludes: 'one', times: 1 });
			await harness.run({
				prompts: ['one', 'two', 'three'],
				parameters: CHANGING,
				settings: { ...RETRIES, onError },
			});
			expect(harness.sandbox.ledger.billed()).toBe(3);
		},
	);

	it('and a create that may have been accepted is not sent again', async () => {
		harness.sandbox.faults.add({ call: 'create', fault: 'reset', when: 'afterAcceptance' });
		const { error } = await harness.run({ parameters: CHANGING, settings: RETRIES });
		expect(error!.message).toContain('may have accepted the task');
		expect(harness.creates()).toBe(1);
	});

	it("and a person's Retry of the same workflow picks its task up, also with a longer Timeout", async () => {
		const ask: Ask = { prompts: ['one'], parameters: CHANGING };
		harness.sandbox.faults.add({ call: 'status', fault: 'redirect', times: 1 });
		const failed = await harness.run(ask);
		const { items } = await pressRetry(failed, { ...ask, options: { timeout: 40 } });
		expect(items[0]!.json.status).toBe('completed');
		expect(harness.sandbox.ledger.billed()).toBe(1);
	});

	it("but a person's Retry with other parameters, another account or another item is another order", async () => {
		const ask: Ask = { prompts: ['one'], parameters: CHANGING };
		const others: Ask[] = [
			{ ...ask, parameters: { ...CHANGING, additionalFields: {} } },
			{ ...ask, prompts: ['two'] },
			{ ...ask, baseUrl: harness.sandbox.baseUrls.seaArtCloud.replace('127.0.0.1', 'localhost') },
		];
		for (const other of others) {
			harness.reset();
			harness.sandbox.faults.add({ call: 'status', fault: 'redirect', times: 1 });
			await pressRetry(await harness.run(ask), other);
			expect(harness.sandbox.ledger.billed()).toBe(2);
		}
	});
});

describe("A person's Retry of a doubtful create", () => {
	it('that is refused stays in doubt: no second gateway may take it for unpaid', async () => {
		harness.sandbox.faults.add({
			call: 'create',
			fault: 'reset',
			when: 'afterAcceptance',
			times: 1,
		});
		const failed = await harness.run(NO_WAIT);
		harness.sandbox.faults.add({ call: 'create', fault: '401', times: 1 });
		const { error } = await pressRetry(failed, NO_WAIT);
		expect(error!.context).toMatchObject({ failure: { problem: 'badKey', paid: 'maybe' } });
	});
});

import type { INodeExecutionData } from 'n8n-workflow';

import {
	FLUX_NAME,
	nodeType,
	plainNode,
	startWorkflow,
	type Outcome,
} from '../../tooling/engine/engine';
import { Studio, type Ask } from './studio';

let studio: Studio;

beforeAll(async () => (studio = await Studio.open()));
afterAll(async () => await studio.close());
beforeEach(() => studio.reset());

const RETRIES = { retryOnFail: true, maxTries: 3, waitBetweenTries: 50 } as const;
const NO_WAIT: Ask = { options: { timeout: 20 } };

/** How often each prompt was paid. */
function paidByPrompt(): Record<string, number> {
	const paid: Record<string, number> = {};
	for (const { prompt, billed } of studio.sandbox.ledger.taskRows()) {
		paid[prompt] = (paid[prompt] ?? 0) + billed;
	}
	return paid;
}

/** What a person's Retry starts: another execution that goes on with the node contexts of the first. */
async function pressRetry(failed: Outcome, ask: Ask): Promise<Outcome> {
	const contextData = JSON.parse(JSON.stringify(failed.contextData)) as Outcome['contextData'];
	return await studio.run({ ...ask, contextData, executionId: '2', mode: 'retry' });
}

describe("n8n's Retry On Fail", () => {
	it('picks up the tasks that the first attempt paid for', async () => {
		studio.sandbox.faults.add({
			call: 'status',
			fault: 'redirect',
			promptIncludes: 'two',
			times: 1,
		});
		const { items, error } = await studio.run({
			prompts: ['one', 'two [seconds=0.5]', 'three [seconds=0.5]'],
			settings: RETRIES,
		});
		expect(error).toBeUndefined();
		expect(items.map(({ json }) => json.status)).toEqual(['completed', 'completed', 'completed']);
		expect(Object.values(paidByPrompt())).toEqual([1, 1, 1]);
	});

	it('pays for equal prompts in several items once each, and mixes none up', async () => {
		studio.sandbox.faults.add({ call: 'result', fault: 'redirect', times: 1 });
		const { items } = await studio.run({ prompts: ['same', 'same', 'same'], settings: RETRIES });
		const ids = items.map(({ json }) => json.requestId);
		expect(new Set(ids).size).toBe(3);
		expect(studio.sandbox.ledger.billed()).toBe(3);
	});

	it('picks them up for Image > Create too', async () => {
		studio.sandbox.faults.add({ call: 'create', fault: '401', promptIncludes: 'two', times: 1 });
		const { items, error } = await studio.run({
			operation: 'image > create',
			prompts: ['one', 'two', 'three'],
			settings: RETRIES,
		});
		expect(error).toBeUndefined();
		expect(new Set(items.map(({ json }) => json.requestId))).toEqual(new Set(studio.taskIds()));
		expect(Object.values(paidByPrompt())).toEqual([1, 1, 1]);
	});

	it('makes a task that failed anew, and only that', async () => {
		const { error } = await studio.run({ prompts: ['good', '[failed] bad'], settings: RETRIES });
		expect(error!.message).toContain('failed at SeaArt Cloud');
		expect(paidByPrompt()).toEqual({ good: 1, '[failed] bad': 3 });
	});

	it('does not send a create again that may have been accepted', async () => {
		studio.sandbox.faults.add({ call: 'create', fault: 'reset', when: 'afterAcceptance' });
		const { error } = await studio.run({ ...NO_WAIT, settings: RETRIES });
		expect(error!.message).toContain('may have accepted the task');
		expect(studio.creates()).toBe(1);
	});

	it('names at its end the tasks that an earlier attempt paid for and the last did not reach', async () => {
		studio.sandbox.faults.add({ call: 'status', fault: 'redirect', promptIncludes: 'first' });
		const { error } = await studio.run({
			prompts: ['first [seconds=1]', 'second [seconds=1]', 'third [seconds=1]'],
			options: { maxConcurrentTasks: 3 },
			settings: RETRIES,
		});
		for (const id of studio.taskIds()) {
			expect(`${error!.message} ${error!.description}`).toContain(id);
		}
		expect(studio.sandbox.ledger.billed()).toBe(3);
	});

	it('together with Continue On Fail makes only the failed item anew', async () => {
		studio.sandbox.faults.add({ call: 'create', fault: '401', promptIncludes: 'first', times: 1 });
		const { items } = await studio.run({
			prompts: ['first', 'second', 'third'],
			settings: { ...RETRIES, onError: 'continueRegularOutput' },
		});
		expect(items.map(({ json }) => json.status)).toEqual(['completed', 'completed', 'completed']);
		expect(paidByPrompt()).toEqual({ first: 1, second: 1, third: 1 });
		expect(new Set(items.map(({ json }) => json.requestId))).toEqual(new Set(studio.taskIds()));
	});
});

describe("a person's Retry", () => {
	it('picks up the paid tasks in a new execution', async () => {
		const ask: Ask = { prompts: ['one', 'two [seconds=0.5]'] };
		studio.sandbox.faults.add({
			call: 'status',
			fault: 'redirect',
			promptIncludes: 'two',
			times: 1,
		});
		const failed = await studio.run(ask);
		expect(failed.error).toBeDefined();
		const { items, error } = await pressRetry(failed, ask);
		expect(error).toBeUndefined();
		expect(items).toHaveLength(2);
		expect(Object.values(paidByPrompt())).toEqual([1, 1]);
	});

	it('only fetches what is finished', async () => {
		// The host's last word: another fault would be tried until the timeout.
		studio.sandbox.faults.add({ call: 'picture', fault: { statusCode: 451, body: '' } });
		const failed = await studio.run({});
		expect(failed.error!.message).toContain('could not be fetched');
		studio.sandbox.faults.clear();
		const { items } = await pressRetry(failed, {});
		expect(items[0]!.binary).toBeDefined();
		expect(studio.sandbox.ledger.billed()).toBe(1);
	});

	it('sends a create again that may have been accepted: the person was told', async () => {
		studio.sandbox.faults.add({ call: 'create', fault: '500', times: 1 });
		const failed = await studio.run(NO_WAIT);
		expect(failed.error!.message).toContain('may have accepted');
		const { items } = await pressRetry(failed, NO_WAIT);
		expect(items[0]!.json.status).toBe('completed');
		expect(studio.creates()).toBe(2);
	});

	it('with another prompt is another create', async () => {
		studio.sandbox.faults.add({ call: 'status', fault: 'redirect', times: 1 });
		const failed = await studio.run({ prompts: ['old'] });
		await pressRetry(failed, { prompts: ['new'] });
		expect(paidByPrompt()).toEqual({ old: 1, new: 1 });
	});
});

describe('a loop', () => {
	const TURNS = 3;

	/** Items, then FLUX Image and back, three times; each turn's picture goes on to the next. */
	async function loop(ask: Ask): Promise<Outcome> {
		const { node, credentials } = studio.node(ask);
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
		expect(studio.sandbox.ledger.billed()).toBe(TURNS);
	});

	it('pays once a turn, though an attempt fails in one of them', async () => {
		studio.sandbox.faults.add({ call: 'status', fault: 'redirect', nth: 2 });
		const ids = idsOfTurns(await loop({ settings: RETRIES }));
		expect(new Set(ids).size).toBe(TURNS);
		expect(studio.sandbox.ledger.billed()).toBe(TURNS);
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
			studio.sandbox.faults.add({
				call: isCreate ? 'create' : 'status',
				fault: isCreate ? '401' : 'redirect',
				promptIncludes: 'two',
				times: 1,
			});
			const { items, error } = await studio.run({
				operation,
				prompts: ['one', 'two', 'three'],
				parameters: CHANGING,
				settings: RETRIES,
			});
			expect(error).toBeUndefined();
			expect(new Set(items.map(({ json }) => json.requestId)).size).toBe(3);
			expect(studio.sandbox.ledger.billed()).toBe(3);
		},
	);

	it.each(['continueRegularOutput', 'continueErrorOutput'] as const)(
		'and with the first item failing under %s',
		async (onError) => {
			studio.sandbox.faults.add({ call: 'create', fault: '401', promptIncludes: 'one', times: 1 });
			await studio.run({
				prompts: ['one', 'two', 'three'],
				parameters: CHANGING,
				settings: { ...RETRIES, onError },
			});
			expect(studio.sandbox.ledger.billed()).toBe(3);
		},
	);

	it('and a create that may have been accepted is not sent again', async () => {
		studio.sandbox.faults.add({ call: 'create', fault: 'reset', when: 'afterAcceptance' });
		const { error } = await studio.run({ parameters: CHANGING, settings: RETRIES });
		expect(error!.message).toContain('may have accepted the task');
		expect(studio.creates()).toBe(1);
	});

	it("and a person's Retry of the same workflow picks its task up, also with a longer Timeout", async () => {
		const ask: Ask = { prompts: ['one'], parameters: CHANGING };
		studio.sandbox.faults.add({ call: 'status', fault: 'redirect', times: 1 });
		const failed = await studio.run(ask);
		const { items } = await pressRetry(failed, { ...ask, options: { timeout: 40 } });
		expect(items[0]!.json.status).toBe('completed');
		expect(studio.sandbox.ledger.billed()).toBe(1);
	});

	it("but a person's Retry with other parameters, another account or another item is another order", async () => {
		const ask: Ask = { prompts: ['one'], parameters: CHANGING };
		const others: Ask[] = [
			{ ...ask, parameters: { ...CHANGING, additionalFields: {} } },
			{ ...ask, prompts: ['two'] },
			{ ...ask, baseUrl: studio.sandbox.baseUrls.seaArtCloud.replace('127.0.0.1', 'localhost') },
		];
		for (const other of others) {
			studio.reset();
			studio.sandbox.faults.add({ call: 'status', fault: 'redirect', times: 1 });
			await pressRetry(await studio.run(ask), other);
			expect(studio.sandbox.ledger.billed()).toBe(2);
		}
	});
});

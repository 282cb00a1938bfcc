import fc from 'fast-check';

import { Accounts } from '../../../nodes/FluxImage/accounts/accounts';
import { SimulatedClock } from '../../../tooling/simulatedClock';
import { never } from './account';

function accounts() {
	const clock = new SimulatedClock(0);
	return { clock, accounts: new Accounts(clock) };
}

const create = {
	kind: 'create',
	modelId: 'flux_kontext_max',
	execution: {},
	tasks: 1,
	isTestRun: false,
	itemDeadlineMs: 7_200_000,
} as const;

describe('The accounts of a process', () => {
	it('are the same for all who open them', () => {
		const { accounts: all } = accounts();
		expect(all.open('a')).toBe(all.open('a'));
		expect(all.open('a')).not.toBe(all.open('b'));
	});

	it('are at most fifty, the longest unused going first (F10)', () => {
		const { accounts: all } = accounts();
		const first = all.open('first');
		const second = all.open('second');
		for (let key = 0; key < 48; key++) all.open(String(key));
		all.open('first');
		all.open('one more');
		expect(all.size).toBe(50);
		expect(all.open('first')).toBe(first);
		expect(all.open('second')).not.toBe(second);
	});

	it('are forgotten when unused for an hour, at the next opening', async () => {
		const { clock, accounts: all } = accounts();
		const old = all.open('old');
		await clock.pass(3_600_000);
		all.open('new');
		expect(all.size).toBe(1);
		expect(all.open('old')).not.toBe(old);
	});

	it('are kept for an hour after their last use, however long the process has run', async () => {
		const { clock, accounts: all } = accounts();
		await clock.pass(10_000_000);
		const used = all.open('used');
		await clock.pass(3_599_999);
		all.open('another');
		expect(all.open('used')).toBe(used);
	});

	it('know the models of their latest ten thousand tasks', () => {
		const { taskModels } = accounts().accounts.open('a');
		for (let task = 0; task <= 10_000; task++) taskModels.set(`task-${task}`, `model-${task % 3}`);
		expect(taskModels.get('task-0')).toBeUndefined();
		expect(taskModels.get('task-1')).toBe('model-1');
		expect(taskModels.get('task-10000')).toBe('model-1');
	});

	it('begin with the ids of their own, which no gateway has refused yet', () => {
		expect(accounts().accounts.open('a').ownIds).toEqual({ areRefused: false });
	});

	it('are kept while a task of theirs runs (F10)', async () => {
		const { clock, accounts: all } = accounts();
		const live = all.open('live');
		await live.limits.acquire(create, { deadlineMs: 1_000, signal: never });
		await clock.pass(3_700_000);
		for (let key = 0; key < 100; key++) all.open(String(key));
		expect(all.open('live')).toBe(live);
		await clock.pass(3_700_000);
		all.open('another');
		expect(all.size).toBe(1);
	});

	it('stay few, whatever is opened', () => {
		fc.assert(
			fc.property(fc.array(fc.string(), { maxLength: 300 }), (keys) => {
				const { accounts: all } = accounts();
				for (const key of keys) all.open(key);
				expect(all.size).toBeLessThanOrEqual(50);
			}),
		);
	});
});

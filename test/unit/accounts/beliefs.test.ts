import { Beliefs } from '../../../nodes/FluxImage/accounts/beliefs';
import type { Holder } from '../../../nodes/FluxImage/accounts/places';
import type { Call, CallKind, Refusal } from '../../../nodes/FluxImage/client/limiter';

const never = Infinity;

function callOf(kind: CallKind, asked: Partial<Call> = {}): Call {
	return {
		kind,
		modelId: 'flux_kontext_max',
		execution: {},
		tasks: 1,
		isTestRun: false,
		itemDeadlineMs: never,
		...asked,
	};
}

/** Beliefs from 0 on, and calls that go. */
function believed() {
	const beliefs = new Beliefs(0);
	const go = (call: Call, nowMs = 0): Holder => {
		const holder = { tasks: call.tasks, deadlineMs: call.itemDeadlineMs, isRunning: false };
		beliefs.take(call, holder, nowMs);
		return holder;
	};
	const accept = (call: Call, nowMs = 0) => {
		const holder = go(call, nowMs);
		beliefs.accepted(call, holder, {}, false, nowMs);
		return holder;
	};
	const refuse = (call: Call, refusal: Partial<Refusal> = {}, nowMs = 0) => {
		beliefs.refused(call, go(call, nowMs), { meaning: 'unknown', ...refusal }, nowMs);
	};
	return { beliefs, go, accept, refuse };
}

describe('Beliefs about an account', () => {
	it('have ten cancels in flight, and none for longer than its item lasts', () => {
		const { beliefs, go } = believed();
		const cancel = callOf('cancel', { itemDeadlineMs: 1_000 });
		const holders = Array.from({ length: 10 }, () => go(cancel));
		expect([beliefs.waitMs(cancel, 0), beliefs.isLive(0)]).toEqual([never, true]);
		beliefs.ended(cancel, holders[0]!, 0);
		expect(beliefs.waitMs(cancel, 0)).toBe(0);
		go(cancel);
		expect([beliefs.waitMs(cancel, 999), beliefs.waitMs(cancel, 1_000)]).toEqual([never, 0]);
		expect([beliefs.restMs(cancel, 0), beliefs.isLive(1_000)]).toEqual([0, false]);
	});

	it('of a refused cancel are none', () => {
		const { beliefs, refuse } = believed();
		for (let call = 0; call < 5; call++) {
			refuse(callOf('cancel'), { meaning: 'calls', retryAfterMs: 9_000 });
		}
		expect(beliefs.waitMs(callOf('poll'), 0)).toBe(0);
		expect(beliefs.waitMs(callOf('create'), 0)).toBe(0);
	});

	it('are live while a task runs or a create is in flight', () => {
		const { beliefs, go, accept } = believed();
		const create = callOf('create', { itemDeadlineMs: 5_000 });
		const holder = go(create);
		expect(beliefs.isLive(0)).toBe(true);
		beliefs.ended(create, holder, 0);
		expect(beliefs.isLive(0)).toBe(false);
		accept(create);
		expect([beliefs.isLive(4_999), beliefs.isLive(5_000)]).toEqual([true, false]);
	});

	it('rest creates for refused creates, and reads for refused reads', () => {
		const { beliefs, refuse } = believed();
		for (let call = 0; call < 2; call++) refuse(callOf('create'), { retryAfterMs: 9_000 });
		expect(beliefs.restMs(callOf('create'), 1_000)).toBe(8_000);
		expect(beliefs.restMs(callOf('poll'), 1_000)).toBe(0);
		const other = believed();
		for (let call = 0; call < 3; call++) other.refuse(callOf('poll'), { retryAfterMs: 9_000 });
		expect(other.beliefs.restMs(callOf('result'), 1_000)).toBe(8_000);
		expect(other.beliefs.restMs(callOf('create'), 1_000)).toBe(8_000);
	});

	it('of a busy gateway are none, whatever it refuses', () => {
		const { beliefs, refuse } = believed();
		for (const kind of ['poll', 'create'] as const) {
			for (let call = 0; call < 5; call++) {
				refuse(callOf(kind), { meaning: 'busy', retryAfterMs: 9_000 });
			}
		}
		expect(beliefs.waitMs(callOf('poll'), 0)).toBe(0);
		expect(beliefs.waitMs(callOf('create'), 0)).toBe(0);
		expect(beliefs.isLive(0)).toBe(false);
	});

	it.each([
		['meets the limit of reads that were refused less than ten seconds before', 9_999, 8_000],
		['and else is a number of tasks, which slows no read', 10_000, 0],
	])('of a refused create: it %s', (_name, atMs, readsRestMs) => {
		const { beliefs, refuse } = believed();
		for (let call = 0; call < 2; call++) refuse(callOf('poll'));
		refuse(callOf('create'), { retryAfterMs: 8_000 }, atMs);
		expect(beliefs.restMs(callOf('poll'), atMs)).toBe(readsRestMs);
		expect(beliefs.isLive(atMs)).toBe(false);
	});

	it('of a refused create are of tasks where it says so, though reads are refused too', () => {
		const { beliefs, refuse } = believed();
		for (let call = 0; call < 2; call++) refuse(callOf('poll'));
		refuse(callOf('create'), { meaning: 'tasks', retryAfterMs: 8_000 });
		expect(beliefs.restMs(callOf('poll'), 0)).toBe(0);
		expect(beliefs.waitMs(callOf('create'), 5_000)).toBe(3_000);
	});

	it('keep half of the calls that are left for the paid tasks, while a limit of calls is known', () => {
		const { beliefs, accept, refuse } = believed();
		for (let task = 0; task < 3; task++) accept(callOf('create'));
		for (let call = 0; call < 2; call++) refuse(callOf('poll'));
		for (let time = 0; time < 3; time++) accept(callOf('poll'), 1_000);
		// 1.425 calls a second: with itself four tasks of two calls each are half of 16.
		const create = (itemDeadlineMs: number) => callOf('create', { itemDeadlineMs });
		const nowMs = 6_000;
		expect(beliefs.waitMs(create(nowMs + 11_200), nowMs)).toBe(1_000);
		expect(beliefs.waitMs(create(nowMs + 11_300), nowMs)).toBe(0);
		expect(beliefs.waitMs(create(nowMs + 11_200), 60_000)).toBe(0);
	});

	it('let one create go where nothing is paid, if there are calls for a look and its result', () => {
		const { beliefs, refuse } = believed();
		for (let call = 0; call < 2; call++) refuse(callOf('poll'));
		const create = (itemDeadlineMs: number) => callOf('create', { itemDeadlineMs });
		expect(beliefs.waitMs(create(4_900), 3_000)).toBe(1_000);
		expect(beliefs.waitMs(create(5_100), 3_000)).toBe(0);
	});

	it('of a task that is left to another node keep no call for it, and leave it no place', () => {
		const { beliefs, accept, refuse } = believed();
		const left = callOf('create', { isLeft: true, itemDeadlineMs: 20_000 });
		for (let task = 0; task < 24; task++) accept(left);
		for (let call = 0; call < 2; call++) refuse(callOf('poll'));
		for (let time = 0; time < 3; time++) accept(callOf('poll'), 1_000);
		expect(beliefs.waitMs(left, 12_000)).toBe(0);
		expect(beliefs.waitMs(callOf('create', { itemDeadlineMs: 20_000 }), 12_000)).toBe(0);
		expect(beliefs.isLive(12_000)).toBe(false);
	});

	it('of tasks at a time bind no create whose task is left, nor do its refusals bind others', () => {
		const { beliefs, accept, refuse } = believed();
		const left = callOf('create', { isLeft: true });
		accept(callOf('create'));
		for (let call = 0; call < 3; call++) refuse(left, { meaning: 'tasks', retryAfterMs: 9_000 });
		expect(beliefs.waitMs(callOf('create'), 0)).toBe(0);
		for (let call = 0; call < 2; call++) refuse(callOf('create'), { meaning: 'tasks' });
		expect(beliefs.waitMs(callOf('create'), 0)).toBeGreaterThan(0);
		expect(beliefs.waitMs(left, 0)).toBe(0);
	});

	it('let what is left wait while the paid tasks need all calls', () => {
		const { beliefs, accept, refuse } = believed();
		for (let task = 0; task < 20; task++) accept(callOf('create'));
		for (let call = 0; call < 2; call++) refuse(callOf('poll'));
		const left = (itemDeadlineMs: number) => callOf('create', { isLeft: true, itemDeadlineMs });
		expect(beliefs.waitMs(left(8_000), 5_000)).toBe(1_000);
	});

	it('take headers for a limit of calls only after a refusal that had them', () => {
		const { beliefs, go, refuse } = believed();
		const headers = {
			'x-ratelimit-remaining': '0',
			'x-ratelimit-reset': '4',
			'x-ratelimit-category': 'async_query',
		};
		const poll = callOf('poll');
		beliefs.accepted(poll, go(poll), headers, false, 0);
		expect(beliefs.waitMs(poll, 0)).toBe(0);
		refuse(poll, { headers: { ...headers, 'x-ratelimit-remaining': '9' } });
		beliefs.accepted(poll, go(poll), headers, false, 0);
		expect(beliefs.restMs(poll, 0)).toBe(4_000);
		// Creates are counted apart from then on.
		expect(beliefs.waitMs(callOf('create'), 0)).toBe(0);
	});

	it('rest creates alone for headers of creates: a minute for a refusal, five seconds for another', () => {
		const { beliefs, go, refuse } = believed();
		const headers = {
			'x-ratelimit-remaining': '0',
			'x-ratelimit-reset': '90',
			'x-ratelimit-category': 'async_submit',
		};
		const create = callOf('create');
		refuse(create, { headers: { ...headers, 'x-ratelimit-remaining': '9' } });
		beliefs.accepted(create, go(create), headers, false, 0);
		expect([beliefs.restMs(create, 0), beliefs.restMs(callOf('poll'), 0)]).toEqual([5_000, 0]);
		refuse(create, { headers }, 1_000);
		expect(beliefs.restMs(create, 1_000)).toBe(60_000);
		expect(beliefs.restMs(callOf('poll'), 1_000)).toBe(0);
	});

	it('let creates of other models go more slowly too, while two in a row were refused without a word', () => {
		const other = callOf('create', { modelId: 'flux_2_pro' });
		const { beliefs, refuse } = believed();
		refuse(callOf('create'));
		expect(beliefs.waitMs(other, 0)).toBe(0);
		refuse(callOf('create'));
		expect(beliefs.waitMs(other, 0)).toBe(50);
		const inWords = believed();
		for (let call = 0; call < 2; call++) inWords.refuse(callOf('create'), { meaning: 'tasks' });
		expect(inWords.beliefs.waitMs(other, 0)).toBe(0);
	});

	it('remember fifty models, and those whose tasks run', () => {
		const { beliefs, accept, refuse } = believed();
		const full = callOf('create', { modelId: 'full' });
		refuse(full, { meaning: 'tasks' });
		expect(beliefs.waitMs(full, 0)).toBe(1_000);
		for (let model = 0; model < 49; model++) {
			const create = callOf('create', { modelId: String(model) });
			beliefs.ended(create, accept(create), 0);
		}
		expect(beliefs.waitMs(full, 0)).toBe(1_000);
		const create = callOf('create', { modelId: 'one more' });
		beliefs.ended(create, accept(create), 0);
		expect(beliefs.waitMs(full, 0)).toBe(0);
		accept(full);
		refuse(full, { meaning: 'tasks' });
		for (let model = 0; model < 60; model++) {
			const another = callOf('create', { modelId: String(model) });
			beliefs.ended(another, accept(another, 9_000), 9_000);
		}
		expect(beliefs.waitMs(callOf('create', { modelId: 'full', tasks: 2 }), 0)).toBe(1_000);
	});
});

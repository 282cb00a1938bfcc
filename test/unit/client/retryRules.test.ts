import {
	createRule,
	inputRule,
	NOT_BUILT,
	readRule,
	withRetry,
	type RetryRule,
	type Until,
} from '../../../nodes/FluxImage/client/retry';
import type { Outcome, Problem, ProblemKind } from '../../../nodes/FluxImage/core/problem';
import { SimulatedClock } from '../../../tooling/simulatedClock';

const until = (changed: Partial<Until> = {}): Until => ({
	deadlineMs: 60_000,
	signal: new AbortController().signal,
	...changed,
});

describe('The fetch of an input image', () => {
	it.each<Problem>([
		{ kind: 'interrupted', code: 'ECONNRESET', reason: 'read ECONNRESET' },
		{ kind: 'neverConnected', code: 'ENOTFOUND' },
		{ kind: 'requestTimedOut' },
		{ kind: 'rateLimited', httpCode: 429 },
		{ kind: 'gatewayFault', httpCode: 503 },
		{ kind: 'unreadable' },
	])('is tried again for 15 seconds, to the last of them, after %j', (problem) => {
		expect(inputRule(problem)).toMatchObject({ retry: 'briefly', forMs: 15_000, lastTry: true });
	});

	it.each<Problem>([
		{ kind: 'interrupted', code: 'ERR_FR_TOO_MANY_REDIRECTS' },
		{ kind: 'neverConnected', code: 'ERR_INVALID_URL' },
		{ kind: 'interrupted', code: 'Z_DATA_ERROR' },
		{ kind: 'interrupted', reason: 'Maximum number of redirects exceeded' },
		{ kind: 'interrupted', reason: 'Invalid redirect location' },
	])('is not tried again where the address is wrong for good: %j', (problem) => {
		expect(inputRule(problem).retry).toBe('never');
	});

	it.each<Problem>([
		{ kind: 'interrupted', code: 'EPIPE_ERR_FR_' },
		{ kind: 'interrupted', code: 'Z_DATA_ERROR_ONCE' },
		{ kind: 'interrupted', reason: 'the server said: Maximum number of redirects' },
	])('is tried again where only a part looks wrong for good: %j', (problem) => {
		expect(inputRule(problem).retry).toBe('briefly');
	});

	it('is not tried again where n8n itself forbids the host', () => {
		expect(inputRule({ kind: 'neverConnected', reason: 'n8n did not let it out' }).retry).toBe(
			'never',
		);
	});

	it.each<ProblemKind>(['notFound', 'noImages', 'blockedByEdge', 'refusedByProxy', 'moderated'])(
		'is not tried again after %s: the address is no task of ours, and lags behind nothing',
		(kind) => {
			expect(inputRule({ kind }).retry).toBe('never');
		},
	);
});

describe('A read', () => {
	it.each<ProblemKind>(['blockedByEdge', 'refusedByProxy'])(
		'outlasts %s until its deadline where its task is new, and only there',
		(kind) => {
			expect(readRule({ kind }, until({ retryNotFound: true })).retry).toBe('always');
			expect(readRule({ kind }, until({ retryNotFound: false })).retry).toBe('never');
		},
	);

	it('takes "no such task" for the answer unless its task is said to be new', () => {
		expect(readRule({ kind: 'notFound' }, until()).retry).toBe('never');
		expect(readRule({ kind: 'notFound' }, until({ retryNotFound: true })).retry).toBe('briefly');
	});
});

it('what is never tried again has its reason', () => {
	expect(NOT_BUILT.because).toContain('nothing was sent');
	expect(readRule({ kind: 'moderated' }, until()).because).toBe('the gateway answered');
});

describe('A call that is tried again', () => {
	const ALWAYS: RetryRule = { retry: 'always', because: 'a test says so' };

	/** The times of the tries of a call that fails so often, on a clock from 0 without jitter. */
	async function tries(failures: number, ruleOf: (problem: Problem) => RetryRule, given: Until) {
		const clock = new SimulatedClock(0);
		const atMs: number[] = [];
		const attempt = async (): Promise<Outcome<string>> => {
			atMs.push(clock.nowMs());
			return atMs.length > failures ? { value: 'done' } : { problem: { kind: 'neverConnected' } };
		};
		const outcome = await clock.run(withRetry(attempt, ruleOf, given, { clock, random: () => 0 }));
		return { atMs, outcome };
	}

	it('is not begun after Stop', async () => {
		const given = until({ signal: AbortSignal.abort() });
		expect(await tries(0, () => ALWAYS, given)).toEqual({
			atMs: [],
			outcome: { problem: { kind: 'stopped' } },
		});
	});

	it('is tried at its deadline where its wait ends just then', async () => {
		expect(await tries(1, () => ALWAYS, until({ deadlineMs: 250 }))).toEqual({
			atMs: [0, 250],
			outcome: { value: 'done' },
		});
	});

	it.each([0, -1])('is tried once where its deadline is %d ms away', async (deadlineMs) => {
		expect((await tries(9, () => ALWAYS, until({ deadlineMs }))).atMs).toEqual([0]);
	});

	it('is not waited for beyond its deadline', async () => {
		expect((await tries(9, () => ALWAYS, until({ deadlineMs: 700 }))).atMs).toEqual([0, 250]);
	});

	it('to a host that cannot be reached is a create for 15 seconds, and once more at the end of them', async () => {
		const { atMs, outcome } = await tries(99, createRule, until());
		expect(atMs).toEqual([0, 250, 750, 1_750, 3_750, 7_750, 12_750, 15_000]);
		expect(outcome.problem?.kind).toBe('neverConnected');
	});
});

import { GatewayClient } from '../../../nodes/FluxImage/client/gatewayClient';
import type { Download } from '../../../nodes/FluxImage/client/http';
import { unlimited } from '../../../nodes/FluxImage/client/limiter';
import type { Outcome } from '../../../nodes/FluxImage/core/problem';
import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import { SimulatedClock } from '../../../tooling/simulatedClock';
import { stubbedDoor, type Request } from './stubbedDoor';

const URL = 'https://pictures.test/1.png';

/** What n8n's helper does: a reply of this status, or an error of the network with this code. */
type Answer = number | string | 'nothing';

/** Fetches by a verb of the client, with what the helper does call by call; the last of it for good. */
async function fetchBy(
	verb: 'download' | 'fetchInput',
	answers: readonly Answer[],
	{ forMs = 600_000, stopAfterMs = Infinity } = {},
) {
	const clock = new SimulatedClock(0);
	const asked: Array<{ url: string; timeout: unknown }> = [];
	const request: Request = async ({ url, timeout, abortSignal }) => {
		const answer = answers[Math.min(asked.length, answers.length - 1)]!;
		asked.push({ url, timeout });
		if (answer === 'nothing') {
			await clock.sleep(999_999, abortSignal as AbortSignal);
			throw new Error('aborted');
		}
		if (typeof answer === 'string') throw Object.assign(new Error('down'), { code: answer });
		return { statusCode: answer, headers: { 'X-Name': 'a' }, body: {} };
	};
	const client = new GatewayClient(GATEWAYS.seaArtCloud, {
		...{ http: stubbedDoor(clock, request), clock, random: () => 0.5, limiter: unlimited },
		...{ execution: {}, isTestRun: false, ownIds: { areRefused: false }, taskModels: new Map() },
	});
	const stop = new AbortController();
	if (stopAfterMs < Infinity) void clock.sleep(stopAfterMs).then(() => stop.abort());
	const consume = async ({ statusCode, headers }: Download): Promise<Outcome<unknown>> =>
		statusCode < 500
			? { value: { statusCode, name: headers['x-name'] } }
			: { problem: { kind: 'gatewayFault', httpCode: statusCode } };
	const until = { deadlineMs: forMs, signal: stop.signal };
	const outcome = await clock.run(client[verb](URL, until, consume));
	return { ...outcome, asked, tookMs: clock.nowMs() };
}

describe.each(['download', 'fetchInput'] as const)('%s', (verb) => {
	it('hands over what lies at the URL', async () => {
		const { value, asked } = await fetchBy(verb, [200]);
		expect(value).toEqual({ statusCode: 200, name: 'a' });
		expect(asked.map(({ url }) => url)).toEqual([URL]);
	});

	it('is tried again on a bad line, and where the host has a fault', async () => {
		const { value, asked } = await fetchBy(verb, ['ECONNRESET', 503, 200]);
		expect(value).toMatchObject({ statusCode: 200 });
		expect(asked).toHaveLength(3);
	});

	it('gives one try two minutes, or what is left of the time; 10 s later n8n would cut it', async () => {
		expect((await fetchBy(verb, [200])).asked[0]!.timeout).toBe(120_000 + 10_000);
		expect((await fetchBy(verb, [200], { forMs: 60_000 })).asked[0]!.timeout).toBe(60_000 + 10_000);
	});

	it('ends with Stop at once', async () => {
		const { problem, tookMs } = await fetchBy(verb, ['nothing'], { stopAfterMs: 500 });
		expect(problem).toEqual({ kind: 'stopped' });
		expect(tookMs).toBe(500);
	});
});

describe('a host that is down', () => {
	it('is tried until the deadline where it has the pictures', async () => {
		const { problem, tookMs } = await fetchBy('download', ['ECONNREFUSED']);
		expect(problem).toMatchObject({ kind: 'neverConnected', code: 'ECONNREFUSED' });
		expect(tookMs).toBe(600_000);
	});

	it('is told after fifteen seconds where it has an input image', async () => {
		const { problem, tookMs } = await fetchBy('fetchInput', ['ECONNREFUSED']);
		expect(problem).toMatchObject({ kind: 'neverConnected', code: 'ECONNREFUSED' });
		expect(tookMs).toBe(15_000);
	});
});

describe('a host that never answers', () => {
	it('is asked again where it has the pictures', async () => {
		const { problem, asked } = await fetchBy('download', ['nothing']);
		expect(problem?.kind).toBe('requestTimedOut');
		expect(asked.length).toBeGreaterThan(3);
	});

	it('is asked once, for two minutes, where it has an input image', async () => {
		const { problem, asked, tookMs } = await fetchBy('fetchInput', ['nothing']);
		expect(problem?.kind).toBe('requestTimedOut');
		expect(asked).toHaveLength(1);
		expect(tookMs).toBe(120_020);
	});
});

import type { IExecuteFunctions, IHttpRequestOptions, IN8nHttpFullResponse } from 'n8n-workflow';

import { openHttp } from '../../../nodes/FluxImage/client/http';
import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import { SimulatedClock } from '../../../tooling/simulatedClock';

const STATUS = { method: 'GET', path: '/v1/status' } as const;
const CREDENTIAL = { baseUrl: 'https://gateway.test', apiKey: 'key', data: { apiKey: 'key' } };

type Request = (options: IHttpRequestOptions) => Promise<IN8nHttpFullResponse>;

/** A door on a simulated clock, behind which n8n's helper does what the test says. */
function open(clock: SimulatedClock, request: Request) {
	const helpers = { httpRequest: request, httpRequestWithAuthentication: withKey };
	async function withKey(_type: string, options: IHttpRequestOptions) {
		return await request(options);
	}
	const context = { helpers } as unknown as IExecuteFunctions;
	return openHttp(context, GATEWAYS.seaArtCloud, CREDENTIAL, clock);
}

/** A reply after so long, unless the request is cut before. */
const replyAfter =
	(clock: SimulatedClock, milliseconds: number): Request =>
	async ({ abortSignal }) => {
		await clock.sleep(milliseconds, abortSignal as AbortSignal);
		if (abortSignal?.aborted) throw new Error('aborted');
		return { statusCode: 200, headers: {}, body: {} };
	};

describe('The time of a request', () => {
	const send = async (replyMs: number) => {
		const clock = new SimulatedClock(0);
		const http = open(clock, replyAfter(clock, replyMs));
		const outcome = await clock.run(http.send(STATUS, { timeoutMs: 1_000 }));
		return { outcome, tookMs: clock.nowMs(), sleeping: clock.sleeping };
	};

	it('lets a reply in that comes with the end of it', async () => {
		const { outcome, sleeping } = await send(1_010);
		expect(outcome.value?.statusCode).toBe(200);
		expect(sleeping).toBe(0);
	});

	it('cuts what has not come by then', async () => {
		expect(await send(1_030)).toMatchObject({
			outcome: { problem: { kind: 'requestTimedOut' } },
			tookMs: 1_020,
			sleeping: 0,
		});
	});

	it.each(['send', 'download'] as const)("is over before n8n's own timer, in %s", async (door) => {
		const clock = new SimulatedClock(0);
		const timeouts: unknown[] = [];
		const http = open(clock, async ({ timeout }) => {
			timeouts.push(timeout);
			return { statusCode: 200, headers: {}, body: {} };
		});
		const limits = { timeoutMs: 1_000 };
		if (door === 'send') await clock.run(http.send(STATUS, limits));
		else await clock.run(http.download('https://p.test', limits, async () => ({ value: 1 })));
		expect(timeouts).toEqual([11_000]);
	});
});

import fc from 'fast-check';

import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import type { Gateway, GatewayReply } from '../../../nodes/FluxImage/gateways/gateway';
import type { Outcome } from '../../../nodes/FluxImage/core/problem';
import type { TaskState } from '../../../nodes/FluxImage/core/task';
import { anyBody, anyReply } from './anyReply';

/** Cases a gateway; more by the environment, for a long run. */
const CASES = Number(process.env.FLUX_IMAGE_PROPERTY_CASES ?? 1_500);

const task = { requestId: 'task-1', modelId: 'flux_kontext_max' };
const STATES = new Set(['queued', 'running', 'completed', 'failed', 'cancelled']);

let cases = 0;
afterAll(() => process.stdout.write(`\nReplies of any shape: ${cases} read\n`));

function tasksRead(gateway: Gateway, reply: GatewayReply): Array<Outcome<TaskState>> {
	return [
		gateway.readCreate(reply, 'flux_kontext_max'),
		gateway.readStatus(reply, task),
		gateway.readResult(reply, task),
	];
}

/** Every URL of an image stands in the reply, as a text. */
function expectNoInventedImage(state: TaskState, { body }: GatewayReply): void {
	for (const { url } of state.images ?? []) {
		expect(typeof url === 'string' && url.trim() !== '').toBe(true);
		const texts = textsIn(body).map((text) => text.trim());
		expect(
			texts.some(
				(text) => url === text || url === `https:${text}` || url.endsWith(`;base64,${text}`),
			),
		).toBe(true);
	}
}

function textsIn(value: unknown, depth = 0): string[] {
	if (typeof value === 'string') return [value];
	if (typeof value !== 'object' || value === null || depth > 40) return [];
	return Object.values(value).flatMap((inner) => textsIn(inner, depth + 1));
}

/** Only a create that is answered with its pictures may go without an id: nothing is asked later. */
function expectFinishedAtOnce({ status, images = [] }: TaskState): void {
	expect(status).toBe('completed');
	expect(images.length).toBeGreaterThan(0);
}

/** Whatever the reply says, the next calls go below the base URL, to the paths of the contract. */
function expectCallsStayHome(gateway: Gateway, state: TaskState): void {
	const requests = [gateway.status(state), gateway.result(state), gateway.cancel?.(state)];
	for (const request of requests) {
		if (!request) continue;
		const { origin, pathname } = new URL(`https://home.example/base${request.path}`);
		expect(origin).toBe('https://home.example');
		expect(pathname).toMatch(
			/^\/base\/v1\/(queue\/[^/]+\/requests\/[^/]+\/(status|response|cancel)|generation\/task\/[^/]+|images\/generations\/[^/]+)$/,
		);
	}
}

describe.each(Object.values(GATEWAYS))('$displayName', (gateway) => {
	it('reads a reply of any shape into a state or a problem', () => {
		fc.assert(
			fc.property(anyReply, (reply) => {
				cases++;
				for (const { value, problem } of tasksRead(gateway, reply)) {
					expect(value === undefined).toBe(problem !== undefined);
					if (problem) {
						expect((problem.reason ?? '').length).toBeLessThanOrEqual(500);
						expect((problem.code ?? '').length).toBeLessThanOrEqual(500);
						continue;
					}
					expect(STATES.has(value.status)).toBe(true);
					expect((value.failure?.message ?? '').length).toBeLessThanOrEqual(1_100);
					expectNoInventedImage(value, reply);
					if (value.requestId === '') expectFinishedAtOnce(value);
					else expectCallsStayHome(gateway, value);
				}
			}),
			{ numRuns: CASES },
		);
	});

	it('reads any reply to a cancel, an upload and a credential test', () => {
		fc.assert(
			fc.property(anyReply, (reply) => {
				cases++;
				gateway.readProbe(reply);
				for (const outcome of [gateway.readCancel?.(reply), gateway.readUpload?.(reply)]) {
					if (outcome) expect(outcome.value === undefined).toBe(outcome.problem !== undefined);
				}
			}),
			{ numRuns: CASES },
		);
	});

	it('never says of a create under HTTP 5xx that nothing was made, but for what is said before', () => {
		const faults = anyReply.filter(({ statusCode }) => statusCode >= 500);
		fc.assert(
			fc.property(faults, (reply) => {
				cases++;
				const { problem } = gateway.readCreate(reply, 'flux_kontext_max');
				const { kind, limit } = problem!;
				if (kind === 'rateLimited') expect(limit).toBe('busy');
				else if (kind === 'neverConnected') expect([521, 525, 526]).toContain(reply.statusCode);
				else expect(['gatewayFault', 'unreadable']).toContain(kind);
			}),
			{ numRuns: CASES },
		);
	});

	it('takes nothing for a result while a known word says that the task runs, or has failed', () => {
		const words = ['IN_PROGRESS', 'queued', 'pending', 'FAILED', 'cancelled', 'error'];
		const fields = fc.tuple(fc.constantFrom(...words), anyBody);
		fc.assert(
			fc.property(fields, ([status, body]) => {
				cases++;
				const whole =
					typeof body === 'object' ? { ...body, data: null, task: null, status } : { status };
				for (const read of [gateway.readStatus, gateway.readResult]) {
					const { value } = read({ statusCode: 200, headers: {}, body: whole }, task);
					expect(value?.status).not.toBe('completed');
					expect(value?.images ?? []).toEqual([]);
				}
			}),
			{ numRuns: CASES },
		);
	});
});

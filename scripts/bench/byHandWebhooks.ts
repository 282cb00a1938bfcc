import { loopWorkflow, nodeWorkflow, withBenchN8n, type BenchN8n } from './benchN8n';
import { inTurn, onAccount, sideBySide, timed, type Build, type ByHandCase } from './byHandCases';
import type { BenchSettings } from './section';
import type { Sandbox, SandboxOptions } from '../../sandbox';

const WEBHOOKS = 40;
const CALLS_A_SECOND = 20;

/** Each is delivered twice at the same moment, and once more when both have been answered. */
const ORDERS = 5;
const DELIVERIES = 3;

const LIMITED: SandboxOptions = {
	jobSeconds: { min: 5, max: 5 },
	limits: [{ kind: 'bucket', perSecond: CALLS_A_SECOND }],
};

const TWICE: SandboxOptions = { jobSeconds: { min: 2, max: 2 } };

/** The cases of webhooks, each call an execution of its own, in real n8n. */
export async function webhookCases({ seed, repeats }: BenchSettings) {
	return await withBenchN8n(async (n8n) => ({
		atALimit: await atALimit(n8n, seed, repeats),
		deliveredTwice: await deliveredTwice(n8n, seed),
	}));
}

async function atALimit(n8n: BenchN8n, seed: number, repeats: number): Promise<ByHandCase> {
	const came = await inTurn(repeats, async (build, repeat) => {
		const path = `limit-${build}-${repeat}`;
		return await onAccount({ ...LIMITED, seed: seed + repeat }, async (sandbox) => {
			await publish(n8n, path, build, sandbox, false);
			return await timed(
				sandbox,
				({ call }) => call !== 'picture',
				async () => {
					const orders = Array.from({ length: WEBHOOKS }, (_, index) => index);
					const answers = orders.map(async (order) => await picturesOf(n8n, path, order));
					return sum(await Promise.all(answers));
				},
			);
		});
	});
	return {
		what: `${WEBHOOKS} webhooks at once, at ${CALLS_A_SECOND} calls a second, jobs of 5 s`,
		pictures: WEBHOOKS,
		orders: WEBHOOKS,
		refuses: 'calls',
		// A poll and a result each can only come when the jobs have ended, and twenty of them at once.
		leastSeconds: 5 + (WEBHOOKS * 2 - CALLS_A_SECOND) / CALLS_A_SECOND,
		came,
	};
}

async function deliveredTwice(n8n: BenchN8n, seed: number): Promise<ByHandCase> {
	const came = await sideBySide(async (build) => {
		const path = `twice-${build}`;
		return await onAccount({ ...TWICE, seed }, async (sandbox) => {
			await publish(n8n, path, build, sandbox, build !== 'loop');
			const deliver = async (order: number) => await picturesOf(n8n, path, order);
			return await timed(
				sandbox,
				() => false,
				async () => {
					const orders = Array.from({ length: ORDERS }, (_, index) => index);
					const both = orders.flatMap((order) => [deliver(order), deliver(order)]);
					const first = sum(await Promise.all(both));
					return first + sum(await Promise.all(orders.map(deliver)));
				},
			);
		});
	});
	return {
		what: `A webhook of ${ORDERS} orders, each delivered twice at once and again later`,
		pictures: ORDERS * DELIVERIES,
		orders: ORDERS,
		came,
	};
}

/** Publishes a build's workflow; its first call is none of the books. */
async function publish(
	n8n: BenchN8n,
	path: string,
	build: Build,
	sandbox: Sandbox,
	knowsOrders: boolean,
): Promise<void> {
	const change = { answersPicture: true, knowsOrders };
	const workflow =
		build === 'node'
			? nodeWorkflow(path, change)
			: loopWorkflow(path, sandbox, { ...change, name: build });
	await n8n.publish(workflow, sandbox);
	sandbox.ledger.clear();
}

/** How many pictures a delivery is answered with: one or none. */
async function picturesOf(n8n: BenchN8n, path: string, order: number): Promise<number> {
	const body = { prompt: `Picture ${order}`, order: `order-${order}` };
	const { statusCode, contentType } = await n8n.post(path, body);
	return statusCode === 200 && contentType.startsWith('image/') ? 1 : 0;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

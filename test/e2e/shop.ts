import fastify from 'fastify';
import type { N8nRest } from '../../tooling/n8n/rest';
import type { Workflow } from '../../tooling/n8n/workflow-files';
import { fluxNode, NODE } from './ownWorkflow';
import type { Delivery } from './payOnceWorkflow';
import { post } from './webhooks';

/** A shop's server: it checks orders, and has a feed of news. */
export interface ShopServer {
	url: string;
	/** Orders are answered with HTTP 500 while it is down. */
	isDown: boolean;
	/** Where executions that wait go on, the latest last. */
	readonly addresses: string[];
	/** Adds an entry to the feed, which had none at first. */
	publishNews(): void;
	close(): Promise<void>;
}

const DAY_MS = 24 * 3_600_000;

/** Starts the server on a free port of the loopback. */
export async function startShop(): Promise<ShopServer> {
	const server = fastify();
	let entries = 0;
	const shop: ShopServer = {
		url: '',
		isDown: false,
		addresses: [],
		publishNews: () => void entries++,
		close: async () => await server.close(),
	};
	server.post('/orders', async ({ body }, reply) =>
		shop.isDown ? await reply.code(500).send({ message: 'Down' }) : { body },
	);
	server.post<{ Body: { url: string } }>('/waiting', async ({ body }) => {
		await Promise.resolve(shop.addresses.push(body.url));
		return {};
	});
	server.get('/feed', async (_request, reply) => {
		await reply.type('application/rss+xml').send(feedOf(shop.url, entries));
	});
	shop.url = await server.listen({ host: '127.0.0.1', port: 0 });
	return shop;
}

/** RSS; each entry is a day younger than the one before, and all of them than what was read so far. */
function feedOf(url: string, entries: number): string {
	const items = Array.from({ length: entries }, (_, index) => {
		const date = new Date(Date.now() + (index + 1) * DAY_MS).toUTCString();
		const link = `${url}/news/${index}`;
		return `<item><title>${index}</title><link>${link}</link><guid>${link}</guid><pubDate>${date}</pubDate></item>`;
	});
	return `<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>${url}</link><description>News</description>${items.join('')}</channel></rss>`;
}

/** A published workflow that draws for the shop's orders, with the order's number as Pay Once Key. */
export interface ShopWorkflow {
	id: string;
	/** Delivers an order to its webhook; gives the item's JSON, of an error too. */
	deliver(delivery: Delivery): Promise<Record<string, unknown>>;
}

type Step = Workflow['nodes'][number] & { typeVersion: number; webhookId?: string };

/**
 * Saves and publishes such a workflow; `path` is its name too.
 *
 * @param check asked about each order before it is drawn
 * @param branches what else can start the workflow
 */
export async function publishShop(
	rest: N8nRest,
	path: string,
	{ check, branches = [] }: { check?: Step; branches?: readonly Branch[] } = {},
): Promise<ShopWorkflow> {
	const flux = await fluxNode(rest, {
		onError: 'continueRegularOutput',
		parameters: {
			prompt: '={{ $json.body.prompt }}',
			options: { payOnceKey: '={{ $json.body.order }}' },
		},
	});
	const orders: Branch = {
		steps: [webhook('Webhook', path, 'lastNode'), ...(check ? [check] : [])],
	};
	const all = [orders, ...branches];
	const nodes = [...all.flatMap(({ steps }) => steps), flux];
	const links = all.flatMap(({ steps, isDrawn = true }) => {
		const names = [...steps.map(({ name }) => name), ...(isDrawn ? [NODE] : [])];
		return names.slice(1).map((node, index) => [names[index], linkTo(node)] as const);
	});
	const saved = await rest.createWorkflow({
		name: path,
		nodes: nodes.map((node, index) => ({ ...node, id: `${index}`, position: [index * 200, 0] })),
		connections: Object.fromEntries(links),
		settings: { executionOrder: 'v1' },
	});
	await rest.publish(saved);
	return {
		id: saved.id,
		deliver: async (delivery) => (await post(path, delivery)).json(),
	};
}

/** Steps of which each is joined to the next, from a trigger on. */
export interface Branch {
	steps: readonly Step[];
	/** False: the last step is not joined to the FLUX Image node. */
	isDrawn?: boolean;
}

const linkTo = (node: string) => ({ main: [[{ node, type: 'main', index: 0 }]] });

function webhook(name: string, path: string, responseMode: 'lastNode' | 'onReceived'): Step {
	return {
		...{ name, type: 'n8n-nodes-base.webhook', typeVersion: 2, webhookId: path },
		parameters: { httpMethod: 'POST', path, responseMode, options: {} },
	};
}

/** A call of the shop's server with JSON, an expression. */
const call = (name: string, url: string, jsonBody: string): Step => ({
	...{ name, type: 'n8n-nodes-base.httpRequest', typeVersion: 4.2 },
	parameters: { method: 'POST', url, sendBody: true, specifyBody: 'json', jsonBody, options: {} },
});

/** Asks the shop's server, which gives the order back. */
export const checkAt = ({ url }: ShopServer): Step =>
	call('Check', `${url}/orders`, '={{ JSON.stringify($json.body) }}');

/**
 * Orders that are drawn only when somebody says so, at the address that the shop's server is told: the
 * call that ends the wait holds the order.
 */
export const waiting = ({ url }: ShopServer, path: string): Branch => ({
	steps: [
		webhook('Later', path, 'onReceived'),
		call('Address', `${url}/waiting`, '={{ JSON.stringify({ url: $execution.resumeUrl }) }}'),
		{
			...{ name: 'Wait', type: 'n8n-nodes-base.wait', typeVersion: 1.1, webhookId: `${path}-wait` },
			parameters: { resume: 'webhook', httpMethod: 'POST', options: {} },
		},
	],
});

/** Reads the shop's feed every five seconds; n8n allows a time one poll a minute, and any number of times. */
export const polling = ({ url }: ShopServer): Branch => ({
	steps: [
		{
			...{ name: 'News', type: 'n8n-nodes-base.rssFeedReadTrigger', typeVersion: 1 },
			parameters: {
				feedUrl: `${url}/feed`,
				pollTimes: {
					item: Array.from({ length: 12 }, (_, index) => ({
						mode: 'custom',
						cronExpression: `${index * 5} * * * * *`,
					})),
				},
			},
		},
		{
			...{ name: 'Read', type: 'n8n-nodes-base.noOp', typeVersion: 1, parameters: {} },
		},
	],
	isDrawn: false,
});

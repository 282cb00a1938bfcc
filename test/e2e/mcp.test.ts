import { readFile, readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { request } from 'undici';

import { eventually } from '../../tooling/eventually';
import { digest } from '../n8n/digest';
import { fixture } from './fixture';
import { drawnFor, tasksWith, taskWith } from './gatewayTasks';
import { call, connect, NAME, openServer, type Told, type Transport } from './mcpServer';
import { openN8n } from './n8n';
import { recordOutput } from './outputs';

const DRAW = 'Draw_picture';
const WAIT = 'Wait_for_picture';
const SIDES = 'a multiple of 32 from 256 to 1440';

const fromAI = (name: string, description: string, type: string) =>
	`={{ $fromAI('${name}', '${description}', '${type}') }}`;

/** The servers of these tests: the example as it is, and copies that differ in a tool. */
const SERVERS = {
	'mcp-example': {},
	'mcp-sides': {
		'Draw picture': {
			model: 'flux_pro_11',
			width: fromAI('width', `Width in pixels, ${SIDES}`, 'number'),
			height: fromAI('height', `Height in pixels, ${SIDES}`, 'number'),
		},
	},
	'mcp-impatient': {
		'Draw picture': { options: { timeout: 2, onTimeout: 'returnTask' } },
		'Wait for picture': { options: { timeout: 2, onTimeout: 'returnTask' } },
	},
	'mcp-failing': { 'Draw picture': { options: { timeout: 1 } } },
	'mcp-downloading': { 'Draw picture': { options: { downloadImages: true } } },
};

type ServerPath = keyof typeof SERVERS;

const rest = openN8n();
const clients: Client[] = [];

/** A client that is closed after the tests. */
async function join(path: ServerPath, transport: Transport = 'streamable HTTP') {
	const client = await connect(path, transport);
	clients.push(client);
	return client;
}

/** Files of calls without an execution, in n8n's store: no pruning ever reaches them. */
async function strayFiles(): Promise<string[]> {
	const folder = dirname(fixture.database.file);
	const files = await readdir(folder, { recursive: true, withFileTypes: true });
	return files
		.filter((entry) => entry.isFile() && /[\\/]temp[\\/]binary_data/.test(entry.parentPath))
		.map(({ name }) => name);
}

async function pictureAt({ items }: Told): Promise<Buffer> {
	const [item] = items();
	const { body } = await request(String(item?.['url']));
	return Buffer.from(await body.arrayBuffer());
}

beforeAll(async () => {
	for (const [path, tools] of Object.entries(SERVERS)) await openServer(rest, { path, tools });
});

afterAll(async () => {
	await Promise.all(clients.map(async (client) => await client.close()));
});

describe.each(['streamable HTTP', 'SSE'] as const)('a client by %s', (transport) => {
	it('is told of the tools, and of what each value may be', async () => {
		const { tools } = await (await join('mcp-example', transport)).listTools();
		expect(tools.map(({ name }) => name).sort()).toEqual([DRAW, WAIT]);
		const draw = tools.find(({ name }) => name === DRAW);
		expect(draw?.description).toContain('call Wait_for_picture with its requestId');
		expect(draw?.inputSchema).toMatchObject({
			required: ['prompt', 'aspectRatio'],
			properties: {
				prompt: { type: 'string', description: expect.stringContaining('What the picture shows') },
				aspectRatio: { type: 'string', description: expect.stringContaining('21:9 to 9:21') },
			},
		});
	});

	it('draws, and gets the link of a picture that it can open', async () => {
		const client = await join('mcp-example', transport);
		const prompt = `A lighthouse, by ${transport}`;
		const told = await call(client, DRAW, { prompt, aspectRatio: '16:9' });
		expect(told.isError).toBe(false);
		const task = await taskWith(prompt);
		expect(told.items()).toMatchObject([{ requestId: task.id, status: 'completed' }]);
		const picture = await pictureAt(told);
		const [drawn] = await drawnFor(task);
		expect(digest(picture)).toBe(drawn && digest(drawn));
		if (transport === 'SSE') recordOutput(NAME, picture);
	});

	it('draws two pictures at the same time', async () => {
		const client = await join('mcp-example', transport);
		const prompts = ['One', 'Two'].map((word) => `${word}, by ${transport} [seconds=4]`);
		const told = await Promise.all(
			prompts.map(async (prompt) => await call(client, DRAW, { prompt, aspectRatio: '1:1' })),
		);
		const tasks = await Promise.all(prompts.map(taskWith));
		expect(told.map(({ items }) => items()[0]?.['requestId'])).toEqual(tasks.map(({ id }) => id));
		const [first, second] = tasks.sort((one, other) => one.createdAtMs - other.createdAtMs);
		expect(second!.createdAtMs).toBeLessThan(first!.endsAtMs!);
	});
});

it('A client is told of the ranges of numbers, and after a bad one of the nearest good ones', async () => {
	const client = await join('mcp-sides');
	const { tools } = await client.listTools();
	const { properties } = tools.find(({ name }) => name === DRAW)!.inputSchema;
	expect(properties).toMatchObject({
		width: { type: 'number', description: expect.stringContaining(SIDES) },
	});
	const prompt = 'A wide hall';
	const refused = await call(client, DRAW, { prompt, width: 1000, height: 768 });
	expect(refused.isError).toBe(true);
	expect(refused.text).toContain('Width must be a multiple of 32 from 256 to 1440, but is 1000.');
	expect(refused.text).toContain('nothing was paid. Call again with Width 992 or 1024.');
	expect(await tasksWith(prompt)).toEqual([]);
	const drawn = await call(client, DRAW, { prompt, width: 992, height: 768 });
	expect(drawn.items()).toMatchObject([{ width: 992, height: 768 }]);
});

it('A client hears why a prompt was refused, and what it may do', async () => {
	const client = await join('mcp-example');
	const prompt = 'A forbidden picture by MCP [moderated]';
	const { isError, text } = await call(client, DRAW, { prompt, aspectRatio: '1:1' });
	expect(isError).toBe(true);
	expect(text).toContain('was blocked by the moderation of SeaArt Cloud');
	expect(text).toContain('Call again with another prompt');
});

it('A job of 30 seconds comes within the 60 seconds that a client waits by itself', async () => {
	const client = await join('mcp-example');
	const prompt = 'A cathedral [seconds=30]';
	const told = await call(client, DRAW, { prompt, aspectRatio: '1:1' });
	expect(told.items()).toMatchObject([{ status: 'completed' }]);
});

it('A longer job answers with its task, for Wait to collect, and is paid once', async () => {
	const client = await join('mcp-impatient');
	const prompt = 'A city [seconds=5]';
	let told = await call(client, DRAW, { prompt, aspectRatio: '1:1' });
	expect(told.items()).toMatchObject([{ status: 'running' }]);
	const [{ requestId } = {}] = told.items();
	for (let calls = 0; calls < 5 && told.items()[0]?.['status'] !== 'completed'; calls++) {
		told = await call(client, WAIT, { requestId });
	}
	const task = await taskWith(prompt);
	expect(told.items()).toMatchObject([{ requestId: task.id, status: 'completed' }]);
	expect(digest(await pictureAt(told))).toBe(digest((await drawnFor(task))[0]!));
	expect(task.billed).toBe(1);
});

it('A task that is given up is named, and the client warned that the same call pays again', async () => {
	const client = await join('mcp-failing');
	const prompt = 'A mountain [seconds=3]';
	const values = { prompt, aspectRatio: '1:1' };
	const { isError, text } = await call(client, DRAW, values);
	const { id: requestId } = await taskWith(prompt);
	expect(isError).toBe(true);
	expect(text).toContain('The task is paid. Do not call again with these values');
	expect(text).toContain(`Request ID: ${requestId}.`);
	const collected = await call(client, WAIT, { requestId });
	expect(collected.items()).toMatchObject([{ requestId, status: 'completed' }]);
	await call(client, DRAW, values);
	expect(await tasksWith(prompt)).toHaveLength(2);
});

it('The task of a client that leaves goes on, is paid, and stands in the log', async () => {
	const client = await join('mcp-example');
	const prompt = 'A desert [seconds=6]';
	const leaving = new AbortController();
	const called = call(client, DRAW, { prompt, aspectRatio: '1:1' }, leaving.signal).catch(
		(error: Error) => error,
	);
	const [begun] = await eventually(
		'the task',
		async () => await tasksWith(prompt),
		([task]) => task !== undefined,
	);
	leaving.abort('gone');
	expect(await called).toBeInstanceOf(Error);
	await client.close();

	const [ended] = await eventually(
		'the end of the task',
		async () => await tasksWith(prompt),
		([task]) => task?.state !== 'queued' && task?.state !== 'running',
	);
	expect(ended).toMatchObject({ state: 'completed', billed: 1, cancelledAtMs: null });
	const log = await readFile(fixture.logFile, 'utf8');
	const [line, ...others] = log.split('\n').filter((each) => each.includes(begun!.id));
	expect(line).toMatch(/FLUX Image "Draw picture": Task .* was created at SeaArt Cloud/);
	expect([line, ...others].join('\n')).not.toContain('undefined');
	// It comes back, and nobody knows it: it collects by the ID, or pays again.
	const back = await join('mcp-example');
	const collected = await call(back, WAIT, { requestId: begun!.id });
	expect(collected.items()).toMatchObject([{ requestId: begun!.id, status: 'completed' }]);
});

it('Calls leave no file behind in n8n, unless Download Images was turned on', async () => {
	const values = { prompt: 'A well', aspectRatio: '1:1' };
	const before = await strayFiles();
	const [bare] = (await call(await join('mcp-example'), DRAW, values)).items();
	expect(await strayFiles()).toEqual(before);
	expect(bare).toMatchObject({ url: expect.stringMatching(/^http/) });
	await call(await join('mcp-downloading'), DRAW, values);
	expect((await strayFiles()).length).toBeGreaterThan(before.length);
});

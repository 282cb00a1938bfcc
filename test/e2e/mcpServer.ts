import { randomUUID } from 'node:crypto';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';

import { eventually } from '../../tooling/eventually';
import type { N8nRest } from '../../tooling/n8n/rest';
import { publishCopy } from './exampleCopy';
import { fixture } from './fixture';

/** The example workflow. */
export const NAME = 'MCP server draws';

const TRIGGER = '@n8n/n8n-nodes-langchain.mcpTrigger';
const TOKEN = randomUUID();

/** How a client may speak to the trigger. */
export type Transport = 'streamable HTTP' | 'SSE';

/** A copy of the example workflow at a path of its own. */
export interface McpServer {
	/** Part of its address; unique in this n8n. */
	path: string;
	/** Parameters of its tools beside those of the example, by the tool's name there. */
	tools?: Readonly<Record<string, Record<string, unknown>>>;
}

/** Publishes a copy of the example workflow. */
export async function openServer(rest: N8nRest, { path, tools = {} }: McpServer): Promise<void> {
	await rest.saveCredential('MCP clients', 'httpBearerAuth', { token: TOKEN });
	await publishCopy(rest, {
		example: NAME,
		name: path,
		change: (node) => ({
			...node,
			...(node.type === TRIGGER ? { webhookId: path } : {}),
			parameters: {
				...node.parameters,
				...(node.type === TRIGGER ? { path } : tools[node.name]),
			},
		}),
	});
}

/** A client of such a server, by the official SDK with its defaults. */
export async function connect(path: string, transport: Transport): Promise<Client> {
	const address = new URL(`${fixture.url}/mcp/${path}`);
	const requestInit = { headers: { Authorization: `Bearer ${TOKEN}` } };
	const attempt = async () => {
		const client = new Client({ name: 'n8n-nodes-flux-image-tests', version: '1.0.0' });
		await client.connect(
			transport === 'SSE'
				? new SSEClientTransport(address, { requestInit })
				: new StreamableHTTPClientTransport(address, { requestInit }),
		);
		return client;
	};
	// n8n 2 registers a webhook some time after it has confirmed that the workflow is published.
	const connected = await eventually(
		`the MCP server ${path}`,
		async () => await attempt().catch(({ message }: Error) => message),
		(client) => typeof client !== 'string',
	);
	return connected as Client;
}

/** What a client is told of a call. */
export interface Told {
	isError: boolean;
	text: string;
	/** The text as JSON: the tool's items. */
	items(): Array<Record<string, unknown>>;
}

/** Calls a tool with the SDK's own patience: 60 seconds. */
export async function call(
	client: Client,
	name: string,
	values: Record<string, unknown>,
	signal?: AbortSignal,
): Promise<Told> {
	const options = signal ? { signal } : {};
	const result = await client.callTool({ name, arguments: values }, undefined, options);
	const { isError = false, content } = result as CallToolResult;
	const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('');
	return { isError, text, items: () => JSON.parse(text) as Array<Record<string, unknown>> };
}

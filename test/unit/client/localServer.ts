import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';

/** A server of a test's own on the loopback. */
export interface LocalServer {
	/** Origin, without a slash at the end. */
	readonly url: string;
	readonly port: number;
	/** The requests so far: method and path, headers, body. */
	readonly requests: SeenRequest[];
	close(): Promise<void>;
}

export interface SeenRequest {
	readonly line: string;
	readonly headers: IncomingMessage['headers'];
	readonly body: string;
}

type Handler = (response: ServerResponse, request: SeenRequest) => void;

/** Serves HTTP by a handler that has the whole request. */
export async function serve(handler: Handler): Promise<LocalServer> {
	const requests: SeenRequest[] = [];
	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const seen = {
				line: `${request.method} ${request.url}`,
				headers: request.headers,
				body: Buffer.concat(chunks).toString(),
			};
			requests.push(seen);
			handler(response, seen);
		});
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	const close = async () => {
		server.closeAllConnections();
		server.close();
		await once(server, 'close');
	};
	return { url: `http://127.0.0.1:${port}`, port, requests, close };
}

/** Takes connections, and does with each what the test says. */
export async function serveSockets(onSocket: (socket: Socket) => void): Promise<LocalServer> {
	const sockets = new Set<Socket>();
	const server = createTcpServer((socket) => {
		sockets.add(socket);
		socket.on('error', () => undefined);
		onSocket(socket);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	const close = async () => {
		for (const socket of sockets) socket.destroy();
		server.close();
		await once(server, 'close');
	};
	return { url: `http://127.0.0.1:${port}`, port, requests: [], close };
}

/** A JSON reply. */
export function json(
	response: ServerResponse,
	statusCode: number,
	body: unknown,
	headers: Record<string, string> = {},
): void {
	response.writeHead(statusCode, { 'content-type': 'application/json', ...headers });
	response.end(JSON.stringify(body));
}

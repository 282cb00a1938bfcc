import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { FaultName } from './faultNames';
import type { FaultRow } from './faults';
import type { Answer, Refusal } from './protocol';

/** Where a fault is played. */
export interface Scene {
	raw: ServerResponse;
	row: FaultRow;
	/** The right answer, where the call did its work. */
	answer?: Answer;
	/** The refusals of the gateway at hand. */
	refuse(refusal: Refusal): Answer;
	/** Where redirects lead unless the row says otherwise. */
	redirectTo: string;
}

type Player = (scene: Scene) => void;

const htmlPage = (title: string): string =>
	`<!DOCTYPE html>\n<html><head><title>${title}</title></head>` +
	`<body><center><h1>${title}</h1></center><hr><center>nginx</center></body></html>\n`;

/** What is sent in part where there is no right answer, because the call was not let through. */
const neverAccepted: Answer = {
	statusCode: 200,
	body: { request_id: 'never-accepted', status: 'IN_QUEUE', queue_position: 0 },
};

/** The fault players, by name. Each ends the reply in its own way, or leaves it hanging. */
const players: Record<FaultName, Player> = {
	'429': (scene) => refuse(scene, 'rateLimited', 429),
	'429-seconds': (scene) =>
		refuse(scene, 'rateLimited', 429, {
			'retry-after': String(Math.ceil(scene.row.retryAfterSeconds ?? 1)),
		}),
	'429-date': (scene) =>
		refuse(scene, 'rateLimited', 429, {
			'retry-after': new Date(Date.now() + (scene.row.retryAfterSeconds ?? 1) * 1000).toUTCString(),
		}),
	'401': (scene) => refuse(scene, 'badKey', 401),
	'403': (scene) => refuse(scene, 'forbidden', 403),
	'404': (scene) => refuse(scene, 'unknownTask', 404),
	unknownTask: (scene) => refuse(scene, 'unknownTask'),
	'500': (scene) => refuse(scene, 'broken', 500),
	'502-html': ({ raw }) => sendHtml(raw, 502, '502 Bad Gateway'),
	'503': (scene) => {
		const { retryAfterSeconds } = scene.row;
		const headers = { 'retry-after': String(Math.ceil(retryAfterSeconds ?? 0)) };
		refuse(scene, 'broken', 503, retryAfterSeconds === undefined ? {} : headers);
	},
	'503-text': ({ raw }) =>
		send(
			raw,
			503,
			{ 'content-type': 'text/plain; charset=utf-8' },
			Buffer.from('no available channel'),
		),
	limiterDown: (scene) => refuse(scene, 'limiterDown', 503),
	'504-html': ({ raw }) => sendHtml(raw, 504, '504 Gateway Time-out'),
	reset: ({ raw }) => raw.socket?.resetAndDestroy(),
	hang: () => undefined,
	cutJson: ({ raw, answer = neverAccepted }) => {
		const { bytes } = encoded(answer);
		const kept = bytes.subarray(0, Math.ceil(bytes.length * 0.6));
		send(raw, 200, { 'content-type': 'application/json' }, kept);
	},
	html200: ({ raw }) => sendHtml(raw, 200, 'We will be right back'),
	slowDrip: ({ raw, row, answer = neverAccepted }) => drip(raw, answer, row.dripMs ?? 20),
	redirect: ({ raw, row, redirectTo }) =>
		send(raw, 302, { location: row.location ?? redirectTo }, Buffer.alloc(0)),
	truncated: ({ raw, answer = neverAccepted }) => {
		const { type, bytes } = encoded(answer);
		raw.writeHead(answer.statusCode, { 'content-type': type, 'content-length': bytes.length });
		breakOff(raw, bytes.subarray(0, bytes.length / 2));
	},
	cutChunked: ({ raw, answer = neverAccepted }) => {
		const { type, bytes } = encoded(answer);
		raw.writeHead(answer.statusCode, { 'content-type': type });
		breakOff(raw, bytes.subarray(0, bytes.length / 2));
	},
	half: ({ raw, answer = neverAccepted }) => {
		const { type, bytes } = encoded(answer);
		send(raw, answer.statusCode, { 'content-type': type }, bytes.subarray(0, bytes.length / 2));
	},
	halfUnknownLength: ({ raw, answer = neverAccepted }) => {
		const { type, bytes } = encoded(answer);
		raw.writeHead(answer.statusCode, { 'content-type': type });
		raw.end(bytes.subarray(0, bytes.length / 2));
	},
	html: ({ raw }) => sendHtml(raw, 200, 'Sign in to continue'),
	wrongType: ({ raw, answer = neverAccepted }) =>
		send(raw, 200, { 'content-type': 'text/plain' }, encoded(answer).bytes),
	expired: ({ raw }) =>
		send(
			raw,
			403,
			{ 'content-type': 'application/xml' },
			Buffer.from(
				'<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>',
			),
		),
	endless: ({ raw, answer = neverAccepted }) => void flood(raw, answer),
	unknownLength: ({ raw, answer = neverAccepted }) => {
		const { type, bytes } = encoded(answer);
		raw.writeHead(answer.statusCode, { 'content-type': type });
		raw.write(bytes.subarray(0, bytes.length / 2));
		raw.end(bytes.subarray(bytes.length / 2));
	},
};

/** Plays the row's fault onto the connection. */
export function playFault(scene: Scene): void {
	const { fault } = scene.row;
	if (typeof fault === 'string') {
		players[fault](scene);
		return;
	}
	const { type, bytes } = encoded({ statusCode: fault.statusCode, body: fault.body ?? '' });
	send(scene.raw, fault.statusCode, { 'content-type': type, ...fault.headers }, bytes);
}

function refuse(
	{ raw, refuse: build }: Scene,
	kind: Refusal['kind'],
	statusCode?: number,
	headers: Record<string, string> = {},
): void {
	const answer = build({ kind, message: 'Injected by the fault program' });
	const { type, bytes } = encoded(answer);
	send(raw, statusCode ?? answer.statusCode, { 'content-type': type, ...headers }, bytes);
}

function sendHtml(raw: ServerResponse, statusCode: number, title: string): void {
	const headers = { 'content-type': 'text/html; charset=utf-8' };
	send(raw, statusCode, headers, Buffer.from(htmlPage(title)));
}

function send(
	raw: ServerResponse,
	statusCode: number,
	headers: Readonly<Record<string, string>>,
	bytes: Buffer,
): void {
	raw.writeHead(statusCode, { ...headers, 'content-length': bytes.length }).end(bytes);
}

function encoded({ body, headers }: Answer): { type: string; bytes: Buffer } {
	if (Buffer.isBuffer(body)) {
		return { type: headers?.['content-type'] ?? 'application/octet-stream', bytes: body };
	}
	if (typeof body === 'string')
		return { type: 'text/plain; charset=utf-8', bytes: Buffer.from(body) };
	return { type: 'application/json', bytes: Buffer.from(JSON.stringify(body)) };
}

/** Sends what there is, waits until it is on its way, and cuts the connection. */
function breakOff(raw: ServerResponse, bytes: Buffer): void {
	raw.write(bytes, () => raw.socket?.destroy());
}

/** Bytes of a slow reply that go out at a time. */
const dripBytes = 16;

function drip(raw: ServerResponse, answer: Answer, pauseMs: number): void {
	const { type, bytes } = encoded(answer);
	raw.writeHead(answer.statusCode, { 'content-type': type, 'content-length': bytes.length });
	let sent = 0;
	const timer = setInterval(() => {
		raw.write(bytes.subarray(sent, (sent += dripBytes)));
		if (sent >= bytes.length) raw.end();
	}, pauseMs);
	raw.once('close', () => clearInterval(timer));
	raw.once('finish', () => clearInterval(timer));
}

/** Starts like the right file and goes on until the other side has had enough. */
async function flood(raw: ServerResponse, answer: Answer): Promise<void> {
	const { type, bytes } = encoded(answer);
	raw.writeHead(200, { 'content-type': type });
	raw.write(bytes);
	const more = Buffer.alloc(64 * 1024);
	const closed = once(raw, 'close');
	while (!raw.destroyed && !raw.closed) {
		if (!raw.write(more)) await Promise.race([once(raw, 'drain'), closed]);
	}
}

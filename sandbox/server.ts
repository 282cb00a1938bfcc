import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { playFault } from './faultReplies';
import { faultTitle, type FaultProgram, type FaultRow, type Occasion } from './faults';
import { definitions } from './gateways';
import type { TaskStore } from './jobs';
import { bearerKey, roleOf } from './keys';
import { abridged, type CallKind, type Ledger, type RequestRow } from './ledger';
import type { Admission, Arrival, Limits } from './limits';
import type { Answer, Call, Protocol, Refusal, Route } from './protocol';
import type { QuirkSettings } from './quirks';
import { isObject } from './validation';

/** Largest body: eight base64 images of 20 MB and some room. */
const bodyLimitBytes = 240 * 1024 * 1024;

/** What the API server works with. */
export interface ServerParts {
	protocols: readonly Protocol[];
	ledger: Ledger;
	faults: FaultProgram;
	limits: Limits;
	quirks: QuirkSettings;
	/** Tells limits how many tasks have not ended. */
	tasks: Pick<TaskStore, 'unfinished'>;
	trapUrl(): string;
	logger: boolean;
}

/** A body that is no JSON, kept until the gateway can refuse it in its own words. */
class UnreadableBody {}

/** The server that plays all gateways' APIs, each below its base path. */
export function createApiServer(parts: ServerParts): FastifyInstance {
	const server = fastify({
		logger: parts.logger,
		bodyLimit: bodyLimitBytes,
		forceCloseConnections: true,
		routerOptions: { maxParamLength: 500 },
	});
	readBodies(server);
	for (const protocol of parts.protocols) {
		const base = definitions[protocol.gateway].basePath;
		for (const route of protocol.routes) {
			server.route({
				method: route.method,
				url: base + route.path,
				handler: async (request, reply) =>
					await new Exchange(parts, protocol, route, request, reply).run(),
			});
		}
		server.all(`${base}/*`, async (request, reply) => {
			return await new Exchange(parts, protocol, unknownPath(protocol), request, reply).run();
		});
	}
	return server;
}

/** JSON that may be absent or broken, and anything else as bytes. */
function readBodies(server: FastifyInstance): void {
	server.removeAllContentTypeParsers();
	server.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
		done(null, parsedJson(String(body)));
	});
	server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) =>
		done(null, body),
	);
}

function parsedJson(text: string): unknown {
	if (text === '') return undefined;
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return new UnreadableBody();
	}
}

/** The path of all that a gateway does not have. */
const unknown = '*';

function unknownPath(protocol: Protocol): Route {
	return {
		method: 'GET',
		path: unknown,
		call: 'other',
		handle: () => protocol.refuse({ kind: 'unknownPath', message: 'Not Found' }),
	};
}

/** One call from arrival to reply: limit, fault, key, work, fault, reply. */
class Exchange {
	private readonly row: RequestRow;
	private admission: Admission = { headers: {} };

	constructor(
		private readonly parts: ServerParts,
		private readonly protocol: Protocol,
		private readonly route: Route,
		private readonly request: FastifyRequest,
		private readonly reply: FastifyReply,
	) {
		const { method, url: path, headers, body } = request;
		this.row = parts.ledger.open({
			gateway: protocol.gateway,
			call: route.call,
			method,
			path,
			taskId: this.params.id ?? null,
			authorization: headers.authorization !== undefined,
			...(route.call === 'create' ? { body: abridged(body) } : {}),
		});
	}

	async run(): Promise<FastifyReply> {
		const arrival = this.arrival();
		this.admission = this.parts.limits.admit(arrival);
		if (this.admission.refused) return this.send(this.tooMany(this.admission.refused));
		try {
			return await this.admitted();
		} finally {
			this.parts.limits.answered(arrival);
		}
	}

	private async admitted(): Promise<FastifyReply> {
		const before = this.parts.faults.take(this.occasion('beforeAcceptance'));
		if (before) return this.play(before);
		const answer = await this.answer();
		const accepted = answer.statusCode < 300;
		this.row.taskId = answer.taskId ?? this.row.taskId;
		this.row.accepted = accepted;
		this.row.billed = answer.billed ?? false;
		const refusedCreate = this.row.call === 'create' && !accepted;
		const after = refusedCreate
			? undefined
			: this.parts.faults.take(this.occasion('afterAcceptance'));
		return after ? this.play(after, answer) : this.send(answer);
	}

	private get params(): Record<string, string> {
		return this.request.params as Record<string, string>;
	}

	private async answer(): Promise<Answer> {
		const { headers, body } = this.request;
		const key = bearerKey(headers.authorization);
		const query = this.request.query as Call['query'];
		const call: Call = { params: this.params, query, headers, body, key, role: roleOf(key) };
		const refusal = this.keyRefusal(call) ?? bodyRefusal(body);
		if (refusal) return this.protocol.refuse(refusal);
		return await this.route.handle(call);
	}

	private keyRefusal(call: Call): Refusal | undefined {
		const isUnknown = this.route.path === unknown;
		if (isUnknown && !this.parts.quirks.current.keyBeforePath) return undefined;
		return keyRefusal(call, this.route.call);
	}

	private arrival(): Arrival {
		const { tasks } = this.parts;
		const { gateway } = this.protocol;
		return {
			gateway,
			call: this.route.call,
			model: this.params.model ?? modelIn(this.request.body),
			unfinished: (model) => tasks.unfinished(gateway, model),
		};
	}

	private occasion(when: Occasion['when']): Occasion {
		const { call, gateway, taskId } = this.row;
		const prompt = promptIn(this.request.body) || this.parts.ledger.promptOf(taskId);
		return { call, gateway, taskId, when, prompt };
	}

	private tooMany({ retryAfterSeconds, body }: NonNullable<Admission['refused']>): Answer {
		const answer = this.protocol.refuse({ kind: 'rateLimited', message: 'Too many requests' });
		return {
			...answer,
			...(body === undefined ? {} : { body }),
			...(retryAfterSeconds === undefined
				? {}
				: { headers: { 'retry-after': String(Math.ceil(retryAfterSeconds)) } }),
		};
	}

	private send(answer: Answer): FastifyReply {
		this.row.statusCode = answer.statusCode;
		return this.reply
			.code(answer.statusCode)
			.headers({ ...this.admission.headers, ...answer.headers })
			.send(answer.body);
	}

	private play(fault: FaultRow, answer?: Answer): FastifyReply {
		const { raw } = this.reply.hijack();
		this.row.fault = faultTitle(fault);
		raw.once('close', () => (this.row.statusCode = raw.headersSent ? raw.statusCode : null));
		playFault({
			raw,
			row: fault,
			...(answer && { answer }),
			refuse: (refusal) => this.protocol.refuse(refusal),
			redirectTo: this.parts.trapUrl(),
		});
		return this.reply;
	}
}

/** The model that a create's body names, where its path does not. */
function modelIn(body: unknown): string | undefined {
	return isObject(body) && typeof body.model === 'string' ? body.model : undefined;
}

/** The prompt in a create's body, wherever the gateway's wrapping puts it; empty without one. */
function promptIn(body: unknown): string {
	if (!isObject(body)) return '';
	if (typeof body.prompt === 'string') return body.prompt;
	const [input] = Array.isArray(body.input) ? (body.input as unknown[]) : [];
	return isObject(input) ? promptIn(input.params) : '';
}

function keyRefusal({ role }: Call, call: CallKind): Refusal | undefined {
	if (role === 'unknown') return { kind: 'badKey', message: 'Invalid API key' };
	if (role === 'forbidden') return { kind: 'forbidden', message: 'This key has no such right' };
	if (role === 'unsuccessful' && call !== 'balance') {
		return { kind: 'badKey', message: 'Invalid API key' };
	}
	return undefined;
}

function bodyRefusal(body: unknown): Refusal | undefined {
	if (!(body instanceof UnreadableBody)) return undefined;
	return { kind: 'invalid', message: 'the body is not valid JSON' };
}

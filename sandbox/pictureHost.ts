import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { playFault } from './faultReplies';
import { faultTitle, type FaultProgram, type FaultRow } from './faults';
import type { Ledger, RequestRow } from './ledger';
import type { HostedFile, PictureStore } from './pictureStore';
import type { Answer, Refusal } from './protocol';

/** What the host works with. */
export interface PictureHostParts {
	pictures: PictureStore;
	ledger: Ledger;
	faults: FaultProgram;
	/** Origin for redirects: the API's, which serves the same files below `/sandbox/moved`. */
	apiUrl(): string;
	logger: boolean;
}

/** The host of pictures and uploads. It asks for no key, and records whether one was sent. */
export function createPictureHost(parts: PictureHostParts): FastifyInstance {
	const host = fastify({ logger: parts.logger, forceCloseConnections: true });
	host.get('/pictures/*', (request, reply) => servePicture(parts, request, reply, request.url));
	host.get('/uploads/*', (request, reply) => servePicture(parts, request, reply, request.url));
	host.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
	host.setNotFoundHandler((request, reply) => {
		const { method, url: path, headers } = request;
		const authorization = headers.authorization !== undefined;
		const row = {
			gateway: null,
			call: 'trap',
			method,
			path,
			authorization,
			statusCode: 404,
		} as const;
		parts.ledger.open(row);
		return reply.code(404).send({ error: 'nothing here' });
	});
	return host;
}

/** Answers a download, or plays the fault that is due on it. */
export async function servePicture(
	{ pictures, ledger, faults, apiUrl }: PictureHostParts,
	request: FastifyRequest,
	reply: FastifyReply,
	path: string,
): Promise<FastifyReply> {
	const file = await pictures.fileAt(path.split('?')[0] ?? path);
	const row = ledger.open({
		gateway: file?.task?.order.gateway ?? null,
		call: 'picture',
		method: request.method,
		path: request.url,
		taskId: file?.task?.id ?? null,
		authorization: request.headers.authorization !== undefined,
	});
	const fault = dueFault(faults, row, file);
	if (fault) {
		reply.hijack();
		const answer = file && answerWith(file);
		const redirectTo = `${apiUrl()}/sandbox/moved${path}`;
		row.fault = faultTitle(fault);
		reply.raw.once('close', () => {
			row.statusCode = reply.raw.headersSent ? reply.raw.statusCode : null;
		});
		playFault({ raw: reply.raw, row: fault, ...(answer && { answer }), refuse, redirectTo });
		return reply;
	}
	row.statusCode = file ? 200 : 404;
	if (!file) return reply.code(404).send({ error: 'no such picture' });
	row.accepted = true;
	reply.raw.once('finish', () => file.task && file.task.downloads++);
	return reply.type(file.type).send(file.bytes);
}

/** A fault by the prompt comes before the program's. */
function dueFault(
	faults: FaultProgram,
	{ gateway, taskId }: RequestRow,
	file: HostedFile | undefined,
): FaultRow | undefined {
	const byPrompt = file?.task?.order.trouble.picture;
	if (byPrompt) return { call: 'picture', fault: byPrompt };
	const prompt = file?.task?.order.prompt ?? '';
	const occasion = { call: 'picture', gateway, taskId, prompt } as const;
	return (
		faults.take({ ...occasion, when: 'beforeAcceptance' }) ??
		faults.take({ ...occasion, when: 'afterAcceptance' })
	);
}

function answerWith(file: HostedFile): Answer {
	return { statusCode: 200, headers: { 'content-type': file.type }, body: file.bytes };
}

/** The host's own words; it is no API. */
function refuse({ message }: Refusal): Answer {
	return { statusCode: 400, body: message };
}

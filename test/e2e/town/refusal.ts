import type { FastifyInstance } from 'fastify';

/** What a service answers in place of doing what it was asked for. */
export class Refusal extends Error {
	/** @param body what the service of that name sends as JSON */
	constructor(
		readonly statusCode: number,
		readonly body: object,
	) {
		super(JSON.stringify(body));
	}
}

/** Makes refusals that handlers throw the answers of a server. */
export function answerRefusals(server: FastifyInstance): void {
	server.setErrorHandler(async (error, _request, reply) => {
		if (error instanceof Refusal) return await reply.code(error.statusCode).send(error.body);
		throw error;
	});
}

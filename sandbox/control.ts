import type { FastifyError, FastifyInstance } from 'fastify';
import { ZodError } from 'zod';
import type { FaultProgram, FaultRow } from './faults';
import type { Ledger } from './ledger';
import type { LimitRow, Limits } from './limits';
import { servePicture, type PictureHostParts } from './pictureHost';
import { parseQuirks, type QuirkSettings } from './quirks';

/** What can be watched and set from outside. */
export interface Controls {
	ledger: Ledger;
	faults: FaultProgram;
	limits: Limits;
	quirks: QuirkSettings;
	instructions(): string;
	pictureHost: PictureHostParts;
}

/** The pages below `/sandbox`, by which another process reads the ledger and sets faults. */
export function addControls(server: FastifyInstance, controls: Controls): void {
	const { ledger, faults, limits, quirks } = controls;
	server.get('/sandbox', (_request, reply) =>
		reply.type('text/plain').send(controls.instructions()),
	);
	server.get('/sandbox/ledger', () => ledger.toJSON());
	server.delete('/sandbox/ledger', () => {
		ledger.clear();
		return ledger.toJSON();
	});
	server.get('/sandbox/faults', () => faults.rows);
	server.post('/sandbox/faults', (request) => {
		faults.add(request.body as FaultRow | FaultRow[]);
		return faults.rows;
	});
	server.delete('/sandbox/faults', () => {
		faults.clear();
		return faults.rows;
	});
	server.get('/sandbox/limits', () => limits.rows);
	server.post('/sandbox/limits', (request) => {
		limits.set(request.body as LimitRow | LimitRow[]);
		return limits.rows;
	});
	server.delete('/sandbox/limits', () => {
		limits.clear();
		return limits.rows;
	});
	server.get('/sandbox/quirks', () => quirks.current);
	server.post('/sandbox/quirks', (request) => {
		quirks.set(parseQuirks(request.body));
		return quirks.current;
	});
	server.delete('/sandbox/quirks', () => {
		quirks.reset();
		return quirks.current;
	});
	server.get('/sandbox/moved/*', (request, reply) =>
		servePicture(controls.pictureHost, request, reply, request.url.slice('/sandbox/moved'.length)),
	);
	server.setErrorHandler((error: FastifyError, _request, reply) => {
		if (error instanceof ZodError) return reply.code(400).send({ error: error.issues });
		if (error.statusCode !== undefined) {
			return reply.code(error.statusCode).send({ error: error.message });
		}
		console.error('The sandbox itself has failed:', error);
		return reply.code(500).send({ error: 'the sandbox itself has failed: see its output' });
	});
}

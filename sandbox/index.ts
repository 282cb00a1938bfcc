import type { FastifyInstance } from 'fastify';
import { addControls } from './control';
import { FaultProgram } from './faults';
import { byGateway, type Gateway } from './gateways';
import { instructions } from './instructions';
import { TaskStore, type JobSeconds } from './jobs';
import { sandboxKeys, type SandboxKeys } from './keys';
import { Ledger } from './ledger';
import { Limits, type LimitRow } from './limits';
import { createPictureHost, type PictureHostParts } from './pictureHost';
import { PictureStore } from './pictureStore';
import type { SandboxState } from './protocol';
import { QuirkSettings } from './quirks';
import { createApiServer } from './server';

export type { FaultName } from './faultNames';
export type { FaultProgram, FaultRow } from './faults';
export { byGateway, definitions, gateways, modelsOf, modelTable, type Gateway } from './gateways';
export type { JobSeconds, TaskState } from './jobs';
export type { SandboxKeys } from './keys';
export type { CallKind, Ledger, RequestRow, TaskRow } from './ledger';
export type { LimitRow, Limits } from './limits';
export { drawPicture, type PictureRequest } from './picture';
export { pictureRequests } from './pictureRequests';
export type { PartialQuirks, Quirks, QuirkSettings } from './quirks';

export interface SandboxOptions {
	/** Port of the APIs. Default 0: any free one. */
	port?: number;
	/** Port of the pictures. Default 0: any free one. */
	picturePort?: number;
	/** Of job times and of faults with a probability. Default 1. */
	seed?: number;
	/** Bounds of job times, log-uniform between them. Default 2 to 6. */
	jobSeconds?: JobSeconds;
	/** Limit for each gateway; calls above it get HTTP 429 with `Retry-After`. Default: none. */
	rateLimit?: { requestsPerSecond: number };
	/** More limits of each gateway, as gateways have them. Default: none. */
	limits?: LimitRow[];
	/** Scale of all pictures' sides; small pictures make tests fast. Default 1. */
	pictureScale?: number;
	/** One color in place of a drawing, for benchmarks. Default false. */
	plainPictures?: boolean;
	/** Pads every picture to this many bytes. */
	pictureBytes?: number;
	/** The clock, in milliseconds since the epoch. Default: the real one. */
	nowMs?: () => number;
	/** Logs each request to standard output. Default false. */
	logger?: boolean;
}

export interface Sandbox {
	/** Origin of the APIs and of the pages below `/sandbox`. */
	url: string;
	/** Origin of the pictures. */
	pictureUrl: string;
	/** What a credential's base URL is set to. */
	baseUrls: Record<Gateway, string>;
	keys: SandboxKeys;
	ledger: Ledger;
	faults: FaultProgram;
	limits: Limits;
	quirks: QuirkSettings;
	/** How to use it, for people. */
	instructions(): string;
	/** Ends all connections, hanging ones included, and frees the ports. */
	close(): Promise<void>;
}

const host = '127.0.0.1';

/**
 * Starts the gateways on the loopback. Rejects when a port is taken.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
	const { seed = 1, logger = false, nowMs = Date.now } = options;
	const ledger = new Ledger(nowMs);
	const faults = new FaultProgram(seed);
	const limits = new Limits(nowMs, seed);
	limits.set(limitRows(options));
	const quirks = new QuirkSettings();
	const tasks = new TaskStore(ledger, seed, options.jobSeconds ?? { min: 2, max: 6 }, nowMs);
	const pictures = new PictureStore(tasks, {
		plain: options.plainPictures ?? false,
		...(options.pictureBytes === undefined ? {} : { bytes: options.pictureBytes }),
	});
	const apiUrl = (): string => addresses.url;
	const addresses = { url: '', pictureUrl: '', baseUrls: byGateway(() => ''), keys: sandboxKeys };
	const pictureHost: PictureHostParts = { pictures, ledger, faults, apiUrl, logger };
	const pictureServer = createPictureHost(pictureHost);
	addresses.pictureUrl = await listen(pictureServer, options.picturePort);
	pictures.url = addresses.pictureUrl;
	const trapUrl = (): string => `${addresses.pictureUrl}/trap`;
	const state: SandboxState = {
		tasks,
		quirks,
		apiUrl,
		pictureUrlOf: (task, index) => pictures.urlOf(task, index),
		trapUrl,
		storeUpload: (bytes, type) => pictures.addUpload(bytes, type),
		localFiles: async (url) => await pictures.fileAtUrl(url),
		pictureScale: options.pictureScale ?? 1,
	};
	const server = createApiServer({
		protocols: Object.values(byGateway((gateway) => gateway.protocol(state, gateway))),
		ledger,
		faults,
		limits,
		quirks,
		tasks,
		trapUrl,
		logger,
	});
	const page = (): string => instructions(addresses);
	addControls(server, { ledger, faults, limits, quirks, instructions: page, pictureHost });
	addresses.url = await listenOrClose(server, options.port, pictureServer);
	addresses.baseUrls = byGateway(({ basePath }) => addresses.url + basePath);
	const close = async (): Promise<void> => {
		await Promise.all([server.close(), pictureServer.close()]);
	};
	return { ...addresses, ledger, faults, limits, quirks, instructions: page, close };
}

function limitRows({ rateLimit, limits = [] }: SandboxOptions): LimitRow[] {
	const rows: LimitRow[] = rateLimit
		? [{ kind: 'bucket', perSecond: rateLimit.requestsPerSecond }]
		: [];
	return [...rows, ...limits];
}

async function listen(server: FastifyInstance, port = 0): Promise<string> {
	return await server.listen({ host, port });
}

async function listenOrClose(
	server: FastifyInstance,
	port: number | undefined,
	other: FastifyInstance,
): Promise<string> {
	try {
		return await listen(server, port);
	} catch (error) {
		await other.close();
		throw error;
	}
}

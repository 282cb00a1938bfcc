import type { IncomingHttpHeaders } from 'node:http';
import type { Gateway } from './gateways';
import type { LocalFiles } from './inputImages';
import type { KeyRole } from './keys';
import type { CallKind } from './ledger';
import type { Task, TaskStore } from './jobs';
import type { QuirkSettings } from './quirks';

/** A reply, before it goes onto the wire. Text is sent as it is, anything else as JSON. */
export interface Answer {
	statusCode: number;
	body: unknown;
	headers?: Readonly<Record<string, string>>;
	/** The task that the call named or made. */
	taskId?: string;
	/** Whether money was taken for it. */
	billed?: boolean;
}

/** A call that has arrived, with all that a gateway may look at. */
export interface Call {
	params: Readonly<Record<string, string>>;
	/** What stands behind the question mark. */
	query: Readonly<Record<string, unknown>>;
	headers: IncomingHttpHeaders;
	body: unknown;
	key: string;
	role: KeyRole;
}

/** Why a gateway says no. */
export type RefusalKind =
	| 'badKey'
	| 'noCredit'
	| 'forbidden'
	| 'unknownModel'
	| 'unknownTask'
	| 'unknownPath'
	| 'invalid'
	| 'webhook'
	| 'moderated'
	| 'rateLimited'
	/** What counts the calls is out of order, so no create is taken. */
	| 'limiterDown'
	| 'broken';

export interface Refusal {
	kind: RefusalKind;
	message: string;
	/** The parameter at fault, from the outside in. */
	path?: readonly string[];
}

/** One address of a gateway's API. */
export interface Route {
	method: 'GET' | 'POST' | 'PUT';
	/** Below the gateway's base path. */
	path: string;
	call: CallKind;
	handle(call: Call): Answer | Promise<Answer>;
}

/** A gateway: its addresses, and the words in which it refuses. */
export interface Protocol {
	gateway: Gateway;
	routes: readonly Route[];
	refuse(refusal: Refusal): Answer;
}

/** What all gateways of one sandbox share. */
export interface SandboxState {
	tasks: TaskStore;
	quirks: QuirkSettings;
	/** The API's address, without a slash at the end. Known once the server listens. */
	apiUrl(): string;
	/** Address of a picture of a task. */
	pictureUrlOf(task: Task, index: number): string;
	/** An address on the picture host that records whoever calls it. */
	trapUrl(): string;
	/** Keeps an uploaded file and gives its address. */
	storeUpload(bytes: Buffer, type: string): string;
	localFiles: LocalFiles;
	/** Scale of all pictures' sides. */
	pictureScale: number;
}

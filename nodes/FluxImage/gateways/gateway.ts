import type { JsonObject } from 'n8n-workflow';

import type { Outcome, Problem } from '../core/problem';
import type { TaskRef, TaskState } from '../core/task';

/** The gateways by the names that saved workflows hold. */
export type GatewayId = 'seaArtCloud' | 'odiRouter' | 'vtrix' | 'toApis';

/** An API call as a value: nothing is sent until the transport takes it. */
export interface GatewayRequest {
	readonly method: 'GET' | 'POST' | 'PUT';
	/** Path below the credential's base URL, with its leading slash, its parts already encoded. */
	readonly path: string;
	readonly body?: JsonObject;
	/** A file sent as multipart/form-data instead of a JSON body. */
	readonly file?: FileUpload;
}

/** One file of a multipart request. */
export interface FileUpload {
	readonly fieldName: string;
	readonly fileName: string;
	readonly contentType: string;
	readonly bytes: Buffer;
}

/** A reply as a value: any HTTP status, the body parsed where it was JSON, else the text. */
export interface GatewayReply {
	readonly statusCode: number;
	/** Header names in lower case. */
	readonly headers: Readonly<Record<string, string>>;
	readonly body: unknown;
}

/** What a create asks for. */
export interface TaskRequest {
	/** The model's id on the wire. */
	readonly modelId: string;
	/** The parameters under the wire's names, as the request holds them. */
	readonly parameters: JsonObject;
	/** Choices that shape the request without being sent: `flatRequest`. */
	readonly switches: Readonly<Record<string, unknown>>;
	/** An id of the caller's own, for a gateway that keeps it with the task. */
	readonly ownId?: string;
}

/** What became of a request to cancel. */
export interface CancelReply {
	readonly cancellation: 'requested' | 'alreadyCompleted' | 'notFound';
	/** The reply as the gateway sent it, redacted. */
	readonly raw: unknown;
}

/**
 * A gateway's protocol, sans-I/O: it builds requests and reads replies, and does nothing else.
 * Every reader takes any reply at all and never throws.
 */
export interface Gateway {
	readonly id: GatewayId;
	/** The name that people know: `SeaArt Cloud`. */
	readonly displayName: string;
	readonly credentialType: string;
	/** Whether the URLs of a task hold its model, so that Task operations must ask for it. */
	readonly modelInTaskUrl: boolean;
	/** A sentence with its base URLs, where it has several: one of them may not be reachable or right. */
	readonly addresses?: string;
	/** A base URL as people paste it, made fit for `GatewayRequest.path`. */
	normalizeBaseUrl(baseUrl: string): string;

	create(request: TaskRequest): GatewayRequest;
	status(task: TaskRef): GatewayRequest;
	result(task: TaskRef): GatewayRequest;
	/** Absent where the gateway cannot cancel. */
	readonly cancel?: (task: TaskRef) => GatewayRequest;
	/** Absent where images stand in the create request itself. */
	readonly upload?: (image: Omit<FileUpload, 'fieldName'>) => GatewayRequest;
	/**
	 * A read of the task that was created under an id of the caller's own; absent where the gateway keeps
	 * none. Its reply has the shape of a create's.
	 */
	readonly find?: (ownId: string) => GatewayRequest;
	/** The field of the create that holds the caller's own id, as refusals name it. */
	readonly ownIdField?: string;
	/** A call that needs the key and bills nothing. */
	credentialProbe(): GatewayRequest;

	/** Reads the reply to a create. Only a state with a task id counts as accepted. */
	readCreate(reply: GatewayReply, modelId: string): Outcome<TaskState>;
	/** Reads the reply to a status call. */
	readStatus(reply: GatewayReply, task: TaskRef): Outcome<TaskState>;
	/** Reads the reply to a result call: images, or the state of a task that has none. */
	readResult(reply: GatewayReply, task: TaskRef): Outcome<TaskState>;
	readonly readCancel?: (reply: GatewayReply) => Outcome<CancelReply>;
	/** Reads the reply to an upload: the URL to send in the create. */
	readonly readUpload?: (reply: GatewayReply) => Outcome<string>;
	/** What is wrong with the key or the host, or nothing. */
	readProbe(reply: GatewayReply): Problem | undefined;
}

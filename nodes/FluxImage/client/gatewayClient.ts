import type { Outcome, Problem } from '../core/problem';
import { ENDED, type TaskRef, type TaskState } from '../core/task';
import type { CancelReply, Gateway, GatewayReply } from '../gateways/gateway';
import { ApiCalls, type ClientPorts } from './apiCalls';
import { CreateCall, type NewTask } from './create';
import type { Download } from './http';
import type { Turn } from './limiter';
import type { Redact } from './redaction';
import { inputRule, readRule, withRetry, type RetryRule, type Until } from './retry';
import { afterLag, withImages } from './resultImages';
import { SharedUploads } from './sharedUploads';

/** An input image on its way to a gateway that takes images by URL. */
export interface ImageFile {
	/** SHA-256 of the bytes: the same image is uploaded once. */
	readonly digest: string;
	readonly fileName: string;
	readonly contentType: string;
	/** Reads the bytes; they are held only while they are sent. */
	readonly bytes: () => Promise<Buffer>;
}

/** The longest that one try at a picture may take, in milliseconds: 20 MB at 2 Mbit/s need 80 s. */
const DOWNLOAD_TIMEOUT_MS = 120_000;

/** How long an input image is uploaded or fetched, in milliseconds: 20 MB at 2 Mbit/s need 80 s. */
const UPLOAD_FOR_MS = 120_000;

/**
 * A gateway as a handful of verbs. Each is tried by its own rule (`retry.ts`) until it is answered or
 * its `until` ends it, waits for its turn, and gives a value or a problem. None throws for what the
 * network or a gateway does.
 */
export class GatewayClient {
	/** What tells accounts apart: a digest of gateway, host and API key. */
	readonly account: string;
	/** The gateway's host, with its port. */
	readonly host: string;
	/** Takes the key out of what is shown. */
	readonly redact: Redact;

	private readonly calls: ApiCalls;
	private readonly creates: CreateCall;
	private readonly uploads: SharedUploads;
	/** The places that running tasks hold among the account's tasks at a time, by request id. */
	private readonly places = new Map<string, Turn>();

	constructor(
		readonly gateway: Gateway,
		private readonly ports: ClientPorts,
	) {
		({ account: this.account, host: this.host, redact: this.redact } = ports.http);
		this.calls = new ApiCalls(ports);
		this.creates = new CreateCall(gateway, this.calls, ports);
		this.uploads = new SharedUploads(ports.clock);
	}

	/**
	 * Creates a task: one POST, and another only after a proof that nothing was accepted. A POST that is
	 * on its way is awaited whatever happens: only its reply tells the id of what is paid.
	 *
	 * @returns `createUncertain` where a task may exist whose id did not come back
	 */
	async create(task: NewTask, until: Until): Promise<Outcome<TaskState>> {
		return await this.creates.create(task, until, (made, turn) => {
			this.remember(made);
			// A create that is answered with a finished task holds no place, nor one that is left.
			if (task.isLeft || ENDED.has(made.status)) turn.end();
			else this.places.set(made.requestId, turn);
		});
	}

	/**
	 * The state of a task, as a status call tells it. One that is asked for at the deadline is the last
	 * that is: it stands before other polls, and waits for its turn as long as for its answer.
	 */
	async status(task: TaskRef, until: Until): Promise<Outcome<TaskState>> {
		const { gateway, ports } = this;
		const isLast = ports.clock.nowMs() >= until.deadlineMs;
		const outcome = await this.calls.read(
			{ kind: isLast ? 'result' : 'poll', modelId: task.modelId },
			gateway.status(task),
			(reply) => gateway.readStatus(reply, task),
			until,
		);
		if (!outcome.value) return outcome;
		this.remember(task);
		if (ENDED.has(outcome.value.status)) this.leave(task);
		return outcome;
	}

	/**
	 * The images of a task that has completed, asked for again while the gateway says that it is still
	 * running; or the state of one that turns out to have failed.
	 *
	 * @returns `noImages` where the gateway calls it completed and there are none; pictures beside a word
	 * that still says unfinished are its images, and stay `partialImages` as well
	 */
	async result(task: TaskRef, until: Until): Promise<Outcome<TaskState>> {
		const { gateway } = this;
		let last: TaskState | undefined;
		const outcome = await this.calls.read(
			{ kind: 'result', modelId: task.modelId },
			gateway.result(task),
			(reply) => {
				const read = gateway.readResult(reply, task);
				last = read.value;
				return withImages(read);
			},
			until,
		);
		return last ? afterLag(last, outcome) : outcome;
	}

	/** The model of a task that this process has made or seen; nothing where it knows none. */
	modelOf(requestId: string): string | undefined {
		return this.ports.taskModels.get(requestId);
	}

	private remember({ requestId, modelId }: TaskRef): void {
		if (requestId !== '' && modelId !== '') this.ports.taskModels.set(requestId, modelId);
	}

	/** Whether the gateway keeps ids of the caller's own with its tasks, for this account. */
	get keepsOwnIds(): boolean {
		return this.gateway.find !== undefined && !this.ports.ownIds.areRefused;
	}

	/** Whether the gateway can cancel. */
	get canCancel(): boolean {
		return this.gateway.cancel !== undefined;
	}

	/**
	 * Asks for the cancel of a task. With `retryNotFound`, a gateway that does not know its newest task
	 * yet is asked again.
	 *
	 * @returns `notOffered` where the gateway cannot cancel
	 */
	async cancel(
		task: TaskRef,
		until: Until,
	): Promise<Outcome<CancelReply | { cancellation: 'notOffered'; raw: null }>> {
		const { cancel, readCancel } = this.gateway;
		if (!cancel || !readCancel) return { value: { cancellation: 'notOffered', raw: null } };
		let lastReply: CancelReply | undefined;
		const readKnown = (reply: GatewayReply): Outcome<CancelReply> => {
			const outcome = readCancel(reply);
			lastReply = outcome.value;
			const unknown = lastReply?.cancellation === 'notFound' && until.retryNotFound;
			return unknown ? { problem: { kind: 'notFound' } } : outcome;
		};
		const call = { kind: 'cancel', modelId: task.modelId } as const;
		const outcome = await this.calls.read(call, cancel(task), readKnown, until);
		if (lastReply) this.leave(task);
		return outcome.problem && lastReply ? { value: lastReply } : outcome;
	}

	/**
	 * The task that was created under an id of the caller's own. It bills nothing: so a create whose
	 * answer was lost is looked up.
	 *
	 * @param ownId what the create carried
	 * @returns `notFound` where there is no such task, or the gateway keeps no such ids
	 */
	async find(ownId: string, modelId: string, until: Until): Promise<Outcome<TaskState>> {
		const { gateway } = this;
		if (!gateway.find) return { problem: { kind: 'notFound', reason: NO_OWN_IDS } };
		return await this.calls.read(
			{ kind: 'poll', modelId },
			gateway.find(ownId),
			(reply) => gateway.readCreate(reply, modelId),
			until,
		);
	}

	/**
	 * Uploads an image and gives the URL under which the gateway has it. The same image is uploaded
	 * once, however many items use it.
	 */
	async upload(image: ImageFile, until: Until): Promise<Outcome<string>> {
		const ownUntil = this.notLongerThan(UPLOAD_FOR_MS, until);
		const send = async () => await this.sendFile(image, ownUntil);
		return await this.uploads.once(image.digest, ownUntil, send);
	}

	/**
	 * Fetches what lies at a URL, without the key, tried again on a bad line.
	 *
	 * @param consume takes the body as it comes; what it finds wrong is tried again as its kind says
	 */
	async download<T>(
		url: string,
		until: Until,
		consume: (download: Download) => Promise<Outcome<T>>,
		ruleOf: (problem: Problem) => RetryRule = (problem) => readRule(problem, until),
	): Promise<Outcome<T>> {
		const { signal } = until;
		const attempt = async () => {
			const timeoutMs = Math.min(DOWNLOAD_TIMEOUT_MS, this.calls.leftMs(until));
			return await this.ports.http.download(url, { timeoutMs, signal }, consume);
		};
		return await withRetry(attempt, ruleOf, until, this.ports);
	}

	/**
	 * Fetches an input image from the person's own address, without the key; a host that is down or slow
	 * is not waited for long.
	 */
	async fetchInput<T>(
		url: string,
		until: Until,
		consume: (download: Download) => Promise<Outcome<T>>,
	): Promise<Outcome<T>> {
		return await this.download(url, this.notLongerThan(UPLOAD_FOR_MS, until), consume, inputRule);
	}

	private async sendFile(image: ImageFile, until: Until): Promise<Outcome<string>> {
		const { upload, readUpload } = this.gateway;
		if (!upload || !readUpload) return { problem: NO_UPLOAD };
		const { fileName, contentType } = image;
		const request = upload({ fileName, contentType, bytes: await image.bytes() });
		return await this.calls.read({ kind: 'upload', modelId: '' }, request, readUpload, until);
	}

	private notLongerThan(milliseconds: number, until: Until): Until {
		const ownDeadlineMs = this.ports.clock.nowMs() + milliseconds;
		return { ...until, deadlineMs: Math.min(until.deadlineMs, ownDeadlineMs) };
	}

	/**
	 * Nobody here waits for the task any more, ended or not: its place among the account's tasks at a
	 * time is free, and no calls are kept for it. Does nothing the second time.
	 */
	leave({ requestId }: Pick<TaskRef, 'requestId'>): void {
		this.places.get(requestId)?.end();
		this.places.delete(requestId);
	}
}

const NO_OWN_IDS = 'the gateway keeps no ids of its callers';

const NO_UPLOAD: Problem = {
	kind: 'badParameters',
	reason: 'the gateway takes images by URL only',
};

import { STOPPED, type Outcome, type Problem } from '../core/problem';
import type { TaskRef, TaskState } from '../core/task';
import { ENDED } from '../core/task';
import type {
	CancelReply,
	FileUpload,
	Gateway,
	GatewayReply,
	TaskRequest,
} from '../gateways/gateway';
import { ApiCalls, type ClientPorts } from './apiCalls';
import { longestCallMs } from './callTime';
import type { Download } from './http';
import type { Turn } from './limiter';
import type { Redact } from './redaction';
import { createRule, inputRule, readRule, withRetry, type RetryRule, type Until } from './retry';
import { afterLag, withImages } from './resultImages';
import { SharedUploads } from './sharedUploads';

/** A task that is to be made. */
export interface NewTask {
	readonly modelId: string;
	/** How many tasks the gateway counts it for: ToAPIs' n. */
	readonly tasks: number;
	/** Whether its task is left to another node, as Image > Create leaves it: nobody here waits for it. */
	readonly isLeft?: boolean;
	/** Makes what is sent; called for each POST, so that images are in memory only then. */
	readonly build: () => Promise<Outcome<TaskRequest>>;
}

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
	private readonly calls: ApiCalls;
	private readonly uploads: SharedUploads;
	/** The places that running tasks hold among the account's tasks at a time, by request id. */
	private readonly places = new Map<string, Turn>();

	constructor(
		readonly gateway: Gateway,
		private readonly ports: ClientPorts,
	) {
		this.calls = new ApiCalls(ports);
		this.uploads = new SharedUploads(ports.clock);
	}

	/** What tells accounts apart: a digest of gateway, host and API key. */
	get account(): string {
		return this.ports.http.account;
	}

	/** The gateway's host, with its port. */
	get host(): string {
		return this.ports.http.host;
	}

	/** Takes the key out of what is shown. */
	get redact(): Redact {
		return this.ports.http.redact;
	}

	/**
	 * Creates a task: one POST, and another only after a proof that nothing was accepted. A POST that is
	 * on its way is awaited whatever happens: only its reply tells the id of what is paid.
	 *
	 * @returns `createUncertain` where a task may exist whose id did not come back
	 */
	async create(
		{ modelId, tasks, isLeft = false, build }: NewTask,
		until: Until,
	): Promise<Outcome<TaskState>> {
		let notBuilt: Problem | undefined;
		let notSent: Problem = TOO_LATE;
		const post = async (turn: Turn): Promise<Outcome<TaskState>> => {
			const built = await build();
			notBuilt = built.problem;
			if (built.problem) return built;
			if (until.signal.aborted) return { problem: STOPPED };
			if (this.ports.clock.nowMs() >= until.deadlineMs) return { problem: notSent };
			const { gateway } = this;
			const sendOnce = async (task: TaskRequest) => {
				const request = gateway.create(task);
				return await this.calls.send(request, (reply) => gateway.readCreate(reply, modelId), turn, {
					// No signal: a create that is on its way is awaited, for its id is needed.
					timeoutMs: Math.max(longestCallMs(request), this.calls.leftMs(until)),
				});
			};
			const { ownId, ...withoutOwnId } = built.value;
			const outcome = await sendOnce(built.value);
			if (ownId === undefined || !outcome.problem) return outcome;
			if (this.saysOwnIdIsTaken(outcome.problem)) {
				return { problem: { ...outcome.problem, kind: 'createUncertain' } };
			}
			if (!this.refusesOwnId(outcome.problem)) return outcome;
			this.ports.ownIds.areRefused = true;
			return await sendOnce(withoutOwnId);
		};
		const inTurn = async () => {
			const call = {
				kind: 'create',
				modelId,
				tasks,
				isLeft,
				turnUntilMs: until.deadlineMs,
			} as const;
			return await this.calls.inTurn(call, until, async (turn) => {
				const outcome = await post(turn);
				// Whose last try is too late is told what the tries before came to.
				notSent = outcome.problem ?? notSent;
				const task = outcome.value;
				if (task) this.remember(task);
				// A create that is answered with a finished task holds no place, nor one that is left.
				if (task && (isLeft || ENDED.has(task.status))) turn.end();
				else if (task) this.places.set(task.requestId, turn);
				return outcome;
			});
		};
		const ruleOf = (problem: Problem) => (problem === notBuilt ? NOT_SENT : createRule(problem));
		const outcome = await withRetry(inTurn, ruleOf, until, this.ports);
		const { problem } = outcome;
		return problem && ruleOf(problem).uncertain ? { problem: uncertain(problem) } : outcome;
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
		if (outcome.value) this.remember(task);
		if (outcome.value && ENDED.has(outcome.value.status)) this.leave(task);
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

	/** A refusal that names the field of the caller's own id made nothing, and is not of the order. */
	private refusesOwnId(problem: Problem): boolean {
		const { ownIdField } = this.gateway;
		return (
			ownIdField !== undefined && isRefusalAbout(problem, (words) => words.includes(ownIdField))
		);
	}

	/** A refusal of the id itself is a proof that a task may exist under it. */
	private saysOwnIdIsTaken(problem: Problem): boolean {
		const { ownIdField } = this.gateway;
		if (ownIdField === undefined) return false;
		return isRefusalAbout(
			problem,
			(words) => TAKEN.test(words) && (words.includes(ownIdField) || NAMES_AN_ID.test(words)),
		);
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
	async upload(image: ImageFile, { deadlineMs, ...until }: Until): Promise<Outcome<string>> {
		const ownDeadlineMs = this.ports.clock.nowMs() + UPLOAD_FOR_MS;
		const ownUntil = { ...until, deadlineMs: Math.min(deadlineMs, ownDeadlineMs) };
		return await this.uploads.once(
			image.digest,
			ownUntil,
			async () => await this.sendFile(image, ownUntil),
		);
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
		const { http } = this.ports;
		return await withRetry(
			async () =>
				await http.download(
					url,
					{
						timeoutMs: Math.min(DOWNLOAD_TIMEOUT_MS, this.calls.leftMs(until)),
						signal: until.signal,
					},
					consume,
				),
			ruleOf,
			until,
			this.ports,
		);
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
		const ownDeadlineMs = this.ports.clock.nowMs() + UPLOAD_FOR_MS;
		const deadlineMs = Math.min(until.deadlineMs, ownDeadlineMs);
		return await this.download(url, { ...until, deadlineMs }, consume, inputRule);
	}

	private async sendFile(image: ImageFile, until: Until): Promise<Outcome<string>> {
		const { upload, readUpload } = this.gateway;
		if (!upload || !readUpload) return { problem: NO_UPLOAD };
		const { fileName, contentType, bytes } = image;
		const file: Omit<FileUpload, 'fieldName'> = { fileName, contentType, bytes: await bytes() };
		return await this.calls.read({ kind: 'upload', modelId: '' }, upload(file), readUpload, until);
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

/** Of a create whose images took longer than its item has. */
const TOO_LATE: Problem = {
	kind: 'notSentInTime',
	reason: 'its images were not ready before',
};

/** How a gateway says that something of the same id was there before; what follows a "no" is not there. */
const TAKEN =
	/duplicat|already|(?<!\bno\b.*)\bexists\b|\btaken\b|\bin use\b|been used|\bunique\b|\bconflict\b|reused|twice|已存在|重复/i;

const NAMES_AN_ID = /\bid\b/i;

const isRefusalAbout = (
	{ kind, code = '', reason = '' }: Problem,
	isMeant: (words: string) => boolean,
): boolean => kind === 'badParameters' && isMeant(`${code} ${reason}`);

const NO_OWN_IDS = 'the gateway keeps no ids of its callers';

const NO_UPLOAD: Problem = {
	kind: 'badParameters',
	reason: 'the gateway takes images by URL only',
};

/** Of a create whose image could not be uploaded: nothing was sent. */
const NOT_SENT: RetryRule = { retry: 'never', because: 'what it needs is not there' };

/** A problem after which the task may exist, and be paid. */
function uncertain(problem: Problem): Problem {
	const reason = problem.reason ?? problem.code ?? problem.kind;
	return { ...problem, kind: 'createUncertain', reason };
}

import { createHash } from 'node:crypto';
import type { Gateway } from './gateways';
import type { Task, TaskState } from './jobs';

/**
 * Kinds of calls. `picture` is a download from the picture host; `trap` is a call to an address
 * that nobody should ever call; `other` is a path that the gateway does not have.
 */
export const callKinds = [
	'create',
	'status',
	'result',
	'cancel',
	'upload',
	'balance',
	'models',
	'price',
	'picture',
	'trap',
	'other',
] as const;
export type CallKind = (typeof callKinds)[number];

/** One request that reached the sandbox. */
export interface RequestRow {
	/** Milliseconds since the epoch at arrival. */
	atMs: number;
	gateway: Gateway | null;
	call: CallKind;
	method: string;
	path: string;
	/** The task that the request names, or that it created. */
	taskId: string | null;
	/** The status answered; null while unanswered, or when the connection was broken instead. */
	statusCode: number | null;
	/** Whether the request did its work: the task was created, the state told, the cancel taken. */
	accepted: boolean;
	/** Whether money was taken. */
	billed: boolean;
	/** Whether an Authorization header came with it. */
	authorization: boolean;
	/** The name of the fault that was played on it. */
	fault: string | null;
	/** Body of a create; long texts (base64 pictures) are replaced by their length and digest. */
	body?: unknown;
}

/** One task, as it stands when the ledger is read. */
export interface TaskRow {
	id: string;
	gateway: Gateway;
	model: string;
	prompt: string;
	parameters: unknown;
	state: TaskState;
	createdAtMs: number;
	startsAtMs: number;
	/** When the job ends or ended by itself; null for one that never does. */
	endsAtMs: number | null;
	cancelledAtMs: number | null;
	/** How many times the task was billed. */
	billed: number;
	/** How many of its pictures were downloaded whole, counting repetitions. */
	downloads: number;
}

/** Longest text that the ledger keeps as it is. */
const longestText = 2_000;

/** All that happened: what was asked, answered, accepted and billed. */
export class Ledger {
	private requestRows: RequestRow[] = [];
	private tasks: Task[] = [];

	constructor(private readonly nowMs: () => number) {}

	/** Requests in the order of their arrival. */
	get requests(): readonly RequestRow[] {
		return this.requestRows;
	}

	/** Tasks in the order of their creation, with their states of this moment. */
	taskRows(): TaskRow[] {
		const nowMs = this.nowMs();
		return this.tasks.map((task) => task.row(nowMs));
	}

	/** The requests whose columns equal those given, for example `{call: 'create', gateway: 'vtrix'}`. */
	where(columns: Partial<RequestRow>): RequestRow[] {
		const wanted = Object.entries(columns) as Array<[keyof RequestRow, unknown]>;
		return this.requestRows.filter((row) => wanted.every(([name, value]) => row[name] === value));
	}

	/** The prompt of a task; empty where there is none such. */
	promptOf(taskId: string | null): string {
		return this.tasks.find(({ id }) => id === taskId)?.order.prompt ?? '';
	}

	/** How often money was taken. */
	billed(): number {
		return this.tasks.reduce((sum, task) => sum + task.billed, 0);
	}

	/** Opens a row; the server fills in the outcome. */
	open(
		row: Pick<RequestRow, 'gateway' | 'call' | 'method' | 'path' | 'authorization'> &
			Partial<RequestRow>,
	): RequestRow {
		const opened: RequestRow = {
			atMs: this.nowMs(),
			taskId: null,
			statusCode: null,
			accepted: false,
			billed: false,
			fault: null,
			...row,
		};
		this.requestRows.push(opened);
		return opened;
	}

	/** Adds a task that was accepted. */
	addTask(task: Task): void {
		this.tasks.push(task);
	}

	/** Forgets all rows. Tasks live on, and can still be read and downloaded. */
	clear(): void {
		this.requestRows = [];
		this.tasks = [];
	}

	toJSON(): { requests: readonly RequestRow[]; tasks: TaskRow[]; billed: number } {
		return { requests: this.requestRows, tasks: this.taskRows(), billed: this.billed() };
	}
}

/** A copy in which long texts are replaced by their length and digest, to keep the ledger small. */
export function abridged(value: unknown): unknown {
	if (typeof value === 'string' && value.length > longestText) {
		const digest = createHash('sha256').update(value).digest('hex').slice(0, 16);
		return `<${value.length} characters, sha256 ${digest}>`;
	}
	if (Array.isArray(value)) return value.map(abridged);
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, abridged(inner)]));
}

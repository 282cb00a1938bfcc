import type { TaskModels } from '../client/apiCalls';
import type { Clock } from '../core/clock';
import { Durations } from './durations';
import { Limits } from './limits';
import { Orders } from './orders';
import { RecentMap } from './recentMap';

/** Accounts that are remembered, and for how long one is that nobody uses, in milliseconds. */
const MOST_ACCOUNTS = 50;
const FORGOTTEN_AFTER_MS = 3_600_000;

/** Tasks of an account whose model is remembered, each of about 100 bytes. */
const MOST_TASKS = 10_000;

/** What this process knows of one account: a gateway, a host and an API key. */
export interface Account {
	readonly limits: Limits;
	/** How long its jobs take. */
	readonly durations: Durations;
	/** Whether its gateway has refused ids of the caller's own. */
	readonly ownIds: { areRefused: boolean };
	/** The models of its latest tasks: the queue gateways find a task by both. */
	readonly taskModels: TaskModels;
}

interface Known {
	readonly account: Account;
	usedMs: number;
}

/**
 * The accounts that this process knows, each shared by all executions that use it. One that was long
 * unused is forgotten; that is looked at when an execution opens one, so no timer is needed.
 */
export class Accounts {
	/** By key; the one used last is the last. */
	private readonly known = new Map<string, Known>();

	/**
	 * The orders of this process. They are not of one account: a Pay Once Key is bound to gateway and
	 * host, and outlasts a change of the API key.
	 */
	readonly orders = new Orders();

	constructor(private readonly clock: Clock) {}

	/** How many accounts are remembered. */
	get size(): number {
		return this.known.size;
	}

	/** @param key a digest of gateway, host and API key; never the key itself */
	open(key: string): Account {
		const nowMs = this.clock.nowMs();
		const account = this.known.get(key)?.account ?? this.make();
		this.known.delete(key);
		this.known.set(key, { account, usedMs: nowMs });
		this.forget(nowMs);
		return account;
	}

	private make(): Account {
		return {
			limits: new Limits(this.clock),
			durations: new Durations(),
			ownIds: { areRefused: false },
			taskModels: new RecentMap<string>(MOST_TASKS),
		};
	}

	/** The longest unused first, but never one whose calls wait or whose tasks run. */
	private forget(nowMs: number): void {
		for (const [key, { account, usedMs }] of [...this.known].slice(0, -1)) {
			const isTooOld = nowMs - usedMs >= FORGOTTEN_AFTER_MS;
			const isTooMany = this.known.size > MOST_ACCOUNTS;
			if ((isTooOld || isTooMany) && !account.limits.isLive) this.known.delete(key);
		}
	}
}

import type { Problem, ProblemKind } from '../core/problem';

/** What a create does about a problem. */
interface CreateRule {
	/** `resend`: nothing was accepted, send again. `final`: refused. `doubtful`: it may be paid. */
	readonly then: 'resend' | 'final' | 'doubtful';
	/** How long it is sent again, in milliseconds from the first try; absent: until the deadline. */
	readonly resendForMs?: number;
	/** The HTTP status without which the row does not hold: the create was refused in words then. */
	readonly httpCode?: number;
	readonly because: string;
}

/**
 * How long a create is sent again to a host that cannot be reached, in milliseconds: a restart of the
 * network passes in it, and a mistyped Base URL is told while the person still looks.
 */
const UNREACHABLE_FOR_MS = 15_000;

/**
 * The money rule: a create is sent again only after a proof that nothing was accepted.
 * A kind without a row is doubtful.
 */
export const CREATE_RULES: Readonly<Partial<Record<ProblemKind, CreateRule>>> = {
	rateLimited: { then: 'resend', httpCode: 429, because: '429 is said before a task is made' },
	neverConnected: {
		then: 'resend',
		resendForMs: UNREACHABLE_FOR_MS,
		because: 'no byte of the request left this machine',
	},
	badKey: { then: 'final', because: 'the gateway refused before it looked at the task' },
	noCredit: { then: 'final', because: 'the gateway refuses a task that it cannot bill' },
	notAllowed: { then: 'final', because: 'the gateway refused the account' },
	notFound: { then: 'final', because: 'there is no such model or address' },
	badParameters: { then: 'final', because: 'the gateway refused the parameters' },
	redirected: { then: 'final', because: 'a redirect names another place and makes nothing' },
	gatewayFault: { then: 'doubtful', because: 'a 5xx may come after the task was made' },
	unreadable: { then: 'doubtful', because: 'a success without an id hides a task' },
	interrupted: { then: 'doubtful', because: 'the request may have arrived whole' },
	requestTimedOut: { then: 'doubtful', because: 'the request may have arrived whole' },
	stopped: { then: 'doubtful', because: 'the reply was not awaited to its end' },
};

/** What a create does about this problem. */
export function createRule({ kind, httpCode }: Problem): CreateRule {
	const rule = CREATE_RULES[kind] ?? { then: 'doubtful', because: 'nothing is known of it' };
	if (rule.httpCode === undefined || rule.httpCode === httpCode) return rule;
	return { then: 'final', because: 'the gateway refused, but for no reason that passes by itself' };
}

/**
 * What a read does about a problem. `again`: until the deadline, since a read costs nothing.
 * `lag`: for a while where the gateway may lag behind itself. `final`: at once.
 */
export type ReadRule = 'again' | 'lag' | 'final';

/** A kind without a row is final. */
export const READ_RULES: Readonly<Partial<Record<ProblemKind, ReadRule>>> = {
	rateLimited: 'again',
	gatewayFault: 'again',
	neverConnected: 'again',
	interrupted: 'again',
	requestTimedOut: 'again',
	unreadable: 'again',
	noImages: 'lag',
	badKey: 'lag',
	noCredit: 'lag',
	notAllowed: 'lag',
	notFound: 'lag',
};

/**
 * How long a gateway may say 401, 403 or 404 about a task that it has just made, in milliseconds from
 * the first time it does: a read may have waited long for its turn. No contract names a figure; ten
 * seconds outlast a replica's lag and do not try a person's patience.
 */
export const LAG_MS = 10_000;

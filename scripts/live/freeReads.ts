import type { Http } from '../../nodes/FluxImage/client/http';
import { asObject, asText } from '../../nodes/FluxImage/core/json';
import type { Outcome } from '../../nodes/FluxImage/core/problem';
import type { GatewayReply } from '../../nodes/FluxImage/gateways/gateway';
import type { FreeRead } from '../../sandbox/gateways/gateway';
import { told, type CheckRow } from './checkRow';

/** How long a call may take, in milliseconds. */
const CALL_TIMEOUT_MS = 30_000;

/**
 * Compares the reads that cost nothing and are about no task: what they hold, and that they refuse
 * a wrong key.
 *
 * @param keys `right` calls with the person's key, `wrong` with one that was given to nobody
 */
export async function checkFreeReads(
	reads: readonly FreeRead[],
	{ right, wrong }: { readonly right: Http; readonly wrong: Http },
): Promise<CheckRow[]> {
	const rows: CheckRow[] = [];
	for (const read of reads) {
		rows.push(contentRow(read, await get(right, read.path)));
		rows.push(refusalRow(read, await get(wrong, read.path)));
	}
	return rows;
}

async function get(http: Http, path: string): Promise<Outcome<GatewayReply>> {
	return await http.send({ method: 'GET', path }, { timeoutMs: CALL_TIMEOUT_MS });
}

function contentRow({ name, fields, lists }: FreeRead, outcome: Outcome<GatewayReply>): CheckRow {
	const body = asObject(outcome.value?.body);
	const news = [
		...without(fields, Object.keys(body)).map((field) => `no ${field}`),
		...without(Object.keys(body), fields).map((field) => `new: ${field}`),
		...without(lists ?? [], listedIds(body)).map((id) => `does not list ${id}`),
	];
	return {
		name,
		expected: `HTTP 200: ${(lists ?? fields).join(', ')}`,
		came: told(outcome, ({ statusCode }) => [`HTTP ${statusCode}`, ...news].join(', ')),
		matched: outcome.value?.statusCode === 200 && news.length === 0,
	};
}

function refusalRow({ name }: FreeRead, outcome: Outcome<GatewayReply>): CheckRow {
	const { statusCode, body } = outcome.value ?? {};
	const { success } = asObject(body);
	return {
		name: `${name}, a wrong key`,
		expected: 'HTTP 401, or success: false',
		came: told(
			outcome,
			() => `HTTP ${statusCode}${success === undefined ? '' : `, success: ${String(success)}`}`,
		),
		matched: statusCode === 401 || success === false,
	};
}

const without = (names: readonly string[], others: readonly string[]) =>
	names.filter((name) => !others.includes(name));

function listedIds({ data }: Record<string, unknown>): string[] {
	return Array.isArray(data) ? data.map((entry) => asText(asObject(entry)['id']) ?? '') : [];
}

import type { OrderRow, Orders } from '../accounts/orders';
import { asArray, asObject } from '../core/json';

/** The field of the workflow's static data that is ours. */
const FIELD = 'fluxImageOrders';

/** Orders that are kept for a node, of about 100 bytes each, and for how long, in milliseconds. */
const MOST_ROWS = 300;
const KEPT_FOR_MS = 30 * 24 * 3_600_000;

/** The workflow's static data: what is assigned to a field of it, n8n saves when the execution ends. */
export type StaticData = Record<string, unknown>;

/** A row as it is kept: request id, model, digest of the request, when it was written, own id. */
type KeptRow = readonly [string, string, string, number, string?];

type KeptRows = Readonly<Record<string, KeptRow>>;

/**
 * The orders of a node by their Pay Once Keys, in the workflow's static data. n8n saves the data of the
 * last run that ends in place of all others', and brings older copies back, so the field is written as
 * the union of what stands there with what this process knows.
 */
export class KeptOrders {
	/**
	 * @param nodeId a rename keeps it
	 * @param orders what this process knows; names begin with `prefix` where they are this node's
	 */
	constructor(
		private readonly data: () => StaticData,
		private readonly nodeId: string,
		private readonly orders: Orders,
		private readonly prefix: string,
	) {}

	get(name: string): OrderRow | undefined {
		const row = this.rows[name];
		if (!row) return undefined;
		const [requestId, modelId, request, atMs, ownId] = row;
		return { requestId, modelId, request, atMs, ...(ownId === undefined ? {} : { ownId }) };
	}

	set(name: string, row: OrderRow): void {
		const rows: Record<string, KeptRow> = { ...this.rows };
		for (const [known, kept] of Object.entries(this.known)) {
			// Another process may have written a later one.
			if (!rows[known] || kept[3] >= rows[known][3]) rows[known] = kept;
		}
		this.write({ ...rows, [name]: keptRow(row) }, row.atMs);
	}

	delete(name: string): void {
		const { [name]: gone, ...others } = this.rows;
		if (gone) this.write(others);
	}

	/** The node's tasks that this process knows; what is only begun is for its own execution to write. */
	private get known(): KeptRows {
		const rows = [...this.orders.rows].filter(
			([name, { requestId }]) => name.startsWith(this.prefix) && requestId !== '',
		);
		return Object.fromEntries(rows.map(([name, row]) => [name, keptRow(row)]));
	}

	private write(rows: KeptRows, nowMs?: number): void {
		const young = Object.entries(rows).filter(
			([, [, , , atMs]]) => nowMs === undefined || nowMs - atMs < KEPT_FOR_MS,
		);
		young.sort(([, one], [, other]) => other[3] - one[3]);
		this.data()[FIELD] = {
			...this.allNodes,
			[this.nodeId]: Object.fromEntries(young.slice(0, MOST_ROWS)),
		};
	}

	/** The node's rows; what is no row, by a person's hand or of another version, is none. */
	private get rows(): KeptRows {
		const rows = Object.entries(asObject(this.allNodes[this.nodeId]));
		return Object.fromEntries(rows.filter((row): row is [string, KeptRow] => isRow(row[1])));
	}

	private get allNodes(): Readonly<Record<string, unknown>> {
		return asObject(this.data()[FIELD]);
	}
}

function isRow(value: unknown): value is KeptRow {
	const [requestId, modelId, request, atMs, ownId = ''] = asArray(value);
	const texts = [requestId, modelId, request, ownId];
	return texts.every((text) => typeof text === 'string') && typeof atMs === 'number';
}

function keptRow({ requestId, modelId, request, atMs, ownId }: OrderRow): KeptRow {
	const row = [requestId, modelId, request, atMs] as const;
	return ownId === undefined ? row : [...row, ownId];
}

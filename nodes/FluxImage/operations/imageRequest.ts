import type { JsonObject } from 'n8n-workflow';

import type { Outcome } from '../core/problem';
import type { InputImage } from '../images/checkedImage';
import type { ModelOffer } from '../models/model';
import type { OrderKey, Budget } from '../tasks/order';

/** One of the images of an item that have a task each. */
export interface ImageNumber {
	/** From 0. */
	readonly number: number;
	readonly count: number;
}

/** What a task of an image item asks for, checked. */
export interface ImageRequest {
	readonly modelId: string;
	/** Under the wire's names, without the images. */
	readonly parameters: JsonObject;
	/** What shapes the request without being sent. */
	readonly switches: Readonly<Record<string, unknown>>;
	readonly images: readonly InputImage[];
	/** Absent where the model is in no table. */
	readonly offer?: ModelOffer;
}

/** What a task of an image item asks for, and what makes it the same order elsewhere. */
export interface ImageOrder extends ImageRequest {
	readonly key: OrderKey;
	/** Absent where it is the item's only task. */
	readonly shared?: SharedByItem;
}

/** The input images under the wire's names. */
type Embedding = Outcome<JsonObject>;

/**
 * What the orders of one item share, where each image has a task: their budget, and the input images.
 * These are read, fetched and uploaded once for all orders, so that all get the same pictures whatever
 * their addresses answer a second time, and let go with the last that needs them.
 */
export class SharedByItem implements Budget {
	private readonly needing: Set<OrderKey>;
	private embedding?: Promise<Embedding> | undefined;

	constructor(
		private readonly budget: Budget,
		keys: readonly OrderKey[],
	) {
		this.needing = new Set(keys);
	}

	take(order: Parameters<Budget['take']>[0]): boolean {
		return this.budget.take(order);
	}

	leave(key: OrderKey): void {
		this.budget.leave(key);
		this.needing.delete(key);
		if (this.needing.size === 0) this.embedding = undefined;
	}

	/** The images as the first order has got them; what has failed is tried anew by whoever asks later. */
	async embedded(key: OrderKey, embed: () => Promise<Embedding>): Promise<Embedding> {
		if (!this.needing.has(key)) return await embed();
		const embedding = (this.embedding ??= embed());
		let outcome: Embedding | undefined;
		try {
			outcome = await embedding;
			return outcome;
		} finally {
			if (!outcome?.value && this.embedding === embedding) this.embedding = undefined;
		}
	}
}

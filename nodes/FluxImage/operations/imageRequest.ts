import type { JsonObject } from 'n8n-workflow';

import type { InputImage } from '../images/checkedImage';
import type { ModelOffer } from '../models/model';
import type { OrderKey } from '../tasks/order';

/** What an image item asks for, checked. */
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

/** What an image item asks for, and what makes it the same order elsewhere. */
export interface ImageOrder extends ImageRequest {
	readonly key: OrderKey;
}

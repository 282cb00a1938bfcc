import type { INodeExecutionData, JsonObject } from 'n8n-workflow';

import { asObject } from '../core/json';
import { showHint } from './hint';
import type { Item } from './operation';

/**
 * Says where a gateway put out another kind of picture than it was asked for: a service that takes JPEG
 * alone would refuse a PNG. What was not downloaded is as the gateway says.
 *
 * @param parameters of the request, under the wire's names
 */
export function tellOtherFormat(
	item: Item,
	parameters: JsonObject,
	items: readonly INodeExecutionData[],
): void {
	const asked = formatOf(parameters);
	if (asked === undefined) return;
	for (const { json } of items) {
		const [, subtype] = /^image\/([\w.+-]+)/.exec(String(json['contentType'])) ?? [];
		const came = subtype && wordOf(subtype);
		if (came && came !== asked) showHint(item, otherFormatHint(asked, came));
	}
}

const otherFormatHint = (asked: string, came: string) =>
	`${asked} was asked for, and ${came} came: fileName and contentType in the output tell what each picture is. For a service that takes only ${asked}, convert it with an Edit Image node.`;

/** Kinds of pictures by one word each. */
const FORMATS: ReadonlySet<unknown> = new Set(['GIF', 'JPEG', 'PNG', 'WEBP']);

/** What gateways call the parameter that asks for a format. A test holds the list to the models' tables. */
const WIRE_NAMES = ['output_format', 'response_format'];

/**
 * The kind of picture that a request asks for, at the top level or in `metadata`.
 *
 * @returns one of `FORMATS`; nothing where it asks for none that is known here
 */
export function formatOf(parameters: JsonObject): string | undefined {
	return [parameters, asObject(parameters['metadata'])]
		.flatMap((place) => WIRE_NAMES.map((name) => place[name]))
		.map((value) => (typeof value === 'string' ? wordOf(value) : ''))
		.find((word) => FORMATS.has(word));
}

/** `jpg`, `.JPG` and `image/jpeg` are one. */
const wordOf = (text: string) =>
	text
		.trim()
		.replace(/^(image\/|\.)/i, '')
		.toUpperCase()
		.replace(/^JPG$/, 'JPEG');

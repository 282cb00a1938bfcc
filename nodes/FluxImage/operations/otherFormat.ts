import type { INodeExecutionData, JsonObject } from 'n8n-workflow';

import { asObject } from '../core/json';
import { models } from '../models';
import type { ModelOffer } from '../models/model';
import { showHint } from './hint';
import type { ImageOrder } from './imageRequest';
import type { ItemInput } from './operation';

/**
 * The kind of picture that an image item asks for.
 *
 * @returns one of `FORMATS`; nothing where it asks for none that is known here
 */
export function formatOf({ parameters, offer }: ImageOrder): string | undefined {
	const paths = offer ? formatPathsOf(offer) : PATHS_OF_OTHERS;
	return paths.map((path) => formatIn(valueAt(parameters, path))).find((format) => format);
}

/**
 * Says where a gateway put out another kind of picture than it was asked for: a service that takes JPEG
 * alone would refuse a PNG. What was not downloaded is as the gateway says.
 *
 * @param asked absent where no kind was asked for
 */
export function tellOtherFormat(
	item: ItemInput,
	asked: string | undefined,
	items: readonly INodeExecutionData[],
): void {
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
const FORMATS: ReadonlySet<string> = new Set(['GIF', 'JPEG', 'PNG', 'WEBP']);

/** `jpg`, `.JPG` and `image/jpeg` are one. */
const wordOf = (text: string) =>
	text
		.trim()
		.replace(/^(image\/|\.)/i, '')
		.toUpperCase()
		.replace(/^JPG$/, 'JPEG');

function formatIn(value: unknown): string | undefined {
	const word = typeof value === 'string' ? wordOf(value) : '';
	return FORMATS.has(word) ? word : undefined;
}

/** What the tables call the parameter that asks for a format. */
const FORMAT_PARAMETERS: ReadonlySet<string> = new Set(['outputFormat', 'responseFormat']);

/** Where a model's table places the format that is asked for. */
function formatPathsOf({ parameters }: ModelOffer): string[] {
	return parameters.flatMap(({ name, wirePath }) =>
		wirePath !== undefined && FORMAT_PARAMETERS.has(name) ? [wirePath] : [],
	);
}

/** For a model in no table: every name that some table has, at the top level and in `metadata`. */
const PATHS_OF_OTHERS: readonly string[] = ['', 'metadata.'].flatMap((place) =>
	[...new Set(models.flatMap(({ offers }) => offers.flatMap(formatPathsOf)))].map(
		(path) => place + path.replace(/^.*\./, ''),
	),
);

const valueAt = (parameters: JsonObject, path: string): unknown =>
	path.split('.').reduce<unknown>((value, name) => asObject(value)[name], parameters);

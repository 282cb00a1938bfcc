import type { GatewayId } from '../gateways/gateway';

/**
 * One parameter of a model, in the terms of the gateway's own parameter table.
 * From this row come the field in the editor, the check before the request, and the line in the docs.
 */
export interface ModelParameter {
	/** The node's name for it, camelCase; saved workflows hold it. */
	readonly name: string;
	/**
	 * Where its value stands in the request, dots for nesting: `aspect_ratio`, `metadata.resolution`.
	 * Absent: the value shapes the request and is not sent itself.
	 */
	readonly wirePath?: string;
	/** The name that the person sees, Title Case. */
	readonly label: string;
	readonly description: string;
	readonly type: ParameterType;
	/** `main`: a field of its own; `additional`: in Additional Fields, sent only when added. */
	readonly placement: 'main' | 'additional';
	readonly required?: boolean;
	/** What the gateway takes when the parameter is not sent, as its page says. */
	readonly gatewayDefault?: string | number | boolean;
	/**
	 * What a new node shows. Absent in a main field: the empty value of the type, which is not sent.
	 * Absent in an additional field: the gateway's default, else the least value.
	 */
	readonly initialValue?: string | number | boolean;
	readonly minimum?: number;
	readonly maximum?: number;
	readonly multipleOf?: number;
	/** For `choice`: all that is accepted. For `ratio`: what the dropdown offers, words among them. */
	readonly choices?: readonly string[];
	/** Of a `ratio`: whether only its `choices` are taken, and no other ratio between them. */
	readonly choicesOnly?: true;
	/** Of a `ratio`: whether the gateway lists its ratios, so that one of a listed shape is sent as that. */
	readonly sentAsListed?: true;
	/** What the wire calls a choice that the node calls otherwise: `jpeg` is `jpg` at one gateway. */
	readonly wireNamesOfChoices?: Readonly<Record<string, string>>;
	/** Whether a number is sent as text. */
	readonly sentAsText?: true;
	/** A value that is as good as none, since the gateway takes it by itself. */
	readonly unsentValue?: number;
	readonly placeholder?: string;
}

/**
 * `text`: several rows. `choice`: one of `choices`. `ratio`: `width:height`, within 21:9 to 9:21, or a
 * word among `choices`. `integer`: where no limits are given, any whole number that JSON keeps exact.
 */
export type ParameterType = 'text' | 'integer' | 'number' | 'boolean' | 'choice' | 'ratio';

/** How a model takes input images. */
export interface InputImageRule {
	readonly maximumCount: number;
	/** Bytes of one image, decoded (docs/contracts/queue.md#images-in, docs/contracts/toapis.md#upload). */
	readonly maximumBytes: number;
	/** Forms that the gateway accepts in the request; where `base64` is missing, images are uploaded first. */
	readonly forms: ReadonlyArray<'url' | 'base64'>;
	/** One wire name per image, first to last, or the one name of a list. */
	readonly wireNames: readonly string[] | { readonly list: string };
	/**
	 * Whether the page knows base64 alone for these images, so that a URL is to be fetched by the node,
	 * without the key, and sent as base64.
	 */
	readonly urlsAreFetched?: true;
	/**
	 * The lists that may take them, each up to its own count: the first that holds them all does, unless
	 * the person picks one by the parameter `imageField`.
	 */
	readonly lists?: readonly ImageList[];
}

/** A list of images in a request. */
export interface ImageList {
	/** Its name on the wire. */
	readonly list: string;
	readonly maximumCount: number;
}

/** A model as some gateways sell it: its id there, its parameters, its images. */
export interface ModelOffer {
	readonly gateways: readonly GatewayId[];
	/** The id on the wire, for example `flux_kontext_max`. */
	readonly id: string;
	readonly parameters: readonly ModelParameter[];
	readonly inputImages?: InputImageRule;
}

/** A model: one file, one table. */
export interface Model {
	/** The maker's name for it, for example `FLUX.1 Kontext [max]`. */
	readonly name: string;
	/** One sentence for the dropdown and the docs. */
	readonly description: string;
	readonly offers: readonly ModelOffer[];
}

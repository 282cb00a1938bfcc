import type { Gateway } from '.';
import type { TaskState } from '../jobs';
import type { ModelTable } from '../models';
import type { Protocol, SandboxState } from '../protocol';

/** A JSON object as it stands on the wire. */
export type WireObject = Record<string, unknown>;

/** All that the sandbox and the tests know of one gateway, written from its contract alone. */
export interface GatewayDefinition {
	/** For people, as drawn into pictures: `SeaArt Cloud`. */
	title: string;
	/** Where its API starts on the sandbox's API port. */
	basePath: string;
	/** What it sells, by the model's id on the wire. */
	models: Readonly<Record<string, ModelTable>>;
	/** Whether one read serves status and result, so that a create may answer with both. */
	isSingleRead: boolean;
	/** An id that looks like those of its contract; random, so that two sandboxes never agree. */
	newTaskId(): string;
	protocol(state: SandboxState, gateway: NamedGateway): Protocol;
	/** A create for people to try. */
	example: { path: string; body: WireObject };
	conformance: Conformance;
}

/** A gateway under the name that it has in the list of all. */
export interface NamedGateway extends GatewayDefinition {
	name: Gateway;
}

/** What the conformance suite and the live check ask of a gateway that not every gateway does. */
export interface Conformance {
	/** FLUX.1 Kontext [max], as this gateway calls it. */
	readonly model: string;
	/** FLUX.2 [pro], which takes eight images, as this gateway calls it. */
	readonly modelOfEightImages: string;
	readonly cancels: boolean;
	/** Whether the URLs of a task hold its model, so that whoever looks after it must give it. */
	readonly modelInTaskUrl: boolean;
	/** Whether binary and base64 images go up by themselves, and stand in the create as URLs. */
	readonly uploads: boolean;
	/** Labels of fields that shape the request and have no counterpart on the wire. */
	readonly shapingFields: readonly string[];
	/** Every word of the contract for every state. */
	readonly words: Readonly<Partial<Record<TaskState, readonly string[]>>>;
	/** Every field of replies about a task, at the top of the body. */
	readonly replyFields: readonly string[];
	/** Failure code of a task that failed, and of one that was moderated. */
	readonly failureCodes: { readonly failed: string; readonly moderated: string };
	/** The cheapest create that is known, without its prompt. */
	readonly cheapest: { readonly model: string; readonly parameters: WireObject };
	/** Reads that cost nothing and are about no task. */
	readonly freeReads: readonly FreeRead[];
	/** A create's parameters, unwrapped. */
	parametersIn(createBody: WireObject): WireObject;
	/** The input images of a create's parameters: base64 or URLs. */
	imagesIn(parameters: WireObject): string[];
	/** Base URLs as people paste them, each as good as the first. */
	spellings(baseUrl: string): string[];
}

/** A read that costs nothing, and what its contract says of the reply. */
export interface FreeRead {
	/** For people: `Balance`. */
	readonly name: string;
	/** Below the base URL. */
	readonly path: string;
	/** The fields at the top of the body: all of them, and no other. */
	readonly fields: readonly string[];
	/** What is listed at `data[].id`, among others; absent where nothing is. */
	readonly lists?: readonly string[];
}

/** Base URLs with slashes and spaces that do not belong there. */
export function withSlashes(baseUrl: string): string[] {
	return [`${baseUrl}/`, `${baseUrl}//`, ` ${baseUrl} `];
}

/** The images of parameters that number them: `input_image`, `input_image_2`, … */
export function numberedImages(parameters: WireObject): string[] {
	return Object.entries(parameters)
		.filter(([name]) => /^input_image(_\d)?$/.test(name))
		.map(([, value]) => String(value));
}

import type { IConnections, INode } from 'n8n-workflow';

import asPeopleBuildIt from './hand-built-loop.json';
import withCare from './hand-built-loop-with-care.json';

/** The gateway of the loops, as their files name it. */
const REAL_BASE_URL = 'https://cloud.seaart.ai/model';

/** The body of a create in the loops' files. */
const BODY = '{ prompt: $json.prompt }';

/** The loops that are measured: with Retry On Fail alone, and with all that a careful person adds. */
const LOOPS = { loop: asPeopleBuildIt, careful: withCare } as const;
export type LoopName = keyof typeof LOOPS;

/** The first node of a loop, which takes the prompts. */
export const FIRST_NODE = 'Create';

/** The last node of a loop, whose items are the pictures. */
export const LAST_NODE = 'Get picture';

/** What of a loop differs from its file. */
export interface LoopChange {
	/** Where the prompt stands in an item; by default `$json.prompt`. */
	readonly prompt?: string;
	/** Each create has a seed drawn at random. */
	readonly randomSeed?: boolean;
}

/** A seed drawn at random, as an expression of n8n has it. */
export const RANDOM_SEED = 'Math.floor(Math.random() * 1000000000)';

/** A loop's nodes, with the sandbox in the gateway's place. */
export function loopAt(
	baseUrl: string,
	name: LoopName,
	{ prompt = '$json.prompt', randomSeed = false }: LoopChange = {},
): { nodes: INode[]; connections: IConnections } {
	const fields = [`prompt: ${prompt}`, ...(randomSeed ? [`seed: ${RANDOM_SEED}`] : [])];
	const text = JSON.stringify(LOOPS[name])
		.replaceAll(REAL_BASE_URL, baseUrl)
		.replace(BODY, `{ ${fields.join(', ')} }`);
	return JSON.parse(text) as { nodes: INode[]; connections: IConnections };
}

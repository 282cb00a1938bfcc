import type { IBinaryData, IDataObject } from 'n8n-workflow';

import { isTestRun } from './caller';
import { showHint } from './hint';
import type { Item } from './operation';
import type { TaskOptions } from './options';

/** How long a link lives, in milliseconds. */
const LIFETIMES_MS: Readonly<Record<Exclude<TaskOptions['shareLink'], 'off'>, number>> = {
	'1h': 3_600_000,
	'1d': 86_400_000,
	'7d': 604_800_000,
};

/**
 * The fields of an item that show its stored picture to whoever has them: n8n's own signed link, and
 * when it ends. Neither where the person wants none, or where n8n makes none; a hint tells why then.
 */
export function shareFields(item: Item, binary: IBinaryData): IDataObject {
	const { shareLink } = item.options;
	if (shareLink === 'off') return {};
	// Links count in whole seconds from their making: what is told here never outlasts them.
	const madeMs = Math.floor(item.execution.clock.dateMs() / 1000) * 1000;
	const { url, reason } = sign(item, binary, shareLink);
	if (url === undefined) {
		tell(item, `There is no share link: ${reason}`);
		return {};
	}
	tellWhereItOpens(item, url);
	if (isUnsaved(item)) tell(item, NOT_SAVED);
	return {
		shareUrl: url,
		shareUrlExpiresAt: new Date(madeMs + LIFETIMES_MS[shareLink]).toISOString(),
	};
}

type Signed =
	| { readonly url: string; readonly reason?: undefined }
	| { readonly url?: undefined; readonly reason: string };

/** Old versions of n8n have no signed links, in memory they are impossible, and newer engines throw. */
function sign({ context }: Item, binary: IBinaryData, lifetime: string): Signed {
	if (!binary.id) return { reason: IN_MEMORY };
	try {
		const helpers = context.helpers as Partial<typeof context.helpers>;
		const url: unknown = helpers.createBinarySignedUrl?.(binary, lifetime);
		return typeof url === 'string' && url !== '' ? { url } : { reason: NOT_THERE };
	} catch (error) {
		return { reason: error instanceof Error ? error.message : String(error) };
	}
}

const IN_MEMORY =
	'this n8n keeps files in memory, as n8n 1 does by default. Set N8N_DEFAULT_BINARY_DATA_MODE to filesystem, or in queue mode to database or s3.';

const NOT_THERE = 'this n8n makes none.';

const NOT_SAVED =
	'This workflow does not save its successful executions, so in production a share link ends with its execution or minutes after it: the picture is deleted then. See Save successful production executions in the settings of the workflow.';

/** Hosts by which only this machine finds itself, as URLs spell them. */
const OF_THIS_MACHINE =
	/^(localhost|.+\.localhost|127\.[\d.]+|0\.0\.0\.0|\[::1?\]|\[::ffff:7f[\da-f]{2}:[\da-f]+\]|host\.docker\.internal)\.?$/;

/** Private addresses, names of one word such as those of containers, and endings that no one sells. */
const OF_THIS_NETWORK =
	/^((10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01])|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\.[\d.]+|\[f([cd]|e[89ab])[\da-f:]+\]|[^.:]+|.+\.(local|internal|lan|home\.arpa))\.?$/;

/** Says so where a link cannot open elsewhere: its host is what n8n takes for its own address. */
function tellWhereItOpens(item: Item, link: string): void {
	const url = URL.canParse(link) ? new URL(link) : undefined;
	if (!url?.protocol.startsWith('http')) {
		tell(item, `Share links open nowhere, since they do not begin with http. ${REMEDY}`);
		return;
	}
	const begin = `Share links begin with ${url.origin}`;
	if (OF_THIS_MACHINE.test(url.hostname)) {
		tell(item, `${begin}, which opens on this machine alone. ${REMEDY}`);
	} else if (OF_THIS_NETWORK.test(url.hostname)) {
		// It may be meant so: no line in the log each time.
		showHint(item, `${begin}, which opens in the network of this n8n alone. ${REMEDY}`);
	}
}

const REMEDY = 'Set WEBHOOK_URL to the public address of this n8n, on each worker too.';

/** Whether the workflow's own settings say so; a node is not told those of the whole n8n. */
function isUnsaved({ context }: Item): boolean {
	const settings = (context as Partial<typeof context>).getWorkflowSettings?.();
	return settings?.saveDataSuccessExecution === 'none';
}

/** Once a run: a hint, and in production, where nobody looks at hints, a line in the log. */
function tell(item: Item, text: string): void {
	if (showHint(item, text) && !isTestRun(item.context)) item.execution.log(text);
}

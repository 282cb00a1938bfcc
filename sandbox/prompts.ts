import { pictureFaults, type FaultName } from './faultNames';
import { parseQuirks, type PartialQuirks } from './quirks';

/** Why a task ends without a picture. */
export type FailureKind = 'moderated' | 'failed' | 'requestInvalid' | 'timedOut' | 'internal';

/** What a prompt asks for beyond a picture. */
export interface Trouble {
	failure?: FailureKind;
	/** Job length in seconds; infinite for a task that never ends. */
	seconds?: number;
	/** The create is refused: a parameter is wrong, there is no credit, or the content is blocked. */
	refusal?: 'invalid' | 'noCredit' | 'moderated';
	/** Where the gateway repeats the key: in a failure, in the result, or in a refused create. */
	echoKey?: 'failure' | 'result' | 'refusal';
	/** What befalls every download of the picture. */
	picture?: FaultName;
	quirks: PartialQuirks;
}

/** The words in brackets that a prompt may hold, for the page of instructions. */
export const troubleHelp: ReadonlyArray<readonly [marker: string, meaning: string]> = [
	['[moderated]', 'the task ends blocked by moderation'],
	['[failed]', 'the task ends as failed'],
	['[request-invalid]', 'the task ends because the model cannot do what was asked'],
	['[timeout]', 'the task ends as timed out at the gateway'],
	['[internal]', 'the task ends with an internal error of the gateway'],
	['[slow]', 'the job takes 30 seconds'],
	['[never]', 'the job never ends'],
	['[seconds=1.5]', 'the job takes so many seconds'],
	['[rejected]', 'the create is refused as invalid'],
	['[no-credit]', 'the create is refused for want of credit'],
	['[blocked]', 'the create is refused by moderation'],
	['[echo-key]', 'the task fails with a message that repeats your key'],
	['[echo-key-result]', 'the task succeeds and its metadata repeats your key'],
	['[echo-key-rejected]', 'the create is refused with a message that repeats your key'],
	['[picture=expired]', 'downloads go wrong; also: ' + pictureFaults.join(', ')],
	['[quirk name=value]', 'one of the quirks below, for this task alone'],
];

const fixedTroubles: Record<string, Omit<Trouble, 'quirks'>> = {
	moderated: { failure: 'moderated' },
	failed: { failure: 'failed' },
	'request-invalid': { failure: 'requestInvalid' },
	timeout: { failure: 'timedOut' },
	internal: { failure: 'internal' },
	slow: { seconds: 30 },
	never: { seconds: Infinity },
	rejected: { refusal: 'invalid' },
	'no-credit': { refusal: 'noCredit' },
	blocked: { refusal: 'moderated' },
	'echo-key': { failure: 'failed', echoKey: 'failure' },
	'echo-key-result': { echoKey: 'result' },
	'echo-key-rejected': { refusal: 'invalid', echoKey: 'refusal' },
};

/**
 * Reads the bracketed words of a prompt; words that it does not know are part of the picture.
 * Throws when a quirk is asked for that does not exist.
 */
export function readTrouble(prompt: string): Trouble {
	const trouble: Trouble = { quirks: {} };
	for (const [, word = ''] of prompt.matchAll(/\[([^\]]+)\]/g)) {
		Object.assign(trouble, fixedTroubles[word.trim()] ?? readSetting(word.trim(), trouble));
	}
	return trouble;
}

function readSetting(word: string, trouble: Trouble): Partial<Trouble> {
	const seconds = /^seconds=(\d+(?:\.\d+)?)$/.exec(word)?.[1];
	if (seconds !== undefined) return { seconds: Number(seconds) };
	const picture = pictureFaults.find((fault) => word === `picture=${fault}`);
	if (picture !== undefined) return { picture };
	const [, name, value] = /^quirk (\w+)=(.+)$/.exec(word) ?? [];
	if (name === undefined || value === undefined) return {};
	return { quirks: { ...trouble.quirks, ...parseQuirks({ [name]: plainValue(value) }) } };
}

/** `true`, `false` and numbers as such, anything else as text. */
function plainValue(text: string): string | number | boolean {
	if (text === 'true' || text === 'false') return text === 'true';
	return /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

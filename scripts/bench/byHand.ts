import { BUILDS, type Build, type ByHandCase } from './byHandCases';
import { engineCases } from './byHandEngine';
import { webhookCases } from './byHandWebhooks';
import type { BenchSettings, Goal, Section } from './section';

const METHOD = [
	'The node and two loops of HTTP Request, Wait and IF, each on an account of its own. `scripts/bench/hand-built-loop.json`',
	'has Retry On Fail on each HTTP Request, three tries 2 s apart; where one item of several fails, n8n sends all of the',
	"node's items again. `scripts/bench/hand-built-loop-with-care.json` takes what else n8n offers: a refused create alone goes",
	'through the error output, waits 2 s and is sent again, and a read that fails goes back to the wait. Behind the webhook of',
	'orders it has Remove Duplicates, and the node a Pay Once Key; the other loop stays as it is. Both ask every 3 s. Not run:',
	'items one by one (Loop Over Items), which would be paid once too, at 3 s an item or more.',
	'',
	"Items run in n8n's real engine, webhooks in n8n 2.41, each after a first call that is not counted. Pictures are those that",
	"came out, or that a webhook was answered with; paid are the tasks in the sandbox's books, also those of executions that",
	'failed; the time is until all executions had ended, well or not. The node takes 10 items together, its default, but 25',
	'where creates are refused at random. That row and the 40 webhooks are means of the repetitions.',
].join('\n');

/** The loops that people build by hand, where an account limits and where things happen twice. */
export async function byHand(settings: BenchSettings): Promise<Section> {
	const { atATime, atRandom, readsFailOnce, readsFail } = await engineCases(settings);
	const { atALimit, deliveredTwice } = await webhookCases(settings);
	const cases = [atATime, atRandom, atALimit, deliveredTwice, readsFailOnce, readsFail];
	return {
		title: 'By hand',
		method: METHOD,
		table: {
			head: ['Case', 'The node', 'Hand-built loop', 'The loop, with care'],
			rows: cases.map((one) => [one.what, ...BUILDS.map((build) => told(one, build))]),
		},
		goals: cases.flatMap(goalsOf),
	};
}

function told({ pictures, refuses, came }: ByHandCase, build: Build): string {
	const { pictures: made, paid, seconds, refused } = came[build];
	return [
		`${shown(made)} of ${pictures} pictures`,
		`${shown(paid)} paid`,
		`${seconds.toFixed(0)} s`,
		...(refuses ? [`${shown(refused)} ${refuses} refused`] : []),
	].join(', ');
}

const shown = (value: number) => value.toFixed(Number.isInteger(value) ? 0 : 1);

function goalsOf({ what, pictures, orders, refuses, leastSeconds, came }: ByHandCase): Goal[] {
	const { node } = came;
	const goal = (figure: string, value: number, aim: string, met: boolean): Goal => ({
		what: `${what}: ${figure}`,
		measured: value.toFixed(Number.isInteger(value) ? 0 : 2),
		goal: aim,
		met,
	});
	const loops = [came.loop, came.careful].filter((loop) => loop.pictures === pictures);
	const overLoop = node.seconds / Math.min(...loops.map(({ seconds }) => seconds));
	const overLeast = node.seconds / (leastSeconds ?? NaN);
	const beyond = node.paid - orders;
	return [
		goal('pictures', node.pictures, String(pictures), node.pictures === pictures),
		goal('tasks paid beyond the orders', beyond, '0', beyond === 0),
		...(leastSeconds === undefined
			? []
			: [goal('over the least', overLeast, 'at most 1.3', overLeast <= 1.3)]),
		...(refuses === undefined || loops.length === 0
			? []
			: [goal('time over the quicker loop that makes all', overLoop, 'at most 1', overLoop <= 1)]),
	];
}

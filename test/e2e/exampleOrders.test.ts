import { FormData, request } from 'undici';

import { drawPicture } from '../../sandbox';
import { eventually } from '../../tooling/eventually';
import { digest } from '../n8n/digest';
import { fixture } from './fixture';
import { addFault, clearFaults, drawnFor, tasksWith, taskWith } from './gatewayTasks';
import { executionsOf, itemsOf, workflowId } from './n8n';
import { recordOutput } from './outputs';
import { post, postForm } from './webhooks';

const TWICE = 'Webhook delivered twice';
const SECOND = 'A second gateway where the first refuses';

/** n8n itself waits ten seconds after a crash before it starts. */
const RESTART_TIMEOUT_MS = 400_000;

/** What has run behind the pictures, over all deliveries of a prompt's order. */
async function doneFor(requestId: string): Promise<number> {
	const executions = await executionsOf(workflowId(TWICE));
	return executions
		.flatMap((execution) => itemsOf(execution, 'Once an order'))
		.filter(({ json }) => json['requestId'] === requestId).length;
}

/** Waits until so many deliveries have ended. */
const ended = async (count: number) =>
	await eventually(
		`the end of ${count} deliveries`,
		async () => await executionsOf(workflowId(TWICE)),
		(executions) => executions.length >= count,
	);

afterEach(clearFaults);

describe(`the workflow "${TWICE}"`, () => {
	const deliver = async (order: unknown, prompt: string) =>
		await post('flux-image-order', { order, prompt });
	let deliveries = 0;

	it('answers 200 to both, pays once, and what stands behind the picture runs once', async () => {
		const prompt = 'An order that is delivered twice';
		const first = await deliver('A-1001', prompt);
		const second = await deliver('A-1001', prompt);
		const { id, billed } = await taskWith(prompt);
		expect([first.statusCode, second.statusCode, billed]).toEqual([200, 200, 1]);
		expect(first.json()).toMatchObject({ requestId: id, reused: false });
		expect(second.json()).toMatchObject({ requestId: id, reused: true });
		await ended((deliveries += 2));
		expect(await doneFor(id)).toBe(1);
		recordOutput(TWICE, first.json(), second.json());
	});

	it('does the same with two deliveries at once, and with ten', async () => {
		const prompt = 'An order that is delivered ten times at once [seconds=1]';
		const answers = await Promise.all(
			Array.from({ length: 10 }, async () => await deliver('A-1002', prompt)),
		);
		const { id } = await taskWith(prompt);
		expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 200));
		expect(answers.map((answer) => answer.json()['requestId'])).toEqual(answers.map(() => id));
		await ended((deliveries += 10));
		expect(await doneFor(id)).toBe(1);
	});

	it.each([[undefined], ['']])('refuses an order without a number: %j', async (order) => {
		const prompt = `An order without a number, ${String(order)}`;
		const answer = await deliver(order, prompt);
		expect(answer.statusCode).toBe(422);
		expect(answer.json()).toMatchObject({ problem: 'invalidInput', paid: 'no' });
		expect(await tasksWith(prompt)).toEqual([]);
	});

	it('answers 422 to an order that moderation has blocked, each time, and asks once', async () => {
		const prompt = 'A forbidden order [moderated]';
		for (let delivery = 0; delivery < 2; delivery++) {
			const blocked = await deliver('A-1005', prompt);
			expect(blocked.statusCode).toBe(422);
			expect(blocked.json()).toMatchObject({ problem: 'moderated', paid: 'yes' });
		}
		expect(await tasksWith(prompt)).toHaveLength(1);
	});

	it('answers 422 to an order whose parameters the gateway refuses', async () => {
		const prompt = 'An order that the gateway refuses [rejected]';
		const refused = await deliver('A-1006', prompt);
		expect(refused.statusCode).toBe(422);
		expect(refused.json()).toMatchObject({ problem: 'badParameters', paid: 'no' });
		expect(await tasksWith(prompt)).toEqual([]);
	});

	it('lets a refused order be delivered again', async () => {
		const prompt = 'An order that is refused at first';
		await addFault({ call: 'create', fault: '401', promptIncludes: prompt });
		expect((await deliver('A-1003', prompt)).statusCode).toBe(502);
		await clearFaults();
		expect((await deliver('A-1003', prompt)).statusCode).toBe(200);
		expect((await taskWith(prompt)).billed).toBe(1);
	});

	it(
		'answers 200 without a picture to what another n8n has ordered, and to no doubt of its own',
		async () => {
			const prompt = 'An order whose answer is lost';
			const lost = { fault: 'reset', when: 'afterAcceptance', promptIncludes: prompt } as const;
			await addFault({ call: 'create', ...lost });
			for (let delivery = 0; delivery < 2; delivery++) {
				const doubtful = await deliver('A-1004', prompt);
				expect(doubtful.statusCode).toBe(502);
				expect(doubtful.json()).toMatchObject({ problem: 'createUncertain', paid: 'maybe' });
			}
			const crash = { method: 'POST', headersTimeout: 0 } as const;
			const { body } = await request(fixture.crashUrl, crash);
			await body.dump();
			const other = await deliver('A-1004', prompt);
			expect([other.statusCode, other.json()['problem']]).toEqual([200, 'alreadyOrdered']);
			expect((await taskWith(prompt)).billed).toBe(1);
		},
		RESTART_TIMEOUT_MS,
	);
});

describe(`the workflow "${SECOND}"`, () => {
	let room: Buffer;

	beforeAll(async () => {
		const picture = { gateway: 'vtrix', model: 'a camera', prompt: 'A room' } as const;
		room = await drawPicture({ ...picture, width: 320, height: 240, format: 'jpeg' });
	});

	const send = async (prompt: string) => {
		const form = new FormData();
		form.set('prompt', prompt);
		form.set('image', new Blob([new Uint8Array(room)], { type: 'image/jpeg' }), 'room.jpg');
		return await postForm('flux-image-two-gateways', form);
	};

	it('asks the first gateway alone where that makes the picture', async () => {
		const prompt = 'Paint the first wall green';
		const { statusCode, bytes } = await send(prompt);
		const task = await taskWith(prompt);
		const [changed] = await drawnFor(task, [room]);
		expect([statusCode, task.gateway]).toEqual([200, 'seaArtCloud']);
		expect(digest(bytes)).toBe(digest(changed!));
	});

	it('has the second edit the same picture where the first refuses', async () => {
		const prompt = 'Paint the second wall green';
		await addFault({ call: 'create', gateway: 'seaArtCloud', fault: '403' });
		const { statusCode, bytes } = await send(prompt);
		const task = await taskWith(prompt);
		const [changed] = await drawnFor(task, [room]);
		expect([statusCode, task.gateway, task.billed]).toEqual([200, 'vtrix', 1]);
		expect(digest(bytes)).toBe(digest(changed!));
		recordOutput(SECOND, bytes);
	});

	it.each([
		['maybe', 'Paint a wall in doubt', { fault: 'reset', when: 'afterAcceptance' }],
		['maybe', 'Paint a wall of which nothing arrived', { fault: '500' }],
		['yes', 'Paint a forbidden wall [moderated]', undefined],
	] as const)('asks nobody else where it is paid: %s, "%s"', async (paid, prompt, fault) => {
		if (fault) await addFault({ call: 'create', gateway: 'seaArtCloud', ...fault });
		const answer = await send(prompt);
		expect(answer.statusCode).toBe(502);
		expect(answer.json()['failure']).toMatchObject({ paid });
		const gateways = (await tasksWith(prompt)).map(({ gateway }) => gateway);
		expect(gateways.filter((gateway) => gateway !== 'seaArtCloud')).toEqual([]);
	});

	it("answers with the second one's reason where both refuse", async () => {
		const prompt = 'Paint no wall';
		await addFault({ call: 'create', fault: '403' });
		const answer = await send(prompt);
		expect(answer.statusCode).toBe(502);
		expect(answer.json()).toMatchObject({ gateway: 'vtrix', failure: { paid: 'no' } });
		expect(await tasksWith(prompt)).toEqual([]);
	});
});

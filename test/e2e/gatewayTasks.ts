import { request } from 'undici';
import { acceptedTasks } from '../n8n/ledger';
import { drawPicture, pictureRequests, type FaultRow, type TaskRow } from '../../sandbox';
import { fixture } from './fixture';

/** The tasks that the sandbox accepted with that very prompt, the earliest first. */
export async function tasksWith(prompt: string): Promise<TaskRow[]> {
	return (await acceptedTasks(fixture.sandbox.url)).filter((task) => task.prompt === prompt);
}

/** The one task with that prompt. Throws where there is none, or more than one. */
export async function taskWith(prompt: string): Promise<TaskRow> {
	const [task, ...others] = await tasksWith(prompt);
	if (!task || others.length > 0) {
		throw new Error(`${others.length + (task ? 1 : 0)} tasks have the prompt "${prompt}"`);
	}
	return task;
}

/**
 * Draws what the sandbox draws for a task.
 *
 * @param inputImages the files that were sent with it
 */
export async function drawnFor(
	{ gateway, model, parameters }: TaskRow,
	inputImages: readonly Buffer[] = [],
): Promise<Buffer[]> {
	const wanted = pictureRequests(gateway, model, parameters as Record<string, unknown>);
	return await Promise.all(wanted.map(async (picture) => drawPicture(picture, inputImages)));
}

/** Has the sandbox misbehave until `clearFaults`. */
export async function addFault(fault: FaultRow): Promise<void> {
	await control('POST', fault);
}

/** Ends all misbehavior. */
export async function clearFaults(): Promise<void> {
	await control('DELETE');
}

async function control(method: 'POST' | 'DELETE', body?: object): Promise<void> {
	const response = await request(`${fixture.sandbox.url}/sandbox/faults`, {
		method,
		...(body
			? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
			: {}),
	});
	await response.body.dump();
	if (response.statusCode !== 200) throw new Error('The sandbox refused the fault');
}

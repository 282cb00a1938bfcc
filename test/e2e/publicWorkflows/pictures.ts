import type { TaskRow } from '../../../sandbox';
import { digest } from '../../n8n/digest';
import { drawnFor } from '../gatewayTasks';

/**
 * Holds that bytes are the picture of a task, drawn from just these files.
 *
 * @param inputImages in the order of the request
 */
export async function expectPictureOf(
	task: TaskRow | undefined,
	bytes: Buffer | undefined,
	inputImages: readonly Buffer[] = [],
): Promise<void> {
	if (!task || !bytes) throw new Error(`There is no ${task ? 'picture' : 'task'} to compare`);
	const [drawn] = await drawnFor(task, inputImages);
	expect(digest(bytes)).toBe(drawn && digest(drawn));
}

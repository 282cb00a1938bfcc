import { isBlank, numberOf } from '../core/json';
import { pathPartIn } from '../gateways/pathPart';
import { found, ImageInputError, type EarlierPicture } from './checkedImage';

/**
 * The task of that id, and how the item contradicts the node about it.
 *
 * @param model what the row says of its model; absent where it says nothing
 */
export type FindEarlierTask = (
	requestId: string,
	model: string | undefined,
) => Pick<EarlierPicture, 'task' | 'contradiction'>;

/** What no task's ID has, and an address does, with a scheme or without: it would be shown as an ID. */
const LIKE_ADDRESS = /\/\/|[@?]/;

/**
 * The picture of an earlier task that a row names.
 *
 * @throws ImageInputError where its fields can name none
 */
export function readTask(
	{ requestId, imageIndex = 0, taskModel }: Readonly<Record<string, unknown>>,
	name: string,
	maximumBytes: number,
	earlierTask: FindEarlierTask,
): EarlierPicture {
	const refuse = (expected: string, flaw: string) =>
		new ImageInputError(`${name}: ${expected}, but ${flaw}`);
	const id = pathPartIn(requestId);
	if (id === undefined || LIKE_ADDRESS.test(id)) {
		const isAddress = 'is an address. Choose URL as its Source';
		throw refuse('Request ID must be the ID of a task', id ? isAddress : found(requestId));
	}
	const index = typeof imageIndex === 'string' && isBlank(imageIndex) ? 0 : numberOf(imageIndex);
	if (index === undefined || !Number.isSafeInteger(index) || index < 0) {
		throw refuse('Image Index must be a whole number from 0', found(imageIndex));
	}
	const model = pathPartIn(taskModel);
	if (model === undefined && !isBlank(taskModel)) {
		throw refuse('Task Model must be the ID of a model', found(taskModel));
	}
	return {
		form: 'earlierTask',
		...earlierTask(id, model),
		imageIndex: index,
		name,
		// A task's pictures stay what they are: neither its model nor its links tell them apart.
		digest: `task/${id}/${index}`,
		maximumBytes,
	};
}

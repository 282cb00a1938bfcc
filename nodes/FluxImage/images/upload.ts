import { ProblemError } from '../core/problem';
import { readStubbornly } from '../client/retry';
import type { Session } from '../client/gatewayClient';
import type { InputImage } from './inputImages';

/** How long an upload is tried, in milliseconds; it bills nothing, so it is tried as a read is. */
const UPLOAD_PATIENCE_MS = 120_000;

/**
 * The uploads of each execution, by the digest of the bytes: an image that several items use is
 * uploaded once; its time is that of the first. The map lets go of them with the execution's session.
 */
const uploads = new WeakMap<Session, Map<string, Promise<string>>>();

/**
 * Uploads an image and gives the URL under which the gateway has it.
 *
 * @param deadlineMs when the item's time is up, in milliseconds since 1970: no create is sent after it
 * @throws ProblemError where the upload fails
 */
export async function uploadImage(
	session: Session,
	image: Extract<InputImage, { form: 'base64' }>,
	deadlineMs: number,
): Promise<string> {
	const ofSession = uploads.get(session) ?? new Map<string, Promise<string>>();
	uploads.set(session, ofSession);
	const earlier = ofSession.get(image.digest);
	if (earlier) return await earlier;
	const upload = send(session, image, deadlineMs);
	ofSession.set(image.digest, upload);
	upload.catch(() => ofSession.delete(image.digest));
	return await upload;
}

async function send(
	session: Session,
	{ type, bytes }: Extract<InputImage, { form: 'base64' }>,
	deadlineMs: number,
): Promise<string> {
	const { gateway, clock } = session;
	if (!gateway.upload || !gateway.readUpload || !type) {
		throw new ProblemError({
			kind: 'badParameters',
			reason: 'the gateway takes images by URL only',
		});
	}
	const { contentType, extension } = type;
	return await readStubbornly(
		session,
		gateway.upload({ fileName: `input.${extension}`, contentType, bytes: await bytes() }),
		gateway.readUpload,
		{ deadlineMs: Math.min(deadlineMs, clock.nowMs() + UPLOAD_PATIENCE_MS) },
		'create',
	);
}

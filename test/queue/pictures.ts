import { createHash } from 'node:crypto';
import { drawPicture, pictureRequests } from '../sandbox';
import { stage } from './stage';

/** The digest of the picture that the sandbox draws for these parameters. */
export async function drawnBySandbox(parameters: Record<string, unknown>): Promise<string> {
	const { pictureScale } = stage.sandbox;
	const [picture] = pictureRequests('seaArtCloud', 'flux_kontext_max', parameters, pictureScale);
	if (!picture) throw new Error('The sandbox would draw nothing');
	return digest(await drawPicture(picture));
}

/** SHA-256 of bytes, so that a failed comparison prints no megabytes. */
export function digest(bytes: Buffer): string {
	return createHash('sha256').update(bytes).digest('hex');
}

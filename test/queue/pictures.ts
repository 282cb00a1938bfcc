import { digest } from '../n8n/digest';
import { drawPicture, pictureRequests } from '../../sandbox';
import { fixture } from './fixture';

/** The digest of the picture that the sandbox draws for these parameters. */
export async function drawnBySandbox(parameters: Record<string, unknown>): Promise<string> {
	const { pictureScale } = fixture.sandbox;
	const [picture] = pictureRequests('seaArtCloud', 'flux_kontext_max', parameters, pictureScale);
	if (!picture) throw new Error('The sandbox would draw nothing');
	return digest(await drawPicture(picture));
}

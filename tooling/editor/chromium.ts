import { ensureProgram } from '../services/program';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/**
 * The program of the browser that opens n8n's editor: `CHROMIUM_PATH`, else the first that is found.
 *
 * @throws where there is none, and this user may not install one
 */
export function findChromium(): string {
	return process.env.CHROMIUM_PATH ?? ensureProgram({ names: NAMES, debianPackage: 'chromium' });
}

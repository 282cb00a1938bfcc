import { createHash } from 'node:crypto';

/** SHA-256 of bytes, so that a failed comparison prints no megabytes. */
export function digest(bytes: Buffer): string {
	return createHash('sha256').update(bytes).digest('hex');
}

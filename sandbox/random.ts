import { randomBytes } from 'node:crypto';

/**
 * Seeded chance: the same seed gives the same sequence on every machine.
 */
export type Random = () => number;

/** Folds any text into 32 bits (FNV-1a), to make a seed of it. */
export function seedOf(...parts: ReadonlyArray<string | number>): number {
	let hash = 0x811c9dc5;
	for (const character of parts.join('\u0000')) {
		hash ^= character.codePointAt(0) ?? 0;
		hash = Math.imul(hash, 0x01000193);
	}
	return hash >>> 0;
}

/** Numbers in [0, 1) from a 32-bit seed (the mulberry32 generator, which is enough for a toy). */
export function seededRandom(seed: number): Random {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** A number between the two, every octave equally likely: short jobs are as common as long ones. */
export function logUniform(random: Random, minimum: number, maximum: number): number {
	return minimum * (maximum / minimum) ** random();
}

/** Letters and digits as ids have them, without those that look alike; not seeded. */
export function letters(length: number): string {
	const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
	return Array.from(randomBytes(length), (byte) => alphabet[byte % 32]).join('');
}

/** A tarball as `npm pack --json` tells of it. */
export interface PackedTarball {
	/** The package's name. */
	name: string;
	/** The tarball's file, without a folder. */
	filename: string;
	/** What is in it, by paths within the package. */
	files: Array<{ path: string }>;
}

/**
 * Reads what `npm pack --json` printed: a list up to npm 11, since npm 12 an object by packages' names.
 *
 * @throws where it tells of no tarball
 */
export function readPacked(printed: string): PackedTarball {
	const [tarball] = Object.values(JSON.parse(printed) as Record<string, PackedTarball>);
	if (!tarball) throw new Error('npm pack made no tarball');
	return tarball;
}

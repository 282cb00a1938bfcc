import type { InputImage } from './checkedImage';

/** What a person should know of an item's input images that hinders nothing. */
export function hintsOn(images: readonly InputImage[]): readonly string[] {
	const turned = images.filter((image) => image.form === 'base64' && image.isTurned);
	const again = images.flatMap((image, index) => {
		const first = images.slice(0, index).find(({ digest }) => digest === image.digest);
		return first ? [`${image.name} is the same picture as ${first.name}: it is sent twice.`] : [];
	});
	return [...turned.map(({ name }) => turnedHint(name)), ...again];
}

/** Of a photo that is turned by its EXIF data. */
export const turnedHint = (name: string) =>
	`${name} is a photo that is shown turned by its EXIF data. The gateway may not regard that: where the new picture lies on its side, save the photo upright before.`;

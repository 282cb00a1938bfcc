import { refusedAddress } from '../../../nodes/FluxImage/images/knownAddresses';

const TOKEN = '123456789:AAF-secret_of_the_bot';

describe('An address that is known', () => {
	it.each([
		['https://drive.google.com/file/d/1AbC/view?usp=sharing', 'a page of Google Drive'],
		['https://drive.google.com/file/u/0/d/1AbC/preview', 'a page of Google Drive'],
		['https://drive.google.com/open?id=1AbC', 'a page of Google Drive'],
		['https://drive.google.com/drive/folders/1AbC', 'a page of Google Drive'],
		['https://docs.google.com/file/d/1AbC/edit', 'a page of Google Drive'],
		['https://www.dropbox.com/scl/fi/x/a.png?rlkey=s3cret&dl=0', 'a page of Dropbox'],
		['https://www.dropbox.com/s/x/a.png', 'a page of Dropbox'],
		['https://dropbox.com/s/x/a.png?dl=0', 'a page of Dropbox'],
		['https://photos.app.goo.gl/AbC', 'a page of Google Photos'],
		['https://imgur.com/a/AbC', 'a page of Imgur'],
		[`https://api.telegram.org/file/bot${TOKEN}/photos/file_1.jpg`, "holds the bot's token"],
		[`http://bots.example:8081/file/bot${TOKEN}/photos/file_1.jpg`, "holds the bot's token"],
		['https://api.telegram.org/file/bot123%3AAAF-secret/a.jpg', "holds the bot's token"],
	])('as no picture is refused, with the way out: %s', (address, words) => {
		const refusal = refusedAddress(new URL(address));
		expect(refusal).toContain(words);
		expect(refusal).not.toMatch(/s3cret|secret_of|AAF/);
	});

	it.each([
		'https://drive.google.com/uc?export=download&id=1AbC',
		'https://drive.google.com/thumbnail?id=1AbC&sz=w2000',
		'https://drive.usercontent.google.com/download?id=1AbC',
		'https://docs.google.com/drawings/d/e/1AbC/pub?w=960',
		'https://lh3.googleusercontent.com/d/1AbC',
		'https://www.dropbox.com/scl/fi/x/a.png?rlkey=y&dl=1',
		'https://www.dropbox.com/s/x/a.png?raw=1',
		'https://dl.dropboxusercontent.com/s/x/a.png',
		'https://i.imgur.com/AbC.png',
		'https://shop.example/bot1/a.png',
		'https://robots.example/bots/12:30/a.png',
	])('to be a picture, or not known at all, is let through: %s', (address) => {
		expect(refusedAddress(new URL(address))).toBeUndefined();
	});
});

import { FormData } from 'undici';
import { digest } from '../n8n/digest';
import { drawPicture } from '../../sandbox';
import { drawnFor, taskWith } from './gatewayTasks';
import { recordOutput } from './outputs';
import { postForm } from './webhooks';

const WORKFLOW = 'Edit an uploaded picture';

describe(`the workflow "${WORKFLOW}"`, () => {
	it('sends the uploaded picture to the gateway, and answers with the changed one', async () => {
		const prompt = 'Paint the wall green';
		const room = await drawPicture({
			gateway: 'vtrix',
			model: 'a camera',
			prompt: 'A room',
			width: 320,
			height: 240,
			format: 'jpeg',
		});
		const form = new FormData();
		form.set('prompt', prompt);
		form.set('image', new Blob([new Uint8Array(room)], { type: 'image/jpeg' }), 'room.jpg');
		const { statusCode, contentType, bytes } = await postForm('flux-image-edit', form);
		expect(statusCode).toBe(200);
		expect(contentType).toBe('image/png');
		const [changed] = await drawnFor(await taskWith(prompt), [room]);
		expect(digest(bytes)).toBe(changed && digest(changed));
		recordOutput(WORKFLOW, bytes);
	});

	it('says what is missing where no picture was sent', async () => {
		const form = new FormData();
		form.set('prompt', 'Paint nothing');
		const answer = await postForm('flux-image-edit', form);
		expect(answer.statusCode).toBe(400);
		expect(answer.json().error).toMatch(/image/);
	});
});

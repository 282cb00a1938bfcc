import type { FastifyInstance } from 'fastify';
import { request } from 'undici';
import { eventually } from '../../../tooling/eventually';
import { fetchPicture, type Picture } from './pictures';
import { Refusal } from './refusal';

/** A picture that a person was asked about. */
export interface Review {
	/** What the person saw behind the link. */
	picture: Picture;
	/** Says a word to the workflow that waits for it. */
	answer(words: object): Promise<void>;
}

interface Question {
	picture?: string;
	answerTo?: string;
}

/**
 * A person who approves pictures: `POST /human` shows one by its link, and says where the answer goes. Who
 * sees no picture refuses the question.
 */
export function addPerson(server: FastifyInstance): Review[] {
	const reviews: Review[] = [];
	server.post<{ Body: Question }>('/human', async (asked) => {
		const { picture: link, answerTo = '' } = asked.body;
		const picture = await fetchPicture(link);
		if (!picture) throw new Refusal(422, { message: 'There is no picture to look at' });
		reviews.push({ picture, answer: async (words) => await answer(answerTo, words) });
		return { reviewId: `rev${reviews.length}` };
	});
	return reviews;
}

/** n8n takes an answer once the execution waits, a moment after the question: before, it refuses. */
async function answer(to: string, words: object): Promise<void> {
	await eventually(
		'a workflow that waits for a person',
		async () => {
			const headers = { 'content-type': 'application/json' };
			const body = JSON.stringify(words);
			const { statusCode, body: said } = await request(to, { method: 'POST', headers, body });
			return { statusCode, said: await said.text() };
		},
		({ statusCode }) => statusCode === 200,
	);
}

import { MESSAGES } from '../../../nodes/FluxImage/core/messages';
import { CREATE_RULES, READ_RULES } from '../../../nodes/FluxImage/client/retry';

const rows = Object.entries(MESSAGES);

describe('the words for a problem', () => {
	it.each(rows)('%s say what happened and what to do, in whole sentences', (_kind, words) => {
		const { message, remedy, remedyOfTask = remedy } = words;
		expect(message).toMatch(/^(\{gateway\}|[A-Z])/);
		expect(message).not.toMatch(/\.$/);
		expect(remedy).toMatch(/^[A-Z].*\.$/s);
		expect(remedy).not.toContain('—');
		expect(remedyOfTask).toMatch(/^[A-Z].*\.$/s);
	});

	it.each(rows)('%s fill in nothing but the gateway and the task', (_kind, words) => {
		const blanks = `${words.message} ${words.remedy}`.match(/\{\w+\}/g) ?? [];
		expect(blanks.filter((blank) => !['{gateway}', '{id}'].includes(blank))).toEqual([]);
	});

	it('are there for every kind that the rules know', () => {
		for (const kind of [...Object.keys(CREATE_RULES), ...Object.keys(READ_RULES)]) {
			expect(MESSAGES).toHaveProperty(kind);
		}
	});

	it('of an uncertain create say that it may be paid, that a new try may pay again, where to look', () => {
		const { message, remedy } = MESSAGES.createUncertain;
		expect(message).toContain('may have accepted');
		expect(remedy).toContain('trying again may pay again');
		expect(remedy).toContain('billing page');
	});

	it('of what is paid and not fetched name the operation that fetches it', () => {
		expect(MESSAGES.deadlineReached.remedy).toContain('Task > Wait');
		expect(MESSAGES.pictureUnavailable.remedy).toMatch(/Task > (Get )?Result/);
	});

	it('never send a person to a new payment where nothing says that the old one is lost', () => {
		const unread = ['deadlineReached', 'resultUnread', 'pictureUnavailable', 'noImages'] as const;
		for (const kind of unread) expect(MESSAGES[kind].remedy).not.toMatch(/run again/i);
	});

	it('say nothing of a task that exists but that it is to be collected', () => {
		const reads = Object.keys(READ_RULES) as Array<keyof typeof READ_RULES>;
		for (const kind of [...reads, 'badParameters'] as const) {
			const { remedy, remedyOfTask = remedy } = MESSAGES[kind];
			expect(remedyOfTask).not.toMatch(/run again|nothing was/i);
		}
	});
});

import { MESSAGES, remedyFor } from '../../../nodes/FluxImage/core/messages';
import { CREATE_RULES, READ_RULES } from '../../../nodes/FluxImage/client/retry';

const rows = Object.entries(MESSAGES);
const kinds = Object.keys(MESSAGES) as Array<keyof typeof MESSAGES>;

describe('the words for a problem', () => {
	it.each(rows)('%s say what happened and what to do, in whole sentences', (_kind, words) => {
		const { message, remedy, remedyOfTask = remedy } = words;
		expect(message).toMatch(/^(\{gateway\}|[A-Z])/);
		expect(message).not.toMatch(/\.$/);
		expect(remedy).toMatch(/^[A-Z].*\.$/s);
		expect(remedy).not.toContain('—');
		expect(remedyOfTask).toMatch(/^[A-Z].*\.$/s);
	});

	it.each(rows)('%s fill in nothing but gateway, task and timeout', (_kind, words) => {
		const { message, messageOfCreate = '', remedy, remedyOfTask = '' } = words;
		const blanks = [message, messageOfCreate].join(' ').match(/\{\w+\}/g) ?? [];
		for (const blank of blanks) expect(['{gateway}', '{id}', '{timeout}']).toContain(blank);
		expect(remedy + remedyOfTask).not.toContain('{');
	});

	it.each(kinds)('%s say whether money went, with a task and without one', (kind) => {
		// Of these the log says it, or the gateway alone knows.
		if (kind === 'stopped') return;
		const told = /is paid|may be paid|it is paid|was billed|nothing was billed/i;
		for (const isAboutTask of [true, false]) expect(remedyFor(kind, isAboutTask)).toMatch(told);
	});

	it.each(kinds)('%s tell of a task that exists that it is paid (FAULTS E1)', (kind) => {
		const { remedyOfTask } = MESSAGES[kind];
		if (remedyOfTask === undefined) return;
		expect(remedyFor(kind, false)).toMatch(/Nothing was billed\.$/);
		expect(remedyOfTask).not.toMatch(/nothing was/i);
		const asks = ['notFound', 'moderated'].includes(kind);
		if (!asks) expect(remedyOfTask).toMatch(/^The task is paid.*Task > Wait/s);
	});

	it('of a task that the gateway has lost say that a new run makes a new one (FAULTS E15)', () => {
		expect(remedyFor('notFound', true)).toMatch(
			/Retry asks for the same.*a new run makes a new task/,
		);
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

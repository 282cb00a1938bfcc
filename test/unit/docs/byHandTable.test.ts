import { inLanguage } from '../../../tooling/docs/byHandTable';

const found = {
	head: ['Case', 'The node', 'Hand-built loop', 'The loop, with care'],
	rows: [
		[
			'An account takes 3 tasks at a time, 18 jobs of 2 s',
			'18 of 18 pictures, 18 paid, 13 s, 4.5 creates refused',
			'0 of 18 pictures, 9 paid, 8 s, 40 creates refused',
			'18 of 18 pictures, 18 paid, 20 s, 51 creates refused',
		],
	],
};

describe('The table of loops that are built by hand', () => {
	it('has the words of the bench in English', () => {
		expect(inLanguage(found, 'en')).toEqual(found);
	});

	it('has the same figures in Russian', () => {
		expect(inLanguage(found, 'ru').rows).toEqual([
			[
				'Учётной записи разрешено задач сразу: 3; 18 задач по 2 с',
				'18 из 18 картинок, оплачено 18, 13 с, отклонено созданий: 4,5',
				'0 из 18 картинок, оплачено 9, 8 с, отклонено созданий: 40',
				'18 из 18 картинок, оплачено 18, 20 с, отклонено созданий: 51',
			],
		]);
	});

	it('is refused where a case has no Russian words', () => {
		const rows = [['Snow in July', '1 of 1 pictures', '', '']];
		expect(() => inLanguage({ ...found, rows }, 'ru')).toThrow(
			'No Russian words for "Snow in July"',
		);
	});
});

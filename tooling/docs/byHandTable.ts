import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { table, type Language } from './markdown';

const RESULTS = join(__dirname, '..', '..', 'scripts', 'bench', 'results.json');

/** A table of the bench: in its cells the English words of `scripts/bench/byHand.ts`. */
interface BenchTable {
	readonly head: readonly string[];
	readonly rows: ReadonlyArray<readonly string[]>;
}

const RUSSIAN_HEAD = ['Случай', 'Узел', 'Цикл вручную', 'Он же, со всей осторожностью'];

/** The cases in Russian; numbers stay where they are. */
const RUSSIAN_CASES: ReadonlyArray<readonly [english: RegExp, russian: string]> = [
	[
		/^An account takes (\d+) tasks at a time, (\d+) jobs of (\d+) s$/,
		'Учётной записи разрешено задач сразу: $1; $2 задач по $3 с',
	],
	[
		/^(\d+) % of creates refused at random, (\d+) jobs of (\d+) s$/,
		'$1 % запросов на создание отклоняются случайно, $2 задач по $3 с',
	],
	[
		/^(\d+) webhooks at once, at (\d+) calls a second, jobs of (\d+) s$/,
		'$1 вебхуков сразу при пределе $2 вызовов в секунду, задачи по $3 с',
	],
	[
		/^A webhook of (\d+) orders, each delivered twice at once and again later$/,
		'Вебхук с $1 заказами, каждый доставлен дважды сразу и ещё раз позже',
	],
	[
		/^Random seeds under Retry On Fail, (\d+) orders: each first poll is answered (\d+), one result (\d+)$/,
		'Случайный seed с Retry On Fail, $1 заказов: на первый опрос каждого ответ $2, на один результат $3',
	],
	[
		/^Random seeds under Retry On Fail, (\d+) orders: no read is let in for (\d+) s$/,
		'Случайный seed с Retry On Fail, $1 заказов: чтения не пропускаются $2 с',
	],
];

const RUSSIAN_WORDS: ReadonlyArray<readonly [english: RegExp, russian: string]> = [
	[/(\S+) of (\S+) pictures/, '$1 из $2 картинок'],
	[/(\S+) paid/, 'оплачено $1'],
	[/(\S+) s\b/, '$1 с'],
	[/(\S+) creates refused/, 'отклонено созданий: $1'],
	[/(\S+) calls refused/, 'отклонено вызовов: $1'],
	[/(\d)\.(\d)/g, '$1,$2'],
];

/** What the bench has found of the node and of the loops that people build by hand. */
export function byHandTable(language: Language): string {
	const { byHand } = JSON.parse(readFileSync(RESULTS, 'utf8')) as {
		byHand?: { section: { table: BenchTable } };
	};
	if (!byHand)
		throw new Error('The bench has not measured the loops: npm run bench -- --only byHand');
	const { head, rows } = inLanguage(byHand.section.table, language);
	return table(head, rows);
}

/** @throws where a case has no Russian words */
export function inLanguage({ head, rows }: BenchTable, language: Language): BenchTable {
	if (language === 'en') return { head, rows };
	return {
		head: RUSSIAN_HEAD,
		rows: rows.map(([what = '', ...cells]) => [russianCase(what), ...cells.map(russianCell)]),
	};
}

function russianCase(what: string): string {
	const [english, russian] = RUSSIAN_CASES.find(([pattern]) => pattern.test(what)) ?? [];
	if (!english || russian === undefined) throw new Error(`No Russian words for "${what}"`);
	return what.replace(english, russian);
}

const russianCell = (cell: string) =>
	RUSSIAN_WORDS.reduce((text, [english, russian]) => text.replace(english, russian), cell);

import type { GatewayRow } from './gatewayRows';
import type { GatewayFixture } from './gatewayFixture';

/** Something that a gateway does, as a sentence and as the check of it. */
export interface Behavior {
	readonly name: string;
	/** Which gateways have it. Absent: all. */
	readonly on?: (row: GatewayRow) => boolean;
	/** Throws, by `expect`, where the behavior is another. */
	check(fixture: GatewayFixture): Promise<void>;
}

/** What was seen of one behavior at one gateway. */
type Mark = '✓' | '✗' | '–';

/** The table of behaviors by gateways, filled while the suite runs. */
export class Scoreboard {
	private readonly marks = new Map<string, Map<string, Mark>>();

	constructor(private readonly columns: readonly string[]) {}

	mark(behavior: string, column: string, mark: Mark): void {
		const row = this.marks.get(behavior) ?? new Map<string, Mark>();
		this.marks.set(behavior, row.set(column, mark));
	}

	/** The table as text: `–` where a gateway does not have the behavior. */
	toString(): string {
		const width = Math.max(...[...this.marks.keys()].map((name) => name.length)) + 2;
		const line = (name: string, cells: readonly string[]) =>
			[name.padEnd(width), ...cells.map((cell) => cell.padEnd(14))].join('').trimEnd();
		const rows = [...this.marks].map(([name, row]) =>
			line(
				name,
				this.columns.map((column) => row.get(column) ?? ' '),
			),
		);
		return [line('', this.columns), ...rows].join('\n');
	}
}

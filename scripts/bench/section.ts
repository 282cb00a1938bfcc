/** What every part of the bench is run with. */
export interface BenchSettings {
	/** Of job lengths; the same seed gives the same jobs. */
	readonly seed: number;
	/** How often each measurement is made. */
	readonly repeats: number;
}

/** A ratio or number that the project has set itself. Behind it means marked, never failed. */
export interface Goal {
	readonly what: string;
	readonly measured: string;
	readonly goal: string;
	readonly met: boolean;
}

export interface Table {
	readonly head: readonly string[];
	readonly rows: ReadonlyArray<readonly string[]>;
}

/** A series of a plot: a value for each category. */
export interface Bars {
	readonly name: string;
	readonly unit: string;
	readonly categories: readonly string[];
	readonly series: ReadonlyArray<{ readonly name: string; readonly values: readonly number[] }>;
}

/** What a part of the bench has found. */
export interface Section {
	readonly title: string;
	/** How it was measured, in Markdown. */
	readonly method: string;
	readonly table: Table;
	readonly goals: readonly Goal[];
	/** What of it is drawn. */
	readonly bars?: readonly Bars[];
}

/** A part of the bench. */
export type Part = (settings: BenchSettings) => Promise<Section>;

/** A map of so many entries: with one more, what was set longest ago is forgotten. */
export class RecentMap<T> extends Map<string, T> {
	constructor(private readonly most: number) {
		super();
	}

	override set(name: string, value: T): this {
		this.delete(name);
		super.set(name, value);
		const [oldest] = this.keys();
		if (this.size > this.most && oldest !== undefined) this.delete(oldest);
		return this;
	}
}

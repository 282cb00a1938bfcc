import type { Locator, Page } from 'playwright-core';

/** The window, in pixels. */
export const WINDOW = { width: 1440, height: 900 };

/** What a part of the editor needs of the window that it is in. */
export interface Screen {
	readonly page: Page;
	/** An element by the mark that n8n puts on it for tests. */
	marked(testId: string): Locator;
	/** Saves what the window shows, or a part of it. */
	screenshot(name: string, part?: Locator): Promise<void>;
}

import { init } from 'echarts';

import type { Bars } from './section';

const WIDTH = 380;
const HEIGHT = 300;

/** Told apart by people who see few colors too. */
const COLORS = ['#7c3aed', '#f59e0b'];

/** Bar charts side by side, as an SVG picture. */
export function plotSvg(charts: readonly Bars[]): string {
	const chart = init(null, null, {
		renderer: 'svg',
		ssr: true,
		width: WIDTH * charts.length,
		height: HEIGHT,
	});
	const axis = { axisLabel: { color: '#57606a' } };
	chart.setOption({
		animation: false,
		backgroundColor: '#ffffff',
		color: COLORS,
		legend: { bottom: 5, borderColor: 'transparent' },
		title: charts.map(({ name, unit }, index) => ({
			text: `${name}, ${unit}`,
			left: index * WIDTH + 20,
			top: 10,
			borderColor: 'transparent',
			textStyle: { fontSize: 14 },
		})),
		grid: charts.map((_, index) => ({
			left: index * WIDTH + 50,
			width: WIDTH - 80,
			top: 50,
			bottom: 65,
		})),
		xAxis: charts.map(({ categories }, gridIndex) => ({
			...axis,
			gridIndex,
			type: 'category',
			data: [...categories],
		})),
		yAxis: charts.map((_, gridIndex) => ({ ...axis, gridIndex, type: 'value' })),
		series: charts.flatMap(({ series }, index) =>
			series.map(({ name, values }, place) => ({
				type: 'bar' as const,
				name: place === 0 ? 'the node' : name,
				xAxisIndex: index,
				yAxisIndex: index,
				data: values.map((value) => Number(value.toFixed(2))),
				label: { show: true, position: 'top' as const, fontSize: 10, color: '#24292f' },
				itemStyle: { color: COLORS[place % COLORS.length] ?? '#7c3aed' },
			})),
		),
	});
	const svg = chart.renderToSVGString();
	chart.dispose();
	return `${svg}\n`;
}

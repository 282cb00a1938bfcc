export { SimulatedClock } from '../../../tooling/simulatedClock';

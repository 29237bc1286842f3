export { planExport, type Destination, type ExportPlan } from './export-plan.ts';
export { Exporter, type Post } from './exporter.ts';
export { exposition } from './exposition.ts';

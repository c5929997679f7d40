export { WorkerModule } from './worker.module.js';
export { STAGES as notificationStages } from './notification/pipeline/stages.js';

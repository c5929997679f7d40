import { byName } from '@9volt/contracts';
import type { JsonSchema } from '@9volt/contracts';
import { CallWords } from '../calls/call.dto.js';
import { ClusterSettings } from '../cluster/cluster-settings.dto.js';
import { Cluster, Coverage, Director, Quarantined, UnreadableKey } from '../cluster/cluster.dto.js';
import { Drain } from '../cluster/drain.dto.js';
import { Member } from '../cluster/member.dto.js';
import { Origin, Origins } from '../common/origin.dto.js';
import { FieldProblem, Problem } from '../common/problem.dto.js';
import { CheckResult, PerformanceValue, Phases, Sample } from '../common/result.dto.js';
import { type Component, list, map, ref, text, withoutDefaults } from '../common/shape.js';
import { StatusMessage } from '../common/status-message.js';
import { Event, EventList } from '../events/event.dto.js';
import { History, HistoryBucket, HistoryMark, Timeline, UptimeOfTime, Uptimes } from '../history/history.dto.js';
import { Placement, PlacementCandidate, WorkerName } from '../placement/placement.dto.js';
import {
  Ack,
  AckRequest,
  CommentRequest,
  Maintenance,
  MaintenanceList,
  MatchPreview,
  MatchRequest,
  Pause,
  PauseRequest,
  ShownMaintenance,
  Silence,
  SilenceList,
  SilenceRequest,
} from '../quiet/quiet.dto.js';
import { Report, ReportRow } from '../reports/report.dto.js';
import {
  ReportConfig,
  ReportPreview,
  ScheduledReportList,
  ShownScheduledReport,
} from '../reports/scheduled-report.dto.js';
import { AlerterTrial, Delivery, MonitorTrial } from '../requests/request.dto.js';
import { Results } from '../results/results.dto.js';
import { SignedIn, SignIn } from '../session/session.dto.js';
import { alerterSchemas, monitorSchemas, type TypeSchemas } from '../schemas/type-schemas.js';
import {
  AssignmentFacts,
  DeliveryRecord,
  Incident,
  Look,
  ResultChange,
  State,
  StateChange,
  StateDetail,
  StateList,
} from '../states/state.dto.js';
import { ShownStatusPage, StatusPage, StatusPageList } from '../status-pages/status-page.dto.js';
import { MemberChange, MonitorChange, Stream, StreamControl } from '../stream/stream.dto.js';
import { platformComponents } from './platform-components.js';

/** The components of each noun, from the file beside its service. */
export const DTOS: readonly Component<unknown>[] = [
  Cluster,
  Member,
  Coverage,
  ClusterSettings,
  Director,
  Drain,
  Quarantined,
  UnreadableKey,
  Placement,
  PlacementCandidate,
  WorkerName,
  Problem,
  FieldProblem,
  CallWords,
  SignIn,
  SignedIn,
  Origin,
  Origins,
  StatusMessage,
  MonitorTrial,
  AlerterTrial,
  CheckResult,
  Phases,
  PerformanceValue,
  Delivery,
  DeliveryRecord,
  Incident,
  Look,
  ResultChange,
  Sample,
  State,
  StateList,
  StateDetail,
  Results,
  History,
  HistoryBucket,
  HistoryMark,
  Timeline,
  Report,
  ReportRow,
  UptimeOfTime,
  Uptimes,
  AssignmentFacts,
  Silence,
  SilenceList,
  SilenceRequest,
  MatchRequest,
  MatchPreview,
  Ack,
  AckRequest,
  CommentRequest,
  Pause,
  PauseRequest,
  Maintenance,
  ShownMaintenance,
  MaintenanceList,
  StatusPage,
  ShownStatusPage,
  StatusPageList,
  ReportConfig,
  ShownScheduledReport,
  ScheduledReportList,
  ReportPreview,
  Event,
  EventList,
  Stream,
  StateChange,
  MonitorChange,
  MemberChange,
  StreamControl,
  ...platformComponents,
];

/** All schemas of the document; those of monitors and alerters from their settings classes. */
export function components(): Record<string, JsonSchema> {
  return {
    ...Object.fromEntries(DTOS.map(({ name, schema }) => [name, schema])),
    ...variants('Monitor', monitorSchemas()),
    ...variants('Alerter', alerterSchemas()),
    MonitorOrMessage: { anyOf: [ref('Monitor'), ref('StatusMessage')] },
  };
}

/** `HttpMonitor`, `Monitor` as one of them, and the same with a name, in lists. */
function variants(noun: string, types: TypeSchemas): Record<string, JsonSchema> {
  const schemas = byName<JsonSchema>();
  const mapping = byName<string>();
  const named = byName<string>();
  for (const [type, { summary, schema: settings }] of Object.entries(types)) {
    const schema = withoutDefaults(settings);
    const name = `${type[0]?.toUpperCase()}${type.slice(1).replace(/[^A-Za-z0-9]+/g, '')}${noun}`;
    mapping[type] = `#/components/schemas/${name}`;
    named[type] = `#/components/schemas/Named${name}`;
    schemas[name] = { description: summary, ...schema };
    schemas[`Named${name}`] = {
      description: summary,
      ...schema,
      properties: { name: text, ...(schema['properties'] as object) },
      required: ['name', ...(schema['required'] as string[])],
    };
  }
  const union = (targets: Record<string, string>): JsonSchema => ({
    oneOf: Object.values(targets).map(($ref) => ({ $ref })),
    discriminator: { propertyName: 'type', mapping: targets },
  });
  return {
    ...schemas,
    [noun]: union(mapping),
    [`Named${noun}`]: union(named),
    [`${noun}Map`]: map(ref(noun)),
    [`${noun}List`]: { oneOf: [map(ref(noun)), list(ref(`Named${noun}`))] },
  };
}

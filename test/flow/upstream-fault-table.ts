import type { FaultCode } from '../../src/core/fault.ts';

/** What a fault of the first of two targets leads to, and how often each is called. */
export interface Row {
  readonly fault: string;
  readonly is: FaultCode;
  /** Calls of the first target; the second is called once unless the caller is told. */
  readonly calls?: number;
  /** The status the caller is told, when no other target would do better. */
  readonly told?: number;
}

/** Streamed and whole. */
export const ROWS: readonly Row[] = [
  { fault: '500', is: 'upstream_overloaded', calls: 2 },
  { fault: '502;body=html', is: 'upstream_overloaded', calls: 2 },
  { fault: '503;body=empty', is: 'upstream_overloaded', calls: 2 },
  { fault: '504;body=text', is: 'upstream_overloaded', calls: 2 },
  { fault: '529', is: 'upstream_overloaded', calls: 2 },
  { fault: '503;retry-after=30', is: 'upstream_overloaded' },
  { fault: '429;retry-after=30', is: 'upstream_rate_limited' },
  { fault: '429;message=slow', is: 'upstream_rate_limited' },
  { fault: '429;retry-after-ms=20;message=slow', is: 'upstream_rate_limited', calls: 2 },
  { fault: '429;code=insufficient_quota', is: 'upstream_out_of_credit' },
  { fault: '402', is: 'upstream_out_of_credit' },
  { fault: '401', is: 'upstream_refused_key' },
  { fault: '403', is: 'upstream_refused_key' },
  { fault: '404', is: 'upstream_model_missing' },
  { fault: '400;code=model_not_found', is: 'upstream_model_missing' },
  { fault: '400;code=context_length_exceeded', is: 'context_overflow' },
  { fault: '413', is: 'context_overflow' },
  { fault: '408', is: 'upstream_timeout' },
  { fault: '400', is: 'upstream_rejected', told: 400 },
  { fault: '422', is: 'upstream_rejected', told: 422 },
  { fault: '400;code=content_policy_violation', is: 'content_blocked', told: 400 },
  { fault: '400;code=content_filter;shape=azure', is: 'content_blocked', told: 400 },
  { fault: 'reset@accept', is: 'upstream_unreachable', calls: 2 },
  { fault: 'fin@accept', is: 'upstream_unreachable', calls: 2 },
  { fault: 'reset@head=20', is: 'upstream_unreachable', calls: 2 },
  { fault: 'reset@headers', is: 'upstream_unreachable' },
  { fault: 'stall@accept', is: 'upstream_timeout' },
  { fault: 'stall@head=20', is: 'upstream_timeout' },
  { fault: 'stall@headers', is: 'upstream_timeout' },
  { fault: 'slow-headers=20s', is: 'upstream_timeout' },
  { fault: 'html-200', is: 'upstream_garbled' },
  { fault: 'empty-200', is: 'upstream_garbled' },
  { fault: 'empty-200=object', is: 'upstream_garbled' },
  { fault: 'empty-200=choices', is: 'upstream_garbled' },
  { fault: 'empty-200=null', is: 'upstream_garbled' },
  { fault: 'error-in-200', is: 'upstream_overloaded', calls: 2 },
  { fault: 'error-in-200;as=json', is: 'upstream_overloaded', calls: 2 },
  { fault: 'error-in-200;code=insufficient_quota', is: 'upstream_out_of_credit' },
  { fault: 'redirect=http://127.0.0.1:9/v1', is: 'upstream_garbled' },
  { fault: 'bomb', is: 'upstream_garbled' },
  { fault: 'gzip', is: 'upstream_garbled' },
  { fault: 'endless-headers', is: 'upstream_garbled' },
  { fault: 'framing=two-lengths', is: 'upstream_garbled' },
  { fault: 'framing=length-and-chunks', is: 'upstream_garbled' },
  { fault: 'framing=bad-chunk', is: 'upstream_garbled' },
  { fault: 'framing=huge-chunk', is: 'upstream_garbled' },
  { fault: 'framing=bad-version', is: 'upstream_garbled' },
  { fault: 'framing=no-status', is: 'upstream_garbled' },
  { fault: 'framing=bare-lf', is: 'upstream_garbled' },
  { fault: 'framing=space-before-colon', is: 'upstream_garbled' },
  { fault: 'framing=nul-in-header', is: 'upstream_garbled' },
  { fault: 'framing=garbage', is: 'upstream_garbled' },
  { fault: 'framing=folded-header', is: 'upstream_garbled' },
];

export const ONLY_STREAMED: readonly Row[] = [
  { fault: 'slow-first-token=20s', is: 'upstream_timeout' },
  { fault: 'stall@event=1', is: 'upstream_timeout' },
  { fault: 'reset@event=1', is: 'upstream_unreachable' },
  { fault: 'fin@event=1', is: 'upstream_unreachable' },
  { fault: 'cut@event=1;by=end', is: 'upstream_garbled' },
  { fault: 'error-in-200@event=1;status=429;message=slow', is: 'upstream_rate_limited' },
];

export const ONLY_WHOLE: readonly Row[] = [
  { fault: 'bad-content-length=10', is: 'upstream_unreachable' },
  { fault: 'bad-content-length=-10', is: 'upstream_garbled' },
  { fault: 'malformed', is: 'upstream_garbled' },
  { fault: 'cut@token=4;by=end', is: 'upstream_garbled' },
  { fault: 'reset@byte=10', is: 'upstream_unreachable' },
  { fault: 'fin@byte=10', is: 'upstream_unreachable' },
  { fault: 'stall@byte=10', is: 'upstream_timeout' },
];

/** Where a stored monitor or alerter comes from. */
export interface Origin {
  /** Files that were pushed, or the API, which the dashboard uses. */
  from: 'files' | 'api';
  /** The set of files, by name. */
  set?: string;
}

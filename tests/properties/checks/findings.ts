/** What a finding counts as in the closing line. */
export type Kind = 'lost' | 'doubled' | 'wrong view' | 'unexplained dead letter';

export interface Finding {
  kind: Kind;
  message: string;
}

/** Collects what is not as it must be. */
export class Findings {
  readonly list: Finding[] = [];

  add(kind: Kind, message: string): void {
    this.list.push({ kind, message });
  }

  count(kind: Kind): number {
    return this.list.filter((finding) => finding.kind === kind).length;
  }
}

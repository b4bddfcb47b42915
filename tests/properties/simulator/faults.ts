/** What the adversary does to a call, at a hop between two functions, or to a whole invocation. */
export type FaultKind =
  // at a call to AWS
  | 'throttled' // fails, without effect
  | 'answer lost' // fails, with effect
  | 'sent twice' // the SDK repeats it, since the first answer was lost: the second answer counts
  | 'killed before' // the function dies; no effect
  | 'killed after' // the function dies; with effect
  | 'stalled before' // never answers, without effect: Lambda ends the function at its timeout
  | 'stalled after' // has its effect, and never answers
  | 'entries failed' // of a batch call, some entries
  | 'conflict' // a transaction meets another one
  // at a call to AWS, and no failure: correct code does not notice
  | 'slow' // takes seconds, less than the function's timeout
  | 'stale read' // a read that is not consistent sees what was there some time ago
  | 'page cut' // a query's page ends after any item
  | 'left over' // of a batch read some keys, of a batch of inserts some items
  // around an invocation
  | 'result lost' // the function finished, and Lambda never heard of it
  | 'clock jump' // its clock is off by seconds up to days
  | 'updated late' // it still runs the code of before, while other functions run the new
  | 'queue purged' // by a person: what was in it is gone
  | 'filter late' // a subscription's filter has not let a type through yet: a change takes up to 15 minutes
  | 'index late' // an index is minutes behind its table
  // at a hop
  | 'two lanes' // another lane of the mapping has the same records at the same time
  | 'stream replayed' // the checkpoint was lost
  | 'message delayed'
  | 'message doubled' // by the topic
  | 'received twice' // by two pollers at once
  | 'delete lost'
  | 'command doubled' // sent twice at once by its client
  | 'tick lost' // its rule does not run it for some minutes
  | 'tick late'
  | 'tick doubled'
  | 'poison message'
  | 'outage'; // every call to a service fails for a while

export interface Fault {
  /** Where: `order-view/12/3` is the third call of the thirteenth invocation of order-view. */
  place: string;
  kind: FaultKind;
}

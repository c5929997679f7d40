/**
 * Budget for matching in one turn of the event loop, in instructions times characters: at some 40 ns each, 10 ms. All monitors of a
 * process share it, because many responses may come in one turn.
 */
const WORK_PER_TURN = 250_000;

let left = WORK_PER_TURN;

/** Whether the present turn of the loop has budget for this work; if so, takes it. */
export function fitsTurn(work: number): boolean {
  if (work > left) return false;
  if (left === WORK_PER_TURN) setImmediate(() => void (left = WORK_PER_TURN));
  left -= work;
  return true;
}

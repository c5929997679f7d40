/**
 * How much matching one turn of the event loop is given, in instructions times characters: at some 40 ns each, 10 ms. All monitors of a process share
 * it, for many responses may come in one turn.
 */
const WORK_PER_TURN = 250_000;

let left = WORK_PER_TURN;

/** Whether there is room for this work in the present turn of the loop; then it is taken. */
export function fitsTurn(work: number): boolean {
  if (work > left) return false;
  if (left === WORK_PER_TURN) setImmediate(() => void (left = WORK_PER_TURN));
  left -= work;
  return true;
}

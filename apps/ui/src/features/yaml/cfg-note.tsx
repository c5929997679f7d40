import type { Schemas } from '../../lib/api-client.js';

/** Where an entry comes from, and what the next push of files does to it. `undefined`: it is new, or not known yet. */
export function CfgNote({ origin }: { origin: Schemas['Origin'] | null | undefined }) {
  if (origin === undefined) {
    return <>A push of files does not change entries made here, unless a file contains the same name.</>;
  }
  if (origin?.from === 'files') {
    return (
      <>
        From files ({origin.set}): the next push of this set with <code>9volt cfg</code> overwrites changes made here.
      </>
    );
  }
  if (origin?.from === 'api') {
    return <>Made here or through the API. A push of files does not change it, unless a file contains its name.</>;
  }
  return (
    <>
      No set of files contains it. The first push with <code>9volt cfg</code> that contains its name overwrites changes
      made here.
    </>
  );
}

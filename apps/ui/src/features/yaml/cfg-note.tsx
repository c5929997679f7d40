/** Shown for every configuration: nothing says which of them come from files. */
export function CfgNote() {
  return (
    <>
      A sync with <code>9volt cfg</code> overwrites changes made here with its YAML files, and deletes monitors and
      alerters that no file contains.
    </>
  );
}

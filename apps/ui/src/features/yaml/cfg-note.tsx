/** True of every configuration: nothing says which of them stand in files. */
export function CfgNote() {
  return (
    <>
      A sync with <code>9volt cfg</code> makes this as its YAML files say: what stands in none of them is removed, what
      was changed here is set back.
    </>
  );
}

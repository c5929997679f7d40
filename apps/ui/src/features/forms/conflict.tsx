import { Button, Group } from '@mantine/core';
import { useMemo, useState } from 'react';
import { stringify } from 'yaml';
import { Dialog } from '../../components/dialog.js';
import type { Json } from './attributes.js';
import { type Difference, differences, isTheirs, merged } from './differences.js';
import styles from './forms.module.css';

interface ConflictProps {
  before: Json;
  mine: Json;
  theirs: Json;
  onMerge: (config: Json) => void;
  onClose: () => void;
}

/** Somebody else saved first: nothing is overwritten before the person has looked. */
export function Conflict({ before, mine, theirs, onMerge, onClose }: ConflictProps) {
  const found = useMemo(() => differences(before, mine, theirs), [before, mine, theirs]);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(
    () => new Set(found.filter((one) => !isTheirs(one)).map(({ name }) => name)),
  );
  const choose = (name: string, isMine: boolean): void => {
    const next = new Set(chosen);
    if (isMine) next.add(name);
    else next.delete(name);
    setChosen(next);
  };
  return (
    <Dialog opened onClose={onClose} size="xl" title="Somebody else changed this while you were editing">
      {found.length === 0 ? (
        <p>The stored version already equals yours.</p>
      ) : (
        <table className={styles['difference']}>
          <thead>
            <tr>
              <th scope="col">Attribute</th>
              <th scope="col">Stored version</th>
              <th scope="col">Your version</th>
            </tr>
          </thead>
          <tbody>
            {found.map((one) => (
              <tr key={one.name}>
                <th scope="row">{one.name}</th>
                <Side difference={one} isMine={false} isChosen={!chosen.has(one.name)} onChoose={choose} />
                <Side difference={one} isMine isChosen={chosen.has(one.name)} onChoose={choose} />
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Group justify="flex-end" gap="xs" mt="md">
        <Button size="xs" variant="default" onClick={onClose}>
          Back to the form
        </Button>
        <Button size="xs" onClick={() => onMerge(merged(theirs, found, (name) => chosen.has(name)))}>
          Save the selection
        </Button>
      </Group>
    </Dialog>
  );
}

function Side({
  difference,
  isMine,
  isChosen,
  onChoose,
}: {
  difference: Difference;
  isMine: boolean;
  isChosen: boolean;
  onChoose: (name: string, isMine: boolean) => void;
}) {
  const { name, mine, theirs } = difference;
  const value = isMine ? mine : theirs;
  return (
    <td>
      <label style={{ display: 'flex', gap: 8 }}>
        <input
          type="radio"
          name={name}
          aria-label={`${name}: ${isMine ? 'your version' : 'stored version'}`}
          checked={isChosen}
          onChange={() => onChoose(name, isMine)}
        />
        <pre>{value === undefined ? '(not set)' : stringify(value).trimEnd()}</pre>
      </label>
    </td>
  );
}

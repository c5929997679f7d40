import { Autocomplete } from '@mantine/core';
import { useState } from 'react';
import { Panel } from '../../components/page.js';
import { useLive } from '../../lib/live-context.js';
import type { Live } from '../../lib/live-types.js';
import { PlacementOf } from '../monitor/placement.js';
import styles from './cluster.module.css';

const statesOf = ({ states }: Live): Live['states'] => states;
const OFFERED = 20;

/** Why a monitor runs where it runs. */
export function Why() {
  const states = useLive(statesOf);
  const [text, setText] = useState('');
  const names = text === '' ? [] : [...(states?.keys() ?? [])].filter((name) => name.includes(text)).slice(0, OFFERED);
  return (
    <Panel title="Placement of a monitor" padded>
      <div className={styles['ask']}>
        <Autocomplete
          size="xs"
          label="Monitor"
          placeholder="Monitor name"
          data={names}
          filter={({ options }) => options}
          value={text}
          comboboxProps={{ transitionProps: { duration: 0 } }}
          onChange={setText}
        />
      </div>
      {states?.has(text) ? <PlacementOf key={text} name={text} /> : null}
    </Panel>
  );
}

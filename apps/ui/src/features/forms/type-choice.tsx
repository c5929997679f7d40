import { Panel } from '../../components/page.js';
import type { TypeSchemas } from './attributes.js';
import styles from './forms.module.css';

/** The types, each in a line. */
export function TypeChoice({ schemas, onChoose }: { schemas: TypeSchemas; onChoose: (type: string) => void }) {
  return (
    <Panel title="Choose a type" padded>
      <div className={styles['types']}>
        {Object.entries(schemas)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([type, { summary }]) => (
            <button key={type} type="button" className={styles['type']} onClick={() => onChoose(type)}>
              <strong>{type}</strong>
              <span>{summary}</span>
            </button>
          ))}
      </div>
    </Panel>
  );
}

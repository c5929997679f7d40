import { Panel } from '../../components/page.js';
import type { TypeSchemas } from './attributes.js';
import { PasteField } from './paste-field.js';
import styles from './forms.module.css';

/** The types, each in a line. */
export function TypeChoice({
  schemas,
  onChoose,
  onText,
}: {
  schemas: TypeSchemas;
  onChoose: (type: string) => void;
  /** Takes a pasted target, whatever its type. */
  onText?: ((text: string) => string | undefined) | undefined;
}) {
  return (
    <Panel title="Choose a type" padded>
      {onText ? <PasteField onText={onText} /> : null}
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

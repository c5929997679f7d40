import { YamlCode } from './yaml-code.js';
import styles from './yaml.module.css';

interface YamlEditorProps {
  label: string;
  yaml: string;
  fault: string | undefined;
  onChange: (yaml: string) => void;
}

/** A text field over its own coloured image. */
export function YamlEditor({ label, yaml, fault, onChange }: YamlEditorProps) {
  return (
    <>
      <div className={styles['editor']}>
        <YamlCode yaml={yaml} />
        <textarea
          aria-label={label}
          aria-invalid={fault !== undefined}
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          value={yaml}
          onChange={({ target }) => onChange(target.value)}
        />
      </div>
      {fault === undefined ? null : (
        <p role="alert" className={styles['fault']}>
          {fault}
        </p>
      )}
    </>
  );
}
